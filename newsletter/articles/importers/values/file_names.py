"""File names and paths of pages: the implicit key, a date, and draft status."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.values.dates import moment_of
from newsletter.articles.models import ArticleStatus

# Jekyll: _posts/2019-03-23-harbour-wall.md; Medium's export has an underscore after the date.
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[-_]\S")
# The path of the page: Zola's `path = "2017/09/05/harbour-wall"`, Hugo's `url`.
_DATED_PATH = re.compile(r"(?:^|/)((?:19|20)\d{2}/\d{1,2}/\d{1,2})/\S")
_DRAFTS = re.compile(r"(?:^|/)(?:_drafts|drafts)/|(?:^|/)draft_[^/]*$", re.IGNORECASE)
# Packages that tools fetch, with Markdown of their own.
TOOL_FOLDERS = frozenset({"node_modules", "bower_components", "__pycache__"})
_TOOL_FILE = re.compile(
    r"(?:[jt]sconfig[\w.-]*|[\w.-]+\.config|[\w.-]+-lock|(?:npm-)?(?:package|shrinkwrap|composer"
    r"|bower|lerna|nx|turbo|angular|deno|vercel|now|netlify|firebase|renovate|wrangler|manifest"
    r"|theme|pyrightconfig))\.json"
    r"|(?:robots|humans|(?:app-)?ads|requirements[\w.-]*|cmakelists|licen[cs]e|copying)\.txt"
    r"|(?:licen[cs]e|code_of_conduct)\.md|(?:browserconfig|crossdomain)\.xml",
    re.IGNORECASE,
)


def is_tool_file(name: str) -> bool:
    """Whether a file of this name is a tool's or a site's own, such as `package.json`."""
    return bool(_TOOL_FILE.fullmatch(name))


def key_of(name: str) -> str:
    """The relative path without its suffix, so that x.txt and x.md are one article."""
    folder, slash, file = name.replace("\\", "/").rpartition("/")
    stem, _, _ = file.rpartition(".")
    return folder + slash + (stem or file)


def address_of(name: str) -> str:
    """The address that a name is, to which the text's own are relative; empty if it is a file's."""
    return name if name.startswith(("http://", "https://")) else ""


def date_in(name: str, zone: ZoneInfo) -> datetime | None:
    """The date at the start of the file name, or in the path of the page."""
    path = name.replace("\\", "/")
    match = _DATED.match(path.rpartition("/")[2]) or _DATED_PATH.search(path)
    try:
        return moment_of(match[1], zone) if match else None
    except Unreadable:
        return None


def is_draft_file(name: str) -> bool:
    """Whether it is in a drafts folder (Jekyll), or named as a draft (Medium)."""
    return bool(_DRAFTS.search(name.replace("\\", "/")))


def draft_if_undated(
    status: ArticleStatus | None, published_at: datetime | None
) -> tuple[ArticleStatus | None, tuple[str, ...]]:
    """The status, and a note if it becomes a draft because there is no date."""
    if published_at is not None or status in {ArticleStatus.DRAFT, ArticleStatus.WITHDRAWN}:
        return status, ()
    return ArticleStatus.DRAFT, ("without a date that can be read: kept as a draft",)
