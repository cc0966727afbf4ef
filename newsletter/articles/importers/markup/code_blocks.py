"""Source code within shortcodes, as `<pre><code>` with every character kept.

After wordpress.com/support, "Posting source code", and the plugins SyntaxHighlighter Evolved and
Crayon: `[code]`, `[sourcecode language="css"]`, `[php]`. WordPress stores `<` and `&` within them
as entities.
"""

import re
from html import escape, unescape

NAMES = (
    "code|sourcecode|source|crayon|actionscript3|as3|bash|c|cpp|csharp|css|delphi|diff|erlang"
    "|groovy|html|java|javafx|javascript|js|latex|matlab|objc|perl|php|plain|powershell|ps|py"
    "|python|r|ruby|scala|shell|sql|swift|text|vb|xhtml|xml|xslt|yaml"
)
# What stands between holds no other start of the same, so that each is looked at once.
SHORTCODE = (
    rf"\[(?P<shortcode>{NAMES})(?:[\s=:][^\[\]<>]*)?\]"
    r"(?P<source>(?:[^\[]|\[(?!/?(?P=shortcode)[\]\s=]))*+)\[/(?P=shortcode)\]"
)
_PRE = re.compile(r"<pre\b.*</pre\s*>", re.IGNORECASE | re.DOTALL)
# From the beginning of a white run only, so that a long one is read once.
_BETWEEN_PARAGRAPHS = re.compile(r"(?:(?<!\s)\s+)?</p\s*>\s*<p(?:\s[^<>]*)?>\s*", re.IGNORECASE)
_LINE_END = re.compile(r"(?:(?<![ \t])[ \t]+)?<br\s*/?>[ \t]*\n?", re.IGNORECASE)
_FORMATTING = re.compile(
    r"</?(?:p|a|b|i|em|strong|span|code|del|sub|sup)(?:\s[^<>]*)?>", re.IGNORECASE
)


def code_block(source: str) -> str:
    """Source code as HTML; entities in it stand for their characters."""
    lines = unescape(source).replace("\r\n", "\n").strip("\n").rstrip()
    return f"<pre><code>{escape(lines, quote=False)}</code></pre>"


def stored_code(source: str) -> str:
    """The content of a shortcode as it was written; one that has its own `<pre>` keeps that."""
    own = _PRE.search(source)
    return own[0] if own else code_block(source)


def rendered_code(source: str) -> str:
    """The content of a shortcode whose lines were made paragraphs and line breaks."""
    lines = _LINE_END.sub("\n", _BETWEEN_PARAGRAPHS.sub("\n\n", source))
    return stored_code(source if _PRE.search(source) else _FORMATTING.sub("", lines))
