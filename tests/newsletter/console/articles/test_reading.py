"""Articles as those see them who read and do not write."""

from console_support import Console
from support import add_article

from newsletter.articles.models import ArticleStatus
from newsletter.staff.permissions import Role


def test_a_viewer_reads_what_is_not_on_the_site_yet(console: Console) -> None:
    with console.app.database.write() as session:
        now = console.app.clock.now()
        add_article(session, "Late bus", now, status=ArticleStatus.DRAFT, topics=["buses"])
    viewer = console.as_role(Role.VIEWER)
    assert 'href="/console/articles/1/read">Late bus</a>' in viewer.get("/articles").text
    text = viewer.get("/articles/1/read").text
    assert [words for words in ('dir="auto"><p>', "Buses", "Draft") if words not in text] == []
    assert 'action="/console/articles' not in text
