"""Links in place of iframes, players and widgets, which neither mail nor feeds can hold.

A video becomes a link to its page; its preview image would tell the video platform who opens the
mail. A social media post stays a quotation with a link to it.
"""

import re
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from lxml import html as trees

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

# Frames without visible content, such as trackers.
_INVISIBLE = re.compile(
    r"googletagmanager|doubleclick|/recaptcha|about:|javascript:|facebook\.com/(?:plugins/like|tr\b)",
    re.IGNORECASE,
)
_YOUTUBE = re.compile(r"(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)$")
_POSTS = {"fb-post": "Facebook", "fb-video": "Facebook"}
_MAY_BE_POSTS = "descendant-or-self::blockquote | descendant-or-self::div[contains(@class, 'fb-')]"
PERMALINKS = ("data-instgrm-permalink", "cite", "data-href", "data-bluesky-uri")


def link_for_frame(address: str, title: str = "") -> Element | None:
    """A paragraph with a link to the content of a frame; None if it shows nothing."""
    if address.startswith("//"):
        address = f"https:{address}"
    if not address.strip() or _INVISIBLE.search(address):
        return None
    page, label = watch_page(address)
    return link(page, f"{label}: {title}" if title and label != title else label)


def watch_page(address: str) -> tuple[str, str]:
    """The public page of a player's URL, and the text of the link."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address, "Open"
    host = (parts.hostname or "").lower()
    last = parts.path.rstrip("/").rpartition("/")[2]
    if _YOUTUBE.search(host):
        query = parse_qs(parts.query)
        if "list" in query and last in {"videoseries", "playlist"}:
            return f"https://www.youtube.com/playlist?list={query['list'][0]}", "Watch on YouTube"
        number = query.get("v", [last])[0]
        return f"https://www.youtube.com/watch?v={number}", "Watch on YouTube"
    if host == "player.vimeo.com":
        return f"https://vimeo.com/{last}", "Watch on Vimeo"
    if host.endswith("dailymotion.com"):
        return f"https://www.dailymotion.com/video/{last}", "Watch on Dailymotion"
    if host == "w.soundcloud.com":
        return parse_qs(parts.query).get("url", [address])[0], "Listen on SoundCloud"
    if host == "open.spotify.com":
        return address.replace("/embed/", "/").replace("/embed-podcast/", "/"), "Listen on Spotify"
    if host.endswith("facebook.com") and "/plugins/" in parts.path:
        return parse_qs(parts.query).get("href", [address])[0], "See on Facebook"
    return address, f"Open: {host.removeprefix('www.')}" if host else f"Open: {last}"


def link(address: str, label: str) -> Element:
    """A paragraph with one link."""
    paragraph = trees.Element("p")
    anchor = trees.Element("a", {"href": address})
    anchor.text = label
    paragraph.append(anchor)
    return paragraph


def link_posts(root: Element) -> None:
    """Quoted social media posts keep, or get, a link to the post."""
    for element in root.xpath(_MAY_BE_POSTS):
        names = (element.get("class") or "").split()
        network = next((_POSTS[name] for name in names if name in _POSTS), "")
        permalink = next((element.get(name) for name in PERMALINKS if element.get(name)), "")
        is_post = network or (element.tag == "blockquote" and any("-" in name for name in names))
        if is_post and str(permalink).startswith("http") and element.find(".//a[@href]") is None:
            element.tag = "blockquote"
            element.append(link(str(permalink), f"See on {network}" if network else "See the post"))
