"""The theme of mails and pages: all colours, light and dark, derived from the configured ones.

Secondary colours are mixed from the configured ones and adjusted until they are readable.
"""

from dataclasses import dataclass
from typing import Self

from newsletter.config.colours import EASILY_READABLE, mix, readable_on, words_on
from newsletter.config.tables.theme_options import ThemeOptions


@dataclass(frozen=True, kw_only=True)
class Palette:
    """One colour scheme, as `#rrggbb`. All text colours are readable on `paper`."""

    paper: str
    """Background of the text."""
    ground: str
    """Background around the paper."""
    ink: str
    soft: str
    """Secondary text: dates, bylines, footer; readable on `ground` too."""
    line: str
    """Lines."""
    accent: str
    """Links and buttons."""
    on_accent: str
    """Text on the accent."""
    masthead: str
    """Background of the name at the top."""
    on_masthead: str


@dataclass(frozen=True, kw_only=True)
class Theme:
    """How an organisation's mails and pages look."""

    light: Palette
    dark: Palette
    heading_font: str
    """A CSS font-family; empty: the default of each place."""
    text_font: str
    logo: str
    """Absolute URL of an image; empty: the name as text."""
    logo_width: int
    logo_height: int
    footer: str
    """A line of the organisation's own."""

    @classmethod
    def of(cls, options: ThemeOptions) -> Self:
        dark_accent = options.accent_dark or readable_on(
            options.accent, options.paper_dark, ratio=EASILY_READABLE
        )
        return cls(
            light=_palette(
                options.paper, options.ground, options.ink, options.accent, options.masthead
            ),
            dark=_palette(
                options.paper_dark,
                options.ground_dark,
                options.ink_dark,
                dark_accent,
                options.masthead,
            ),
            heading_font=options.heading_font,
            text_font=options.text_font,
            logo=options.logo,
            logo_width=options.logo_width,
            logo_height=options.logo_height,
            footer=options.footer,
        )


def _palette(paper: str, ground: str, ink: str, accent: str, masthead: str) -> Palette:
    behind_name = masthead or paper
    return Palette(
        paper=paper,
        ground=ground,
        ink=ink,
        soft=readable_on(mix(ink, paper, 0.72), paper, ground),
        line=mix(ink, paper, 0.18),
        accent=accent,
        on_accent=words_on(accent, ink),
        masthead=behind_name,
        on_masthead=words_on(masthead, ink) if masthead else ink,
    )
