"""Error pages: status and text, never a traceback or a path."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from newsletter.app import Newsletter
from newsletter.clock import Clock
from newsletter.config.options import Config, TemplateOptions
from newsletter.database import Database
from newsletter.errors import (
    Conflict,
    InvalidInput,
    NewsletterError,
    NotAllowed,
    ResourceNotFound,
    SendingRefused,
    StorageError,
    TokenError,
)
from newsletter.http.statuses import status_of
from newsletter.tokens.signing import Signer
from newsletter.web.errors import OWN_STATUSES, ArticleWithdrawn
from newsletter.web.services import SiteServices

Show = Callable[[SiteServices], None]


class Failing:
    """A site whose edition pages raise."""

    def __init__(self, program: Newsletter, error: Exception) -> None:
        self.config: Config = program.config
        self.database: Database = program.database
        self.clock: Clock = program.clock
        self.secret: str = program.secret
        self._error = error
        self._program = program

    def signer(self, purpose: str) -> Signer:
        return self._program.signer(purpose)

    def edition_page(self, edition_id: int, key: str) -> str:
        raise self._error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ArticleWithdrawn("x"), 410),
        (ResourceNotFound("x"), 404),
        (TokenError("x"), 400),
        (InvalidInput("x"), 400),
        (Conflict("x"), 409),
        (NotAllowed("x"), 403),
        (StorageError("x"), 503),
        (SendingRefused("x"), 500),
    ],
)
def test_each_error_has_its_status(error: NewsletterError, expected: int) -> None:
    assert status_of(error, OWN_STATUSES) == expected


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ResourceNotFound("there is no edition 7"), 404),
        (StorageError("database /srv/secret.db: disk full"), 503),
        (SendingRefused("the password of /srv/secret.db"), 500),
        (RuntimeError("/srv/secret.db"), 500),
    ],
)
def test_internal_errors_are_not_shown(
    client: httpx.Client, program: Newsletter, show: Show, error: Exception, status: int
) -> None:
    show(Failing(program, error))
    response = client.get("/editions/7")
    assert response.status_code == status
    assert "<h1>" in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"


def test_a_wrong_method_is_answered_with_the_right_ones(client: httpx.Client) -> None:
    response = client.post("/")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize("broken", ["front.html", "base.html", "error.html"])
def test_a_broken_custom_template_is_answered_in_plain_text(
    client: httpx.Client, program: Newsletter, show: Show, tmp_path: Path, broken: str
) -> None:
    own = tmp_path / "own"
    (own / "web").mkdir(parents=True)
    (own / "web" / broken).write_text("{% if %} {{ secret")
    options = TemplateOptions(folder=str(own))
    program.config = program.config.model_copy(update={"templates": options})
    show(program)
    path = "/nowhere" if broken == "error.html" else "/"
    response = client.get(path)
    assert response.status_code in {404, 500}
    assert "secret" not in response.text


def test_custom_pages_and_styles_override_shipped_ones(
    client: httpx.Client, program: Newsletter, show: Show, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    (own / "web" / "static").mkdir(parents=True)
    (own / "web" / "front.html").write_text("<p>{{ articles|length }} of {{ site.name }}</p>")
    (own / "web" / "static" / "site.css").write_text("p { color: red }")
    options = TemplateOptions(folder=str(own))
    program.config = program.config.model_copy(update={"templates": options})
    show(program)
    assert client.get("/").text == "<p>3 of Wexcombe Forward</p>"
    assert client.get("/static/site.css").text == "p { color: red }"
    assert client.get("/static/icon.svg").status_code == 200
    assert client.get("/topics/housing").status_code == 200
