"""An HTML page: its article and metadata; or the HTML source file of a static site generator."""

from functools import partial
from urllib.parse import urljoin

from lxml import etree
from lxml import html as pages

from newsletter.articles.body.html_cleanup import clean_tree, stopped_at_depth
from newsletter.articles.body.urls import without_control_references
from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.format import Format, UnknownContent
from newsletter.articles.importers.markup import front_matter
from newsletter.articles.importers.markup.leftover_marks import strip_bracketed, strip_marks
from newsletter.articles.importers.markup.template_tags import strip_template_tags
from newsletter.articles.importers.pages.byline import author_on_page
from newsletter.articles.importers.pages.extraction import article_of, page_title
from newsletter.articles.importers.pages.page_metadata import PageMetadata
from newsletter.articles.importers.values.dates import Moment, read_moment
from newsletter.articles.importers.values.decoding import declared_in, decode
from newsletter.articles.importers.values.fields import Fields
from newsletter.articles.importers.values.file_names import (
    address_of,
    date_in,
    draft_if_undated,
    is_draft_file,
    key_of,
)
from newsletter.articles.models import ArticleStatus

# lxml.html asks a function of Python for the class of each element, each time it is visited.
_ONE_CLASS = etree.ElementDefaultClassLookup(
    element=pages.HtmlElement, comment=pages.HtmlComment, pi=pages.HtmlProcessingInstruction
)


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a page."""
    yield attempt(name, partial(_record, content, name, context))


def _record(content: bytes, name: str, context: ImportContext) -> Record:
    text = decode(content, declared_in(content))
    document = front_matter.split(text) if text.lstrip().startswith(("---", "+++")) else None
    if document and document.has_front_matter:
        return _of_source(document, name, context)
    return _of_page(text, name, context)


def _of_source(document: front_matter.Document, name: str, context: ImportContext) -> Record:
    """HTML below front matter, as static site generators use it."""
    fields, cleared = Fields(document.values), strip_template_tags(document.text)
    bare = strip_bracketed(cleared.text)
    published_at = fields.published_at(context.zone) or date_in(name, context.zone)
    status = ArticleStatus.DRAFT if is_draft_file(name) else fields.status()
    status, why = draft_if_undated(status, published_at)
    key = fields.text("id").strip()
    record = Record(
        source="html",
        source_key=key or key_of(name),
        explicit_key=bool(key),
        title=fields.text("title"),
        body_html=bare.text,
        published_at=published_at,
        where=name,
        summary=fields.text("summary"),
        author=fields.author(),
        topics=fields.topics(),
        image_url=fields.text("image"),
        canonical_url=fields.text("link"),
        base_url=address_of(name),
        status=status,
        updated_at=fields.moment("updated", context.zone),
        expires_at=fields.moment("expires", context.zone),
        notes=(*document.notes, *cleared.notes, *bare.notes, *fields.notes, *why),
    )
    return checked(record, context)


def _of_page(text: str, name: str, context: ImportContext) -> Record:
    root = _parsed(text)
    facts = PageMetadata(root)
    own = one_line(root.findtext(".//head/title") or root.findtext(".//title") or "")
    title = page_title(facts.headline(), own, facts.site_name(), root)
    notes: list[str] = []
    moment = _published(facts, name, context, notes)
    draft = ArticleStatus.DRAFT if is_draft_file(name) else None
    status, why = draft_if_undated(draft, moment.at if moment else None)
    updated = _moment(facts.updated(), context)
    etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
    notes += clean_tree(root)
    author = facts.author() or author_on_page(root)
    article = article_of(root, title)
    cleared = strip_marks(article.html, title)
    record = Record(
        source="html",
        source_key=key_of(name),
        explicit_key=False,
        title=title,
        body_html=cleared.text,
        published_at=moment.at if moment else None,
        where=name,
        summary=facts.meta("description", "og:description"),
        author=author,
        topics=facts.topics(),
        image_url=facts.image(),
        canonical_url=facts.canonical(),
        base_url=urljoin(address_of(name), facts.base()),
        status=status,
        updated_at=updated.at if updated else None,
        notes=(*notes, *article.notes, *cleared.notes, *why),
    )
    return checked(record, context)


def _parsed(text: str) -> pages.HtmlElement:
    parser = pages.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        content = without_control_references(text).encode("utf-8", "replace")
        page = pages.document_fromstring(content, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("there is no HTML in it", "export the page again") from error
    if stopped_at_depth(parser):
        raise Unreadable("its elements stand too deep in one another", "export the page again")
    return page


def _published(
    facts: PageMetadata, name: str, context: ImportContext, notes: list[str]
) -> Moment | None:
    """The first readable date that the page gives; else that of the file name."""
    for written, place in facts.dates():
        moment = _moment(written, context)
        if moment is not None:
            notes.append(f"date found in {place}")
            if moment.reading:
                notes.append(f"date read as {moment.reading}")
            return moment
    day = date_in(name, context.zone)
    return Moment(at=day) if day else None


def _moment(written: str, context: ImportContext) -> Moment | None:
    try:
        return read_moment(written, context.zone) if written else None
    except Unreadable:
        return None


def _is_page(found: UnknownContent) -> bool:
    head = found.head
    return head.startswith(("<!doctype html", "<html")) or ("<html" in head and head[0] == "<")


FORMATS = (
    Format(
        name="html",
        read=read,
        suffixes=(".htm", ".html", ".xhtml"),
        media_types=("text/html", "application/xhtml+xml"),
        sources={"html": True},
        rank=40,
        begins=_is_page,
    ),
)
