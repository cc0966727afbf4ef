"""MJML conversion, by mjml-python (an optional extra)."""

from newsletter.errors import TemplateError


def to_html(source: str, where: str) -> str:
    """The HTML of an MJML document with inlined styles; nothing is fetched.

    Args:
        where: the template, for error messages.

    Raises:
        TemplateError: it is not MJML, or the extra is not installed.
    """
    try:
        from mjml import mjml2html
    except ImportError as error:
        raise TemplateError(
            f"{where} is MJML, which needs an extra: pip install 'newsletter[mjml]'"
        ) from error
    try:
        # No fonts: MJML's are loaded from a third party by every reader.
        return str(mjml2html(source, fonts={}))
    except ValueError as error:
        raise TemplateError(f"{where}: {error}") from error
