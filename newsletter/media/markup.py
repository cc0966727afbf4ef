"""What a stored picture is in the HTML of an article."""

from newsletter.media.models import MediaItem, MediaRendition
from newsletter.media.urls import media_path


def path_of(rendition: MediaRendition) -> str:
    """The path of an encoded file below the base URL."""
    return media_path(rendition.hash, rendition.media_type)


def picture_attributes(item: MediaItem) -> dict[str, str]:
    """The attributes of its `img`: the wide file, which mails and pages show at their column's
    width; no `alt` while nobody has said what it shows."""
    wide = item.widest
    values = {"src": path_of(wide), "width": str(wide.width), "height": str(wide.height)}
    return values if item.alt is None else {**values, "alt": item.alt}
