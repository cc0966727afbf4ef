"""One change by every action on articles, pictures, sources and feeds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from action_site import ANN, FRIDAY, Call, Change
from pictures import gradient, saved
from sqlalchemy import update

from newsletter.actions import (
    articles,
    feeds,
    media,
    sources,
)
from newsletter.app import Newsletter
from newsletter.articles import store as article_store
from newsletter.articles.editing import ArticleEdit as ArticleEdit
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing.content import ArticleContent
from newsletter.feeds.maintenance import FeedMaintenance, MaintenanceResult
from newsletter.http_client.fetching import Fetched, Size
from newsletter.staff.actors import operator

PICTURE = saved(gradient(80, 60), "JPEG")

RSS = (
    b'<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>One</title>'
    b"<description>Words.</description></item></channel></rss>"
)


def measuring(app: Newsletter) -> Call:
    with app.database.write() as session:
        session.execute(update(Article).values(image_url="https://wexcombe.example/a.jpg"))
    size = Size(length_bytes=7, content_type="image/jpeg")
    return lambda actor: articles.measure(app, actor, lambda _: size)


class Keeper(FeedMaintenance):
    """Always reports one sealed archive."""

    def run(self) -> MaintenanceResult:
        return MaintenanceResult(archives=1, notices=0)


def keeping_feeds(app: Newsletter) -> Call:
    keeper = Keeper(app.database, app.config, app.clock)
    return lambda actor: feeds.keep(app, actor, keeper)


def polling(app: Newsletter) -> Call:
    def fetch(url: str, *, etag: str, last_modified: str, allow_private: bool) -> Fetched:
        del etag, last_modified, allow_private
        return Fetched(url=url, changed=True, content=RSS, etag="", last_modified="")

    return lambda actor: sources.poll(app, actor, "neighbours", fetch)


def saving(app: Newsletter) -> Call:
    content = stored_content(app)
    changed = replace(content, title="Houses")
    return lambda actor: articles.save(app, actor, 1, changed, content.version)


def discarding_words(app: Newsletter) -> Call:
    articles.keep(app, operator("setup"), 1, stored_content(app))
    return lambda actor: articles.discard(app, actor, 1)


def restoring(app: Newsletter) -> Call:
    articles.edit(app, operator("setup"), 1, ArticleEdit(title="Houses"))
    return lambda actor: articles.restore(app, actor, 1, 1)


def stored_content(app: Newsletter) -> ArticleContent:
    with app.database.read() as session:
        return ArticleContent.of(article_store.get(session, 1))


def describing(app: Newsletter) -> Call:
    media.add(app, operator("setup"), PICTURE, "quay.jpg")
    return lambda actor: media.describe(app, actor, 1, "The quay")


def pruning(app: Newsletter) -> Call:
    media.add(app, operator("setup"), PICTURE, "quay.jpg")
    app.clock.at += timedelta(days=31)
    return lambda actor: media.prune(app, actor)


def importing_articles(app: Newsletter) -> Call:
    record = Record(
        source="text",
        source_key="two.txt",
        explicit_key=False,
        title="Two",
        body_html="<p>Two.</p>",
        published_at=FRIDAY,
        where="two.txt",
    )
    site = ImportContext.of(app.config.site)
    return lambda actor: articles.import_(app, actor, [record], site)


def publishing(app: Newsletter) -> Call:
    with app.database.write() as session:
        session.execute(update(Article).values(status=ArticleStatus.SCHEDULED))
    return lambda actor: articles.publish_due(app, actor)


def revoking(app: Newsletter) -> Call:
    feeds.give_private(app, operator("setup"), ANN)
    return lambda actor: feeds.revoke_private(app, actor, ANN)


ARTICLE_CHANGES: Mapping[str, Change] = {
    "articles.discard": discarding_words,
    "articles.keep": lambda app: lambda who: articles.keep(app, who, None, ArticleContent()),
    "articles.restore": restoring,
    "articles.save": saving,
    "articles.correct": lambda app: lambda who: articles.correct(app, who, 1, "It was Tuesday."),
    "articles.edit": lambda app: (
        lambda who: articles.edit(app, who, 1, ArticleEdit(title="Houses"))
    ),
    "articles.import": importing_articles,
    "articles.mail": lambda app: lambda who: articles.mail(app, who, 1),
    "articles.measure": measuring,
    "articles.publish_due": publishing,
    "articles.withdraw": lambda app: lambda who: articles.withdraw(app, who, ["1"]),
    "media.add": lambda app: lambda who: media.add(app, who, PICTURE, "quay.jpg"),
    "media.describe": describing,
    "media.prune": pruning,
    "sources.poll": polling,
    "feeds.give_private": lambda app: lambda who: feeds.give_private(app, who, ANN),
    "feeds.keep": keeping_feeds,
    "feeds.revoke_private": revoking,
}
