"""Sample values for template previews: an edition and its articles that are in no database.

All invented, with the usual difficulties: long titles, missing pictures, characters that HTML must
escape.
"""

from datetime import datetime, timedelta

from newsletter.articles.models import Article, Topic
from newsletter.config.options import Config
from newsletter.editions.composing.content import notice_content
from newsletter.editions.composing.masthead import shown_masthead
from newsletter.editions.digests.sections import Amendment, Section
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.rendering.content import MailContent

SUMMARY = (
    "The committee met for two hours on Tuesday evening, heard eleven residents and agreed to "
    "most of what they asked for; the rest comes back in January."
)
BODY = (
    "<p>The committee met for two hours on Tuesday evening and heard <b>eleven residents</b>.</p>"
    "<h2>What was agreed</h2><ul><li>A lower roof line on the harbour side</li>"
    '<li>Figures every month, <a href="https://council.example/figures">in public</a></li></ul>'
    "<blockquote><p>“People were told to be patient, and they were.”</p></blockquote>"
    "<table><tr><th>Year</th><th>Homes</th></tr><tr><td>2026</td><td>24</td></tr></table>"
)
# Title, topics, has a picture.
STORIES = (
    ("Harbour Bridge reopens to buses after eleven months", ("Harbour", "Transport"), True),
    ("Sixty homes at the old ropeworks & what they cost", ("Harbour", "Housing"), True),
    ("A late bus from the hospital, at last", ("Transport",), False),
    ("Why is <script> in the council's minutes?", ("Council",), False),
    ("What is in the Wex? The council will test, and tell", ("Environment",), True),
    ("The museum finds a captain in its attic", ("Events",), False),
)


def sample_article(number: int, base_url: str, now: datetime) -> Article:
    """One of the sample stories, by number; they repeat."""
    title, topics, has_picture = STORIES[number % len(STORIES)]
    return Article(
        id=number + 1,
        slug=f"sample-{number + 1}",
        title=title,
        summary=SUMMARY,
        body_html=BODY,
        author="Nora Tallis",
        image_url=f"{base_url}/sample.png" if has_picture else "",
        canonical_url="",
        published_at=now - timedelta(hours=number),
        topics=[Topic(slug=name.lower(), name=name) for name in topics],
    )


def sample_sections(base_url: str, now: datetime, count: int) -> tuple[Section, ...]:
    """The sections of a sample digest."""
    articles = tuple(sample_article(number, base_url, now) for number in range(count))
    amendment = Amendment(
        article=sample_article(count + (1 - count) % len(STORIES), base_url, now),
        number=1,
        at=now - timedelta(days=2),
        note="The ropeworks will have sixty homes, not sixteen as we wrote.",
    )
    title, amendments = "The Friday digest", (amendment,) if count > 1 else ()
    return (Section(digest="sample", title=title, articles=articles, amendments=amendments),)


def sample_edition(config: Config, kind: str, now: datetime, count: int) -> Edition:
    """An edition for the templates of a kind: a bulletin if `count` is 0."""
    is_bulletin = count == 0
    return Edition(
        id=1,
        kind=EditionKind.BULLETIN if is_bulletin else EditionKind.DIGEST,
        state=EditionState.DRAFT,
        digest=None if is_bulletin else "sample",
        title="Bulletin" if is_bulletin else "The Friday digest",
        subject=STORIES[0][0],
        body_html=BODY if is_bulletin else "",
        topics="",
        template=kind,
        transport="",
        masthead=shown_masthead(config),
        created_at=now,
        send_at=now,
    )


def sample_notice(config: Config, kind: str, now: datetime) -> MailContent:
    """A mail of a kind that is for one subscriber or for administrators."""
    base_url = config.site.base_url
    values = {
        "alert": {
            "title": "An edition was stopped",
            "text": "The mail server refuses every mail since nine o'clock.",
            "details": ["554 5.7.1 relay access denied"],
        },
        "staff": {
            "title": "An edition awaits your approval",
            "text": "The Friday digest is ready, for 812 people.",
            "url": f"{base_url}/console",
            "label": "Look at it",
        },
        "confirm_url": f"{base_url}/confirm/sample",
        "move_url": f"{base_url}/move/sample",
        "keep_url": f"{base_url}/keep-address/sample",
        "return_url": f"{base_url}/return/sample",
        "good_until": "Friday 4 December 2026",
        "archive_url": f"{base_url}/editions",
        "choice": {
            "mails": "the digest and bulletins",
            "topics": ["Council", "Harbour", "Housing"],
            "digests": ["The Friday digest"],
            "paused_until": "Friday 25 December 2026",
        },
    }
    return notice_content(kind, values, shown_masthead(config), now)
