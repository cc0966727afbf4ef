"""CSS inlining for mail clients, by premailer."""

import logging


def inline_styles(html: str) -> str:
    """The document with its style sheet inlined; @media rules and MSO comments are kept.

    `!important` is kept, or an inlined style would override its @media rule; nothing is fetched.
    """
    # Imported for the first mail: it brings a client for HTTP and two parsers of CSS along.
    from premailer import Premailer

    inlined = Premailer(
        html,
        strip_important=False,
        allow_network=False,
        allow_loading_external_files=False,
        keep_style_tags=False,
        remove_classes=False,
        disable_validation=True,
        # These HTML attributes take pixels; "100%" would replace the pixels that Outlook needs.
        disable_basic_attributes=["width", "height", "align"],
        cssutils_logging_level=logging.CRITICAL,
    ).transform()
    return str(inlined)
