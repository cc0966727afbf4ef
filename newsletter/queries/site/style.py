"""The style sheet of a theme, which sets the CSS variables of the site's `static/site.css`."""

from newsletter.config.colours import readable_on, words_on
from newsletter.config.theme import Palette, Theme

# Focus indicator (WCAG 2.2, 1.4.11: contrast of 3:1).
FOCUS, FOCUS_RATIO = "#b4530a", 3.0


def theme_css(theme: Theme, *, has_masthead: bool) -> str:
    """The style sheet."""
    fonts = {"serif": theme.heading_font, "sans": theme.text_font}
    return "\n".join(
        (
            _rule(":root", _colours(theme.light) | {n: font for n, font in fonts.items() if font}),
            _masthead(theme.light) if has_masthead else "",
            "@media (prefers-color-scheme: dark) {",
            _rule(":root", _colours(theme.dark)),
            _masthead(theme.dark) if has_masthead else "",
            "}\n",
        )
    )


def _colours(palette: Palette) -> dict[str, str]:
    # Links stand on both paper and ground.
    accent = readable_on(palette.accent, palette.paper, palette.ground)
    return {
        "paper": palette.paper,
        "sheet": palette.ground,
        "ink": palette.ink,
        "soft": palette.soft,
        "line": palette.line,
        "accent": accent,
        "accent-ink": words_on(accent, palette.ink),
        "focus": readable_on(FOCUS, palette.paper, palette.ground, ratio=FOCUS_RATIO),
    }


def _masthead(palette: Palette) -> str:
    """One readable colour for everything in the masthead."""
    words = palette.on_masthead
    names = ("ink", "soft", "line", "accent", "focus")
    behind = {"paper": palette.masthead, "sheet": palette.masthead}
    return _rule(".masthead", behind | dict.fromkeys(names, words))


def _rule(selector: str, values: dict[str, str]) -> str:
    return f"{selector} {{ {' '.join(f'--{name}: {value};' for name, value in values.items())} }}"
