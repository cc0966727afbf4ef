"""A person's reading text from HTML, for the plain part of a bulletin or article."""

import html2text

WIDTH = 72


def html_to_text(html: str) -> str:
    """The text wrapped at 72 columns, links kept beside their words."""
    writer = html2text.HTML2Text(bodywidth=WIDTH)
    writer.ignore_images = True
    writer.ignore_emphasis = True
    writer.wrap_links = False
    writer.protect_links = True
    writer.single_line_break = False
    writer.ul_item_mark = "-"
    writer.unicode_snob = True
    return writer.handle(html).strip()
