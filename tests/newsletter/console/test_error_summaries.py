"""Every form of the console, sent with nonsense: each error names its field and leads there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from console_support import Console
from lxml import html as trees
from support import add_article, add_subscriber

from newsletter.actions import bulletins, digests, imports, segments
from newsletter.console.frame.state import PREFIX
from newsletter.editions.compose import BulletinDraft
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role

# A form of one button has nothing to fill in; a stream has no form.
LEFT_OUT = ("/sign-out", "/events", "/live")
FIELDS = ".//input[@name] | .//textarea[@name] | .//select[@name]"
NONSENSE = ("", '"><b>-1' * 1000)


def test_each_error_of_a_form_names_its_field_and_leads_there(console: Console) -> None:
    fill(console)
    faults, refused = [], set[str]()
    for client in (console.as_role(Role.OWNER).http, console.visitor().http):
        for action, form in forms_of(client):
            for words in NONSENSE:
                answer = client.post(action, data=values(form, words))
                if answer.status_code >= 500:
                    faults.append(f"{action}: {answer.status_code}")
                if 400 <= answer.status_code < 500:
                    page = trees.fromstring(answer.text)
                    refused.add(place(action))
                    faults += [f"{place(action)}: {fault}" for fault in faults_of(page)]
    assert "\n".join(sorted(set(faults))) == ""
    assert len(refused) > 30


def fill(console: Console) -> None:
    """Something of everything that has a form."""
    app, ann, now = console.app, operator("ann"), console.app.clock.now()
    with app.database.write() as session:
        add_article(session, "Homes agreed", now, topics=["housing"])
        add_subscriber(session, "bea@wexcombe.example", now, topics=["housing"])
        add_subscriber(session, "pat@wexcombe.example", now, proven=False)
    digests.compose(app, ann, "friday")
    segments.add(app, ann, "housing", "topic = housing")
    bulletins.send(app, ann, BulletinDraft(subject="Flood", text="Stay in."))
    console.add_member(Role.EDITOR)
    number = imports.upload(app, ann, "list.csv", b"email\nkim@wexcombe.example\nno address\n")
    imports.rehearse(app, ann, number)


def forms_of(client: httpx.Client) -> Sequence[tuple[str, Any]]:
    """The forms with fields on all pages that links lead to, with the address they are sent to."""
    waiting, seen = [PREFIX], set[str]()
    forms = dict[tuple[str, ...], tuple[str, Any]]()
    while waiting:
        url = waiting.pop()
        if place(url) in seen or any(word in url for word in LEFT_OUT):
            continue
        seen.add(place(url))
        answer = client.get(url, follow_redirects=True)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page, here = trees.fromstring(answer.text), str(answer.request.url)
        links = (urldefrag(urljoin(here, a.get("href")))[0] for a in page.xpath("//a[@href]"))
        waiting += [link for link in links if urlsplit(link).path.startswith(PREFIX)]
        for form in page.xpath("//form[@method='post']"):
            names = [one.get("name") for one in form.xpath(FIELDS) if one.get("type") != "hidden"]
            if names:
                action = urljoin(here, form.get("action"))
                forms.setdefault((place(action), *names), (action, form))
    return list(forms.values())


def values(form: Any, words: str) -> Mapping[str, list[str]]:
    """What a form sends with these words in every field; of choices none, or one there is not."""
    sent: dict[str, list[str]] = {}
    for field in form.xpath(FIELDS):
        if field.get("type") == "hidden":
            sent[field.get("name")] = [field.get("value", "")]
        elif words or field.get("type") not in {"checkbox", "radio", "file"}:
            sent[field.get("name")] = [words]
    for button in form.xpath(".//button[@name]")[:1]:
        sent[button.get("name")] = [button.get("value")]
    return sent


def faults_of(page: Any) -> Iterator[str]:
    """What is wrong with the summary of a page's errors."""
    links = page.xpath("//*[@role='alert' and @data-focus]//a")
    if links and not page.findtext(".//title").startswith("Error: "):
        yield "the title does not tell of the error"
    for link in links:
        name = link.get("href").removeprefix("#")
        found = page.xpath("//*[@id=$name]", name=name)
        if len(found) != 1:
            yield f"{len(found)} fields have the id {name}"
        elif found[0].tag not in {"input", "select", "textarea"}:
            yield f"{name} takes no focus"
        elif found[0].get("type") == "hidden":
            yield f"{name} is not shown"
        else:
            yield from faults_of_words(page, found[0], link.text_content())
    for field in page.xpath("//*[contains(@class, 'has-error')]"):
        words = field.xpath("string(.//p[@class='error'])")
        if not any(small(link.text_content()).endswith(small(words)) for link in links):
            yield f"the summary does not tell: {words}"


def faults_of_words(page: Any, field: Any, words: str) -> Iterator[str]:
    """What is wrong with the words of a link: the label of its field, and the error beside it."""
    if not any(small(words).endswith(small(error)) for error in errors_beside(page, field)):
        yield f"{field.get('id')} is not described by its error"
    if not any(words.startswith(f"{label}: ") for label in labels(page, field)):
        yield f"{field.get('id')} is not named: {words}"


def labels(page: Any, field: Any) -> Iterator[str]:
    """Of a field, or of the group that it stands in, without what is aside."""
    own = page.xpath("//label[@for=$id]", id=field.get("id"))
    for label in [*own, *field.xpath("ancestor::fieldset/legend")]:
        words = label.xpath("string()").removesuffix("optional")
        yield " ".join(words.split()).rstrip(".:?…")


def small(words: str) -> str:
    return words.casefold()


def errors_beside(page: Any, field: Any) -> list[str]:
    """The descriptions of a field, or of the group that it stands in."""
    described = [field, *field.iterancestors("fieldset")]
    names = " ".join(one.get("aria-describedby", "") for one in described).split()
    return [
        page.xpath("string(//*[@id=$name])", name=name) for name in names if name[:5] == "error"
    ]


def place(url: str) -> str:
    """The path of an address without its numbers."""
    parts = urlsplit(url).path.split("/")
    return "/".join("N" if part[:1].isdigit() else part for part in parts)
