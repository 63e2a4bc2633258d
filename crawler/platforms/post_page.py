"""Posts of self-media 自媒体: a post's statements about itself, and the page objects that read them
(web-poet).

A platform is one small class in a module of its own: how its pages are recognised, where the parts of a post
stand, and the notices that it shows in place of a post. docs/guides/platform.md shows how one is added.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

from web_poet import HttpResponse, WebPage

from crawler.pages.bounded import bounded
from crawler.pages.extract import extract
from crawler.pages.post import Post
from crawler.pages.tree import spaced
from crawler.platforms.app import App
from crawler.platforms.notices import state_of_notice
from records.local_time import LOCAL

_SOMETHING = (
    ".//text()[normalize-space() and not(ancestor::script or ancestor::style or ancestor::template)]"
    " | descendant-or-self::*[self::img or self::image or self::video or self::iframe or self::mpvideosnap]"
)


class PostPage(WebPage[Post]):
    """A page object of one platform. A subclass adds the particulars; the rest is read alike."""

    hosts: ClassVar[tuple[str, ...]] = ()
    # Element ids that are hidden in the source until the page's own script shows them.
    shown_later: ClassVar[frozenset[str]] = frozenset()
    # Where a post's body stands, as CSS.
    bodies: ClassVar[str] = ""
    # The catalogue of notices that the platform shows in place of a post: a file of this name next to the
    # module.
    catalogue: ClassVar[str] = "any_site"
    # Where its links are opened; None: shared in WeChat.
    app: ClassVar[App | None] = None

    @classmethod
    def owns(cls, url: str, html: str) -> bool:
        """Whether the page is this platform's: by its host; a subclass may know it by its shape."""
        host = (urlsplit(url).hostname or "").lower()
        return any(host == known or host.endswith(f".{known}") for known in cls.hosts)

    def has_body(self) -> bool:
        """Whether a post stands on the page, with words, pictures or a film in it: an empty shell has
        none."""
        return any(body.xpath(_SOMETHING) for body in self.css(self.bodies))

    def title(self) -> str:
        """The post's title."""
        return self.words("h1")

    def account(self) -> str:
        """The publisher's name, as readers see it."""
        return ""

    def account_id(self) -> str:
        """The platform's id of the publisher."""
        return ""

    def published(self) -> str:
        """When it was published, as the page writes it: a date and time of Beijing, or seconds since 1970."""
        return ""

    def original_url(self) -> str:
        """Where 阅读原文 leads."""
        return ""

    def videos(self) -> Sequence[str]:
        """Addresses of videos."""
        return self.css("video::attr(src), iframe::attr(data-src), iframe::attr(src)").getall()

    def images(self) -> Sequence[str]:
        """Addresses of pictures."""
        return self.css("img::attr(data-src), img::attr(src)").getall()

    def script_texts(self) -> Sequence[str]:
        """Words that only the page's scripts hold, until they show them."""
        return ()

    def words(self, css: str) -> str:
        """The text of the first element that `css` selects; "" where there is none."""
        return spaced("".join(self.css(css).xpath("string()").getall()[:1]))

    def in_script(self, pattern: str) -> str:
        """The first group of `pattern` in the page's source; "" where it is not there."""
        found = re.search(pattern, self.html)
        return spaced(found[1]) if found else ""

    def to_post(self) -> Post:
        """The post, or the notice in its place."""
        page = extract(self.html, always_visible=self.shown_later)
        if not self.has_body():
            return Post(page, state_of_notice(page.text, self.catalogue) or "unknown")
        unwritten = [text for text in dict.fromkeys(self.script_texts()) if text not in page.text]
        page = page.with_seen((text, "", "script") for text in unwritten)
        return Post(
            text=replace(page, title=self.title() or page.title),
            account=self.account(),
            account_id=self.account_id(),
            published_at=moment(self.published()),
            original_url=self.original_url(),
            videos=tuple(dict.fromkeys(self.videos()))[:50],
            images=tuple(dict.fromkeys(self.images()))[:200],
            is_post=True,
        )


def moment(written: str) -> datetime | None:
    """Seconds since 1970, or a date with or without time in Beijing; None for anything else."""
    try:
        if written.isdecimal():
            return datetime.fromtimestamp(int(written), UTC)
        numbers = [int(number) for number in re.findall(r"\d+", written)[:6]]
        return datetime(*numbers, tzinfo=LOCAL) if len(numbers) >= 3 else None  # type: ignore[arg-type, misc]
    except (ValueError, OverflowError, OSError):
        return None


def response_of(url: str, html: str) -> HttpResponse:
    """A page as web-poet's page objects take it, within the bounds on its markup."""
    body = bounded(html).html.encode("utf-8", "replace")
    return HttpResponse(url or "http://unknown.invalid/", body=body, encoding="utf-8")
