"""The options of `[theme]`: how mails and pages look. Unreadable colours are refused."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from newsletter.config.colours import READABLE, contrast, readable_on
from newsletter.config.kinds import Colour, FontFamily, OneLine, OptionTable, WebAddress


class ThemeOptions(OptionTable):
    """How mails and pages look; unreadable colours are refused."""

    paper: Colour = Field("#ffffff", description="Behind the words, #rrggbb")
    ground: Colour = Field("#eef0ec", description="Around the paper of a mail")
    ink: Colour = Field("#18222c", description="Words", validate_default=True)
    accent: Colour = Field(
        "#0d5a62", description="Links and buttons: the party's colour", validate_default=True
    )
    paper_dark: Colour = Field("#161f26", description="The same in dark mode")
    ground_dark: Colour = Field("#0c1216", description="Likewise, around the paper")
    ink_dark: Colour = Field("#e8ebe7", description="Likewise, words", validate_default=True)
    accent_dark: Colour | Literal[""] = Field(
        "", description="Likewise, links and buttons; empty: accent, lightened as far as needed"
    )
    masthead: Colour | Literal[""] = Field(
        "", description="Behind the name at the top, light and dark; empty: as the paper"
    )
    heading_font: FontFamily = Field(
        "", description="CSS font-family of headings; empty: the shipped serif"
    )
    text_font: FontFamily = Field(
        "", description="CSS font-family of text; empty: the shipped sans serif"
    )
    logo: WebAddress | Literal[""] = Field(
        "", description="Address of a picture in place of the name at the top: PNG or JPEG"
    )
    logo_width: int = Field(200, ge=16, le=536, description="Its width as shown, in pixels")
    logo_height: int = Field(60, ge=8, le=400, description="Its height as shown")
    images: Literal["absolute", "inline"] = Field(
        "absolute",
        description="absolute: mails name the addresses of pictures; inline: your own pictures are "
        "parts of the mail",
    )
    image_sources: tuple[WebAddress, ...] = Field(
        (),
        description="What addresses of your own pictures begin with, besides site.base_url; for "
        "inline",
    )
    image_bytes: int = Field(
        150_000,
        ge=1_000,
        le=2_000_000,
        description="A larger picture keeps its address; for inline",
    )
    footer: OneLine = Field("", description="A line of your own at the foot, above the imprint")

    @field_validator("ink", "accent")
    @classmethod
    def _reads_on_paper(cls, colour: str, info: ValidationInfo) -> str:
        return _readable(colour, "paper", info)

    @field_validator("ink_dark", "accent_dark")
    @classmethod
    def _reads_on_dark_paper(cls, colour: str, info: ValidationInfo) -> str:
        return _readable(colour, "paper_dark", info) if colour else colour


def _readable(colour: str, ground: str, info: ValidationInfo) -> str:
    """The colour, if text in it is readable on the ground (WCAG AA)."""
    behind = info.data.get(ground)
    if behind is not None and contrast(colour, behind) < READABLE:
        raise ValueError(
            f"its contrast with theme.{ground} {behind} is {contrast(colour, behind):.1f}, and "
            f"reading takes {READABLE}; try {readable_on(colour, behind)}"
        )
    return colour
