"""What can be seen in a mail itself, without asking anybody: pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import html as trees

from newsletter.linting.findings import Finding, Letter, Rule, error, warning

# 102 KiB of decoded HTML is what Gmail shows of a mail.
GMAIL_CLIPS_AT_BYTES = 104_448
# Beyond this many filters no longer look at all of a mail, and phones ask before they fetch it.
LARGE_MAIL_BYTES = 500_000
LONGEST_SUBJECT_CHARACTERS = 90
# Below so many characters of words for each picture, filters and readers see only pictures.
WORDS_PER_PICTURE = 60
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
# Marks of Jinja2, of the mail services that texts are pasted from, and of programs' own nothing.
_UNRENDERED = re.compile(
    r"\{\{.{0,60}?\}\}|\{%.{0,60}?%\}|\*\|[A-Z_:]{2,40}\|\*|%recipient\.\w+%|\$\{.{1,60}?\}|<%.{0,60}?%>|"
    r"\[\[.{1,60}?\]\]|%[A-Z]{2,20}(?:_[A-Z]{1,20})?%|\{(?:first_?|last_?|full_?)?name\}|\{email\}|"
    r"\b(?:Dear|Hello) (?:None|null|undefined|NULL)\b"
)
_SHOUTING = re.compile(r"\b[A-Z]{4,}\b")
_BAIT = re.compile(
    r"\b(act now|buy now|cash bonus|click here|earn money|free money|guaranteed|limited time|"
    r"make money|no obligation|once in a lifetime|risk[- ]free|winner|100% free)\b",
    re.IGNORECASE,
)
SHORTENERS = frozenset({"bit.ly", "goo.gl", "is.gd", "ow.ly", "t.co", "tinyurl.com"})
_HOST_IN_WORDS = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#]\S*)?", re.IGNORECASE
)
_NUMBER_HOST = re.compile(r"[\d.]+|\[.*")


def look_over(letter: Letter) -> list[Finding]:
    """Everything found, each thing once."""
    tree = trees.document_fromstring(letter.html) if letter.html.strip() else trees.Element("html")
    found = [
        *_imprint(letter, tree),
        *_leaving(letter, tree),
        *_emptiness(letter, tree),
        *_unrendered(letter, tree),
        *_addresses(tree),
        *_pictures(tree),
        *_size(letter),
        *_subject(letter),
        *_links(tree),
    ]
    return list(dict.fromkeys(found))


def words_of(tree: trees.HtmlElement) -> str:
    """What can be read of a page, on one line."""
    skipped = {"head", "style", "script", "title"}
    parts = [
        part
        for element in tree.iter()
        for part in _own_text(element, is_shown=element.tag not in skipped)
    ]
    return " ".join(" ".join(parts).split())


def _own_text(element: trees.HtmlElement, *, is_shown: bool) -> Iterator[str]:
    if is_shown and isinstance(element.tag, str) and element.text:
        yield element.text
    if element.tail:
        yield element.tail


def _imprint(letter: Letter, tree: trees.HtmlElement) -> Iterator[Finding]:
    for part, words in (("HTML", words_of(tree)), ("text", " ".join(letter.text.split()))):
        missing = [line for line in letter.imprint if " ".join(line.split()) not in words]
        if missing:
            yield error(
                Rule.IMPRINT,
                f"the {part} part lacks the imprint ({', '.join(missing)}); include "
                f"_base/imprint.{'txt' if part == 'text' else 'html'} in the template",
            )


def _leaving(letter: Letter, tree: trees.HtmlElement) -> Iterator[Finding]:
    in_html = any(href.startswith(letter.unsubscribe_base) for href in tree.xpath("//a/@href"))
    for part, is_there in (("HTML", in_html), ("text", letter.unsubscribe_base in letter.text)):
        if not is_there:
            yield error(
                Rule.UNSUBSCRIBE,
                f"the {part} part has no link to leave; put person.unsubscribe_url in the template",
            )


def _emptiness(letter: Letter, tree: trees.HtmlElement) -> Iterator[Finding]:
    parts = {"subject": letter.subject, "HTML part": words_of(tree), "text part": letter.text}
    for name, words in parts.items():
        if not words.strip():
            yield error(Rule.EMPTY, f"the {name} is empty")


def _unrendered(letter: Letter, tree: trees.HtmlElement) -> Iterator[Finding]:
    places = {"subject": letter.subject, "HTML part": words_of(tree), "text part": letter.text}
    places["links"] = " ".join(tree.xpath("//a/@href")).replace("%7B", "{").replace("%7D", "}")
    for place, words in places.items():
        for mark in dict.fromkeys(_UNRENDERED.findall(words)):
            yield error(Rule.UNRENDERED, f"{mark!r} stands in the {place}; it was not filled in")


def _addresses(tree: trees.HtmlElement) -> Iterator[Finding]:
    for address in tree.xpath("//a/@href | //img/@src"):
        scheme = _split(address)[0]
        if address.startswith("#") and len(address) > 1:
            continue
        if scheme == "data":
            yield warning(
                Rule.PICTURES,
                "a picture is written into the mail (data:); Gmail and "
                "Outlook do not show it: give it an address",
            )
        elif scheme not in SCHEMES:
            yield error(
                Rule.RELATIVE_LINK,
                f"{address!r} is no complete address; write it with https:// in front",
            )
    for link in tree.xpath("//a[not(@href)][normalize-space()]"):
        yield warning(Rule.RELATIVE_LINK, f"the link “{_shown(link)}” leads nowhere")


def _pictures(tree: trees.HtmlElement) -> Iterator[Finding]:
    pictures = tree.xpath("//img")
    for picture in pictures:
        name = picture.get("src") or "without an address"
        alt = picture.get("alt")
        if alt is None:
            yield error(
                Rule.ALT,
                f'the picture {name} has no alt; describe it, or write alt="" '
                "where it only decorates",
            )
        elif not alt.strip() and _is_all_of_a_link(picture):
            yield error(
                Rule.ALT,
                f"the picture {name} is all there is of a link; its alt must "
                "say where the link leads",
            )
        if not (picture.get("width") or "width" in (picture.get("style") or "")):
            yield warning(
                Rule.PICTURES,
                f"the picture {name} has no width; Outlook shows it as large as it is",
            )
    if pictures and len(words_of(tree)) < WORDS_PER_PICTURE * len(pictures):
        yield warning(
            Rule.PICTURES, "the mail is nearly all pictures; many readers and filters see none"
        )


def _is_all_of_a_link(picture: trees.HtmlElement) -> bool:
    links = picture.xpath("ancestor::a")
    return bool(links) and not links[-1].text_content().strip()


def _size(letter: Letter) -> Iterator[Finding]:
    size = len(letter.html.encode())
    if size > GMAIL_CLIPS_AT_BYTES:
        yield error(
            Rule.SIZE,
            f"the HTML part has {size} bytes, and Gmail hides what is beyond "
            f"{GMAIL_CLIPS_AT_BYTES}, the imprint with it; say less, or put the rest on the site",
        )
    if letter.mail_bytes > LARGE_MAIL_BYTES:
        yield warning(
            Rule.SIZE,
            f"the mail has {letter.mail_bytes // 1000} KB with its pictures, for every reader; "
            'lower theme.image_bytes, or set theme.images = "absolute"',
        )
    for reason in letter.pictures_left:
        yield warning(Rule.PICTURES, f"a picture keeps its address: {reason}")
    if letter.left_out:
        yield warning(Rule.SHORTENED, f"to keep it below what Gmail shows, {letter.left_out}")


def _subject(letter: Letter) -> Iterator[Finding]:
    subject = letter.subject
    if len(subject) > LONGEST_SUBJECT_CHARACTERS:
        yield warning(
            Rule.SPAM, f"the subject has {len(subject)} characters; phones show about 40 of them"
        )
    if len(_SHOUTING.findall(subject)) > 1 or (len(subject) > 12 and subject.isupper()):
        yield warning(Rule.SPAM, "the subject shouts; filters dislike words in capitals")
    if subject.count("!") + subject.count("?") > 2 or "!!" in subject or "$$" in subject:
        yield warning(Rule.SPAM, "the subject has many exclamation marks; filters dislike them")
    for place, words in (("subject", subject), ("text", letter.text)):
        bait = dict.fromkeys(match.lower() for match in _BAIT.findall(words))
        if bait and (place == "subject" or len(bait) > 1):
            yield warning(Rule.SPAM, f"the {place} sounds like advertising: {', '.join(bait)}")


def _links(tree: trees.HtmlElement) -> Iterator[Finding]:
    for link in tree.xpath("//a[@href]"):
        scheme, host = _split(link.get("href"))
        if scheme not in {"http", "https"}:
            continue
        if host in SHORTENERS:
            yield warning(
                Rule.SPAM, f"{link.get('href')} hides where it leads; give the address itself"
            )
        if _NUMBER_HOST.fullmatch(host) and not host.startswith("127."):
            yield warning(Rule.SPAM, f"{link.get('href')} has a number in place of a name")
        shown = _HOST_IN_WORDS.fullmatch(_shown(link))
        if shown and _bare(shown[1].lower()) != _bare(host):
            yield warning(
                Rule.SPAM, f"the link reads {shown[1]} and leads to {host}, as in a fraud"
            )


def _split(address: str) -> tuple[str, str]:
    """Scheme and host, in lower case; empty where there are none."""
    try:
        parts = urlsplit(address.strip())
        return parts.scheme.lower(), (parts.hostname or "").lower()
    except ValueError:
        return "", ""


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _shown(link: trees.HtmlElement) -> str:
    return " ".join(link.text_content().split())
