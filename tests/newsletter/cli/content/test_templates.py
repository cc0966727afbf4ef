"""`newsletter templates` with custom templates."""

import json
import sys
from pathlib import Path

import pytest
from support import Run

SITE = """
[site]
name = "Wexcombe Forward"
secret_key = "x"
[templates]
folder = "own"
"""
MJML = """<mjml lang="{{ site.language }}"><mj-body><mj-section><mj-column>
<mj-text>{{ person.greeting }}</mj-text>
{% for article in articles %}<mj-text><a href="{{ article.url }}">{{ article.title }}</a></mj-text>
{% endfor %}
<mj-text>{% include "_base/imprint.html" %}</mj-text>
<mj-text><a href="{{ person.unsubscribe_url }}">Leave</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The custom template folder of a site."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "newsletter.toml").write_text(SITE)
    (tmp_path / "own" / "digest").mkdir(parents=True)
    return tmp_path / "own"


@pytest.mark.usefixtures("own")
def test_every_shipped_template_passes_the_check(run: Run) -> None:
    ran = run("templates", "check")
    assert (ran.status, ran.err) == (0, "")
    assert "digest:" in ran.out
    assert "confirm:" in ran.out


def test_custom_templates_override_shipped_ones(own: Path, run: Run) -> None:
    (own / "digest" / "body.txt").write_text("{{ lead.title }}")
    found = json.loads(run("templates", "list", "--json").out)
    assert str(own / "digest" / "body.txt") in found["digest"]
    assert not any(path.startswith(str(own)) for path in found["bulletin"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ site.name }}\n{% for %}", "line 2: Expected"),
        ("{{ site.name }}\n{{ nonsense }}", "line 2: 'nonsense' is undefined"),
        ('{% extends "_base/gone.html" %}', "_base/gone.html is not in"),
    ],
)
def test_a_template_error_names_file_and_line(
    own: Path, run: Run, source: str, message: str
) -> None:
    file = own / "digest" / "body.html"
    file.write_text(source)
    ran = run("templates", "check", "digest")
    assert ran.status == 3
    assert message in ran.err
    assert str(file) in ran.err or "is not in" in message


def test_an_unsendable_template_fails_the_check(own: Path, run: Run) -> None:
    (own / "digest" / "body.html").write_text("<p>No imprint, no way to leave</p>")
    ran = run("templates", "check", "digest")
    assert ran.status == 3
    assert "error [imprint]" in ran.err
    assert "error [unsubscribe]" in ran.err


def test_a_custom_kind_is_checked_as_a_digest(own: Path, run: Run) -> None:
    (own / "gala").mkdir()
    (own / "gala" / "body.html").write_text('{% extends "digest/body.html" %}')
    (own / "gala" / "body.txt").write_text('{% extends "digest/body.txt" %}')
    assert run("templates", "check", "gala").status == 0


@pytest.mark.usefixtures("own")
def test_a_preview_holds_the_rendered_mail(tmp_path: Path, run: Run) -> None:
    assert run("templates", "preview", "digest", "--to", "shown").status == 0
    page = (tmp_path / "shown" / "preview.html").read_text()
    assert "Dear Ada Fenn," in page
    assert "&lt;script&gt;" in page


@pytest.mark.usefixtures("own")
def test_an_unknown_kind_is_refused_with_the_known_kinds(run: Run) -> None:
    ran = run("templates", "preview", "nothing")
    assert ran.status == 1
    assert "there are: admin-alert" in ran.err


def test_mjml_overrides_html(own: Path, tmp_path: Path, run: Run) -> None:
    pytest.importorskip("mjml")
    (own / "digest" / "body.mjml").write_text(MJML)
    assert run("templates", "check", "digest").status == 0
    run("templates", "preview", "digest", "--to", "shown")
    page = (tmp_path / "shown" / "preview.html").read_text()
    assert "Dear Ada Fenn" in page
    assert "mj-text" not in page
    assert "fonts.googleapis" not in page


def test_invalid_mjml_is_refused_with_its_file(own: Path, run: Run) -> None:
    pytest.importorskip("mjml")
    (own / "digest" / "body.mjml").write_text("<mjml><mj-body>")
    ran = run("templates", "check", "digest")
    assert ran.status == 3
    assert "digest/body.mjml" in ran.err


def test_mjml_without_its_extra_names_the_command_that_installs_it(
    own: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mjml", None)
    (own / "digest" / "body.mjml").write_text(MJML)
    assert "pip install 'newsletter[mjml]'" in run("templates", "check", "digest").err
