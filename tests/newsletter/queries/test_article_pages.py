"""Pages of the list of articles, in every order."""

from datetime import timedelta
from pathlib import Path

import pytest
from support import add_article, make_app

from newsletter.clock import FixedClock
from newsletter.queries.articles import ArticleFilters, ArticleOrder, article_page

TITLES = ("Quay", "bus", "Abbey", "quay wall", "Élan", "Bus")


@pytest.fixture(params=["sqlite_url", pytest.param("postgresql_url", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


def test_pages_in_any_order_have_each_article_once(
    tmp_path: Path, url: str, clock: FixedClock
) -> None:
    app = make_app(tmp_path, url, clock)
    with app.database.write() as session:
        for number, title in enumerate(TITLES):
            # Two on each day, so that dates are tied as titles are.
            add_article(session, title, clock.now() - timedelta(days=number // 2))
    with app.database.read() as session:
        for order in ArticleOrder:
            for is_ascending in (True, False):

                def page(after: int | None, limit: int) -> list[int]:
                    rows = article_page(
                        session,
                        ArticleFilters(),
                        order=order,  # noqa: B023 - called in this round
                        is_ascending=is_ascending,  # noqa: B023
                        after=after,
                        limit=limit,
                    )
                    return [row.article.id for row in rows]

                together, after = page(None, 100), None
                paged: list[int] = []
                while found := page(after, 1):
                    paged += found
                    after = found[-1]
                assert paged == together
                assert len(set(paged)) == len(TITLES)
    app.close()
