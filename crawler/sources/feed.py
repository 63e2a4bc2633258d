"""Feeds of posts: RSS and Atom, as bridges for public accounts publish them."""

import feedparser


def post_urls(body: bytes) -> tuple[str, ...]:
    """The http(s) addresses of a feed's posts, in the feed's order; empty when it is no feed."""
    entries = feedparser.parse(body, resolve_relative_uris=False, sanitize_html=False).entries
    links = (str(entry.get("link", "")) for entry in entries)
    return tuple(dict.fromkeys(link for link in links if link.startswith(("http://", "https://"))))
