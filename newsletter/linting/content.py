"""Checks of a mail's own content, without network. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as trees

from newsletter.linting.findings import (
    CheckedMail,
    Finding,
    Rule,
    error,
    finding_for,
    normalised_url,
    warning,
)

# Gmail clips a mail's decoded HTML at 102 KiB.
GMAIL_CLIPS_AT_BYTES = 104_448
# Larger mails are not fully scanned by filters, and phones ask before downloading them.
LARGE_MAIL_BYTES = 500_000
MAX_SUBJECT_CHARACTERS = 90
# Fewer characters a picture count as an image-only mail.
WORDS_PER_PICTURE = 60
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
# Merge fields of mail services, as a person may write them into a bulletin.
_MERGE_FIELD = re.compile(r"\{\{\s*[\w.|]{1,40}\s*\}\}|\*\|[A-Z_:]{2,40}\|\*")
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
# None of them is a top-level domain (https://data.iana.org/TLD/tlds-alpha-by-domain.txt).
_FILE_SUFFIXES = frozenset(
    ("js", "css", "html", "htm", "txt", "json", "xml", "php", "pdf", "docx", "png", "jpg", "svg")
)
_WIDTH = re.compile(r"(?:^|[;\s])width\s*:")
_PARSER = trees.HTMLParser(huge_tree=True, no_network=True)
_NUMBER_HOST = re.compile(r"[\d.]+|\[.*")


def check_content(mail: CheckedMail) -> list[Finding]:
    """All findings, each once."""
    tree = _tree_of(mail.html)
    findings = [
        *_imprint(mail, tree),
        *_unsubscribe(mail, tree),
        *_empty_parts(mail, tree),
        *_placeholders(mail, tree),
        *_addresses(mail, tree),
        *_pictures(mail, tree),
        *_size(mail),
        *_subject(mail),
        *_links(tree),
    ]
    return list(dict.fromkeys(findings))


def _tree_of(html: str) -> trees.HtmlElement:
    try:
        return trees.document_fromstring(html, parser=_PARSER)
    except etree.ParserError:  # empty, or only comments
        return trees.Element("html")


def words_of(tree: trees.HtmlElement) -> str:
    """The visible text of a page, on one line."""
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


def _imprint(mail: CheckedMail, tree: trees.HtmlElement) -> Iterator[Finding]:
    for part, words in (("HTML", words_of(tree)), ("text", " ".join(mail.text.split()))):
        missing = [line for line in mail.imprint if " ".join(line.split()) not in words]
        if missing:
            yield error(
                Rule.IMPRINT,
                f"the {part} part lacks the imprint ({', '.join(missing)}); include "
                f"_base/imprint.{'txt' if part == 'text' else 'html'} in the template",
            )


def _unsubscribe(mail: CheckedMail, tree: trees.HtmlElement) -> Iterator[Finding]:
    in_html = any(href.startswith(mail.unsubscribe_base) for href in tree.xpath("//a/@href"))
    for part, is_there in (("HTML", in_html), ("text", mail.unsubscribe_base in mail.text)):
        if not is_there:
            yield error(
                Rule.UNSUBSCRIBE,
                f"the {part} part has no link to leave; put person.unsubscribe_url in the template",
            )


def _empty_parts(mail: CheckedMail, tree: trees.HtmlElement) -> Iterator[Finding]:
    parts = {"subject": mail.subject, "HTML part": words_of(tree), "text part": mail.text}
    for name, words in parts.items():
        if not words.strip():
            yield error(Rule.EMPTY, f"the {name} is empty")


def _placeholders(mail: CheckedMail, tree: trees.HtmlElement) -> Iterator[Finding]:
    """Only our own placeholders count: anything else that looks like one is text or a URL."""
    places = {"subject": mail.subject, "HTML part": mail.html, "text part": mail.text}
    for place, words in places.items():
        if mail.placeholder and mail.placeholder in words.lower():
            yield error(
                Rule.UNRENDERED,
                f"a personal value was not filled in, in the {place}; the template changes or cuts "
                "what stands for it: print {{ person.… }} without filters",
            )
    if not mail.articles:
        for field in dict.fromkeys(_MERGE_FIELD.findall(f"{mail.subject} {words_of(tree)}")):
            yield warning(
                Rule.UNRENDERED, f"{field!r} stands in the mail as it is; it is not a field here"
            )


def _addresses(mail: CheckedMail, tree: trees.HtmlElement) -> Iterator[Finding]:
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
            yield finding_for(
                Rule.RELATIVE_LINK,
                f"{address!r} is no complete address; write it with https:// in front",
                mail.article_with(address),
            )
    for link in tree.xpath("//a[not(@href)][normalize-space()]"):
        yield warning(Rule.RELATIVE_LINK, f"the link “{_link_text(link)}” leads nowhere")


def _pictures(mail: CheckedMail, tree: trees.HtmlElement) -> Iterator[Finding]:
    pictures = tree.xpath("//img")
    for picture in pictures:
        yield from _picture(picture, mail)
    if pictures and len(words_of(tree)) < WORDS_PER_PICTURE * len(pictures):
        yield warning(
            Rule.PICTURES, "the mail is nearly all pictures; many readers and filters see none"
        )


def _picture(picture: trees.HtmlElement, mail: CheckedMail) -> Iterator[Finding]:
    address = picture.get("src") or ""
    name, alt = address or "without an address", picture.get("alt")
    normalised = normalised_url(address)
    article = next((article for article in mail.articles if normalised in article.pictures), None)
    if alt is None or (article and normalised in article.without_alt):
        place = f" (in “{article.title}”)" if article else ""
        is_upload = bool(mail.uploads) and address.startswith(mail.uploads)
        yield (error if is_upload or not article else warning)(
            Rule.ALT,
            f'the picture {name} has no alt; describe it, or write alt="" where it only '
            f"decorates{place}",
        )
    elif not alt.strip() and _is_all_of_a_link(picture):
        yield finding_for(
            Rule.ALT,
            f"the picture {name} is all there is of a link; its alt must say where the link leads",
            article,
        )
    if not (picture.get("width") or _WIDTH.search(picture.get("style") or "")):
        place = f" (in “{article.title}”)" if article else ""
        yield warning(
            Rule.PICTURES,
            f"the picture {name} has no width; Outlook shows it as large as it is{place}",
        )


def _is_all_of_a_link(picture: trees.HtmlElement) -> bool:
    links = picture.xpath("ancestor::a")
    return bool(links) and not links[-1].text_content().strip()


def _size(mail: CheckedMail) -> Iterator[Finding]:
    size = mail.html_bytes
    if size > GMAIL_CLIPS_AT_BYTES:
        yield error(
            Rule.SIZE,
            f"the HTML part has {size} bytes as it leaves, and Gmail hides what is beyond "
            f"{GMAIL_CLIPS_AT_BYTES}, the imprint with it; say less, or put the rest on the site",
        )
    if mail.mail_bytes > LARGE_MAIL_BYTES:
        yield warning(
            Rule.SIZE,
            f"the mail has {mail.mail_bytes // 1000} KB with its pictures, for every reader; "
            'lower theme.image_bytes, or set theme.images = "absolute"',
        )
    for reason in mail.pictures_left:
        yield warning(Rule.PICTURES, f"a picture keeps its address: {reason}")
    if mail.left_out:
        yield warning(Rule.SHORTENED, f"to keep it below what Gmail shows, {mail.left_out}")


def _subject(mail: CheckedMail) -> Iterator[Finding]:
    subject = mail.subject
    if len(subject) > MAX_SUBJECT_CHARACTERS:
        yield warning(
            Rule.SPAM, f"the subject has {len(subject)} characters; phones show about 40 of them"
        )
    if len(_SHOUTING.findall(subject)) > 1 or (len(subject) > 12 and subject.isupper()):
        yield warning(Rule.SPAM, "the subject shouts; filters dislike words in capitals")
    if subject.count("!") + subject.count("?") > 2 or "!!" in subject or "$$" in subject:
        yield warning(Rule.SPAM, "the subject has many exclamation marks; filters dislike them")
    for place, words in (("subject", subject), ("text", mail.text)):
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
        shown = _HOST_IN_WORDS.fullmatch(_link_text(link))
        if shown and _may_mislead(shown[1].lower(), host):
            yield warning(
                Rule.SPAM, f"the link reads {shown[1]} and leads to {host}, as in a fraud"
            )


def _split(address: str) -> tuple[str, str]:
    """Scheme and host in lower case; empty without."""
    try:
        parts = urlsplit(address.strip())
        return parts.scheme.lower(), (parts.hostname or "").lower()
    except ValueError:
        return "", ""


def _may_mislead(shown: str, host: str) -> bool:
    """Whether what a link reads is another host; the name of a file or program is none."""
    return _bare(shown) != _bare(host) and shown.rpartition(".")[2] not in _FILE_SUFFIXES


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _link_text(link: trees.HtmlElement) -> str:
    return " ".join(link.text_content().split())
