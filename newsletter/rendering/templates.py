"""Template lookup and rendering: the operator's folder first, then the shipped one.

Operators' templates run in Jinja2's sandbox. Errors name file and line.
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

from newsletter.config.tables.theme_options import ThemeOptions
from newsletter.config.theme import Theme
from newsletter.errors import TemplateError
from newsletter.rendering.compiled_templates import CompiledTemplates
from newsletter.rendering.plaintext.layout import underlined, wrapped
from newsletter.rendering.plaintext.writer import html_to_text

HTML_BODY, MJML_BODY, TEXT_BODY = "body.html", "body.mjml", "body.txt"
# Folders that are no kinds of mail: base templates and web pages.
NO_KINDS = frozenset({"_base", "web"})
PACKAGE = Path(__file__).resolve().parent.parent
_COMPILED = CompiledTemplates()


def shipped_templates() -> Path:
    """The folder of the shipped templates, in the wheel or beside the package in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def web_folders(own_folder: str) -> list[Path]:
    """The folders of pages and static files, in lookup order."""
    own = [Path(own_folder) / "web"] if own_folder else []
    return [*own, shipped_templates() / "web"]


class Templates:
    """The mail templates of one site.

    Besides the values of its kind, every template has `theme` and the filters `wrapped`,
    `underlined` and `as_text`.
    """

    def __init__(self, own_folder: str = "", theme: Theme | None = None) -> None:
        folders = [Path(own_folder)] if own_folder else []
        self._folders = [*(f for f in folders), shipped_templates() / "email"]
        loaders: list[BaseLoader] = [FileSystemLoader(folder) for folder in self._folders]
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            autoescape=lambda name: name is not None and name.endswith((".html", ".mjml")),
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["theme"] = theme or Theme.of(ThemeOptions())
        self._environment.filters.update(
            as_text=html_to_text, wrapped=wrapped, underlined=underlined
        )

    def html_body(self, kind: str) -> str:
        """The file of a kind's HTML part: body.mjml or body.html, the operator's first."""
        for folder in self._folders:
            for file in (MJML_BODY, HTML_BODY):
                if (folder / kind / file).is_file():
                    return f"{kind}/{file}"
        return f"{kind}/{HTML_BODY}"

    def has(self, name: str) -> bool:
        """Whether a template of this name exists."""
        return any((folder / name).is_file() for folder in self._folders)

    def kinds(self) -> dict[str, list[Path]]:
        """Every kind of mail with its template files, the operator's first."""
        paths: dict[str, dict[str, Path]] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("*/*.*")):
                kind = path.parent.name
                if kind not in NO_KINDS and path.suffix in {".html", ".mjml", ".txt"}:
                    paths.setdefault(kind, {}).setdefault(path.name, path)
        return {
            kind: list(files.values())
            for kind, files in sorted(paths.items())
            if TEXT_BODY in files or {HTML_BODY, MJML_BODY} & set(files)
        }

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """A rendered template file.

        Args:
            name: its path below templates/email: "digest/body.html".

        Raises:
            TemplateError: missing, invalid, or using an undefined value; with file and line.
        """
        try:
            return self._environment.get_template(name).render(context)
        except (JinjaError, SecurityError, TypeError, ValueError, ArithmeticError) as error:
            raise self._explain(name, error) from error

    def render_line(self, source: str, where: str, context: Mapping[str, Any]) -> str:
        """A rendered one-line template of the configuration, white space folded."""
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
        """The innermost template file and line of an error."""
        place, trace = name, error.__traceback__
        while trace:
            file = trace.tb_frame.f_code.co_filename
            if any(Path(file).is_relative_to(folder) for folder in self._folders):
                place = f"{file}, line {trace.tb_lineno}"
            trace = trace.tb_next
        return place
