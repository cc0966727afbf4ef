"""The OPML list of feeds."""

from lxml import etree

from newsletter.articles import store as articles
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.feeds import store
from newsletter.feeds.documents.opml import write_opml


def test_the_opml_list_has_every_feed_grouped(filled: Database, config: Config) -> None:
    with filled.write() as session:
        for author, article in zip(
            ("Nora Tallis", "Ada & Co"), articles.listed(session), strict=False
        ):
            article.author = author
    with filled.read() as session:
        root = etree.fromstring(write_opml(config.site, store.scopes(session)))
    assert root.get("version") == "2.0"
    assert root.findtext("head/title") == "Wexcombe Forward"
    everything, topics, authors = root.findall("body/outline")
    assert everything.get("xmlUrl") == "https://wexcombe.example/feed.atom"
    assert everything.get("htmlUrl") == "https://wexcombe.example/"
    assert [one.get("text") for one in topics] == [
        f"Wexcombe Forward: {name}" for name in ("Council", "Environment", "Housing", "Transport")
    ]
    assert [one.get("xmlUrl") for one in authors] == [
        f"https://wexcombe.example/authors/{slug}/feed.atom" for slug in ("ada-co", "nora-tallis")
    ]
    assert {one.get("type") for one in (everything, *topics, *authors)} == {"rss"}
