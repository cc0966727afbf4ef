"""Finding and rendering templates: the operator's folder first, then the shipped one.

Operators' templates run in Jinja2's sandbox. A mistake in one is told with file and line.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2 import TemplateError as JinjaError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from newsletter.config.theme import Theme
from newsletter.config.theme_options import ThemeOptions
from newsletter.errors import TemplateError
from newsletter.rendering.plaintext.layout import underlined, wrapped
from newsletter.rendering.plaintext.writer import html_to_text

HTML_BODY, MJML_BODY, TEXT_BODY = "body.html", "body.mjml", "body.txt"
# Folders beside the kinds: what kinds are built on, and the pages of the site.
NO_KINDS = frozenset({"_base", "web"})
PACKAGE = Path(__file__).resolve().parent.parent


def shipped_templates() -> Path:
    """The folder of the shipped templates: in the wheel, or beside the package in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def web_folders(own_folder: str) -> list[Path]:
    """Where pages and their static files are looked for, in order."""
    own = [Path(own_folder) / "web"] if own_folder else []
    return [*own, shipped_templates() / "web"]


class Templates:
    """The mail templates of one site.

    Every template is given `theme` and the filters `wrapped`, `underlined` and `as_text`, besides
    what its kind of mail brings.
    """

    def __init__(self, own_folder: str = "", theme: Theme | None = None) -> None:
        folders = [Path(own_folder)] if own_folder else []
        self._folders = [*(f for f in folders), shipped_templates() / "email"]
        loaders: list[BaseLoader] = [FileSystemLoader(folder) for folder in self._folders]
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            autoescape=lambda name: name is not None and name.endswith((".html", ".mjml")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["theme"] = theme or Theme.of(ThemeOptions())
        self._environment.filters.update(
            as_text=html_to_text, wrapped=wrapped, underlined=underlined
        )

    def html_body(self, kind: str) -> str:
        """The file of a kind's HTML part: body.mjml or body.html, the operator's own first."""
        for folder in self._folders:
            for file in (MJML_BODY, HTML_BODY):
                if (folder / kind / file).is_file():
                    return f"{kind}/{file}"
        return f"{kind}/{HTML_BODY}"

    def has(self, name: str) -> bool:
        """Whether there is a template of this name."""
        return any((folder / name).is_file() for folder in self._folders)

    def kinds(self) -> dict[str, list[Path]]:
        """Every kind of mail with the files that it is rendered from, the operator's own first."""
        found: dict[str, dict[str, Path]] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("*/*.*")):
                kind = path.parent.name
                if kind not in NO_KINDS and path.suffix in {".html", ".mjml", ".txt"}:
                    found.setdefault(kind, {}).setdefault(path.name, path)
        return {
            kind: list(files.values())
            for kind, files in sorted(found.items())
            if TEXT_BODY in files or {HTML_BODY, MJML_BODY} & set(files)
        }

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """A template file rendered.

        Args:
            name: its path below templates/email: "digest/body.html".

        Raises:
            TemplateError: missing, wrong, or using what it is not given; with file and line.
        """
        try:
            return self._environment.get_template(name).render(context)
        except (JinjaError, SecurityError, TypeError, ValueError, ArithmeticError) as error:
            raise self._explain(name, error) from error

    def render_line(self, source: str, where: str, context: Mapping[str, Any]) -> str:
        """A one-line template given in the configuration, white space folded."""
        try:
            return " ".join(self._environment.from_string(source).render(context).split())
        except (JinjaError, TypeError, ValueError, ArithmeticError) as error:
            raise TemplateError(f"{where}: {error}; found {source!r}") from error

    def _explain(self, name: str, error: Exception) -> TemplateError:
        if isinstance(error, TemplateNotFound):
            folders = " or ".join(str(folder) for folder in self._folders)
            return TemplateError(f"template {error.name} is not in {folders}")
        if isinstance(error, TemplateSyntaxError):
            return TemplateError(f"{error.filename or name}, line {error.lineno}: {error.message}")
        return TemplateError(f"{self._place(name, error)}: {error}")

    def _place(self, name: str, error: Exception) -> str:
        """The last template file and line on the way to an error."""
        place, trace = name, error.__traceback__
        while trace:
            file = trace.tb_frame.f_code.co_filename
            if any(Path(file).is_relative_to(folder) for folder in self._folders):
                place = f"{file}, line {trace.tb_lineno}"
            trace = trace.tb_next
        return place
