"""The import of an old site by its sitemap."""

import gzip
import io
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.importers.inputs import Loaded, find_inputs, read_all
from newsletter.errors import FetchError

CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")
OLD = "https://old.example"
PAGE = "<!DOCTYPE html><title>{0}</title><h1>{0}</h1><p>The wall of {0} was mended in a week.</p>"


def listed(kind: str, entry: str, *names: str) -> bytes:
    entries = "".join(
        f"<{entry}><loc>{OLD}/{name}</loc><lastmod>2019-03-23</lastmod></{entry}>" for name in names
    )
    return (
        f"<{kind} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</{kind}>".encode()
    )


def read(answers: Mapping[str, bytes], start: str) -> list[Record | BadRecord]:
    def fetch(address: str) -> Loaded:
        name = address.removeprefix(f"{OLD}/")
        if name not in answers:
            raise FetchError(f"{address}: it answers 404")
        return Loaded(content=answers[name])

    found = find_inputs([f"{OLD}/{start}"], io.BytesIO(), fetch)
    return list(read_all(found, CONTEXT, fetch=fetch))


def test_one_part_that_is_missing_or_damaged_costs_only_its_own_pages() -> None:
    parts = ("gone.xml", "error.xml", "cut.xml.gz", "empty.xml", "news.xml.gz")
    read_items = read(
        {
            "sitemap.xml": listed("sitemapindex", "sitemap", *parts),
            "error.xml": b"<!DOCTYPE html><html><body>Come back later</body></html>",
            "cut.xml.gz": gzip.compress(listed("urlset", "url", "quay"))[:40],
            "empty.xml": b"",
            "news.xml.gz": gzip.compress(listed("urlset", "url", "wall", "lost")),
            "wall": PAGE.format("Wexcombe").encode(),
        },
        "sitemap.xml",
    )
    bad = {item.where.removeprefix(f"{OLD}/") for item in read_items if isinstance(item, BadRecord)}
    assert bad == {"gone.xml", "error.xml", "cut.xml.gz", "empty.xml", "lost"}
    [article] = [item for item in read_items if isinstance(item, Record)]
    assert (article.title, article.source_key) == ("Wexcombe", f"{OLD}/wall")


def test_a_compressed_sitemap_is_recognised() -> None:
    [article] = read(
        {
            "sitemap.xml.gz": gzip.compress(listed("urlset", "url", "wall")),
            "wall": PAGE.format("Wexcombe").encode(),
        },
        "sitemap.xml.gz",
    )
    assert isinstance(article, Record)
    assert article.canonical_url == f"{OLD}/wall"


def test_a_compressed_file_that_is_damaged_is_no_sitemap() -> None:
    [refused] = read({"sitemap.xml.gz": b"\x1f\x8bcut"}, "sitemap.xml.gz")
    assert isinstance(refused, BadRecord)


def test_sitemaps_beyond_the_most_that_are_read_are_told() -> None:
    many = [f"part{number}.xml" for number in range(600)]
    empty = dict.fromkeys(many, listed("urlset", "url"))
    [told] = read({"sitemap.xml": listed("sitemapindex", "sitemap", *many), **empty}, "sitemap.xml")
    assert isinstance(told, BadRecord)
    assert told.hint == "import the further sitemaps one by one"
