"""MJML turned into HTML, where the extra is installed; mjml-python behind one function."""

from newsletter.errors import TemplateError


def to_html(source: str, where: str) -> str:
    """The HTML of an MJML document, its styles already inlined; nothing is fetched.

    Args:
        where: the template, for messages.

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
        # No fonts: those that MJML knows are loaded from a third party by every reader.
        return str(mjml2html(source, fonts={}))
    except ValueError as error:
        raise TemplateError(f"{where}: {error}") from error
