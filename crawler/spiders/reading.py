"""Reading the content of responses: by functions that a subclass names, since a process apart may have to run them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from scrapy.http import Response

from crawler.downloading.script_built import needs_browser, taken_away
from crawler.pages.guarded import Attempts
from crawler.pages.links import links_alone
from crawler.pages.pictures import inline_pictures
from crawler.pages.post import Post
from crawler.pages.sitemap import SiteMap
from crawler.platforms import read_site_page
from crawler.spiders.asking import AskingSpider
from crawler.videos.addresses import media_addresses
from crawler.workers.page_reader import PageGivenUp
from records.snapshots.snapshots import Fetched
from records.visits.targets import Target


def no_links(html: str, url: str, body: bytes) -> Sequence[str]:
    """None: the page is all that is wanted."""
    return ()


@dataclass(frozen=True)
class Readers:
    """Total functions that read content: a page's text and its state ("normal", or that which a platform shows instead), the
    addresses that it names, and a planned map; `maps` is None where the source's kind has none, only pages and feeds."""

    page: Callable[[str, str], Post] = read_site_page
    links: Callable[[str, str, bytes], Sequence[str]] = no_links
    maps: Callable[[str, bytes], SiteMap] | None = None


class ReadingSpider(AskingSpider):
    """Reads pages by the functions that a subclass names."""

    name: str = "reading"
    readers: ClassVar[Readers] = Readers()

    def own(self, target: Target, links: Iterable[str]) -> Iterable[str]:
        """The found addresses that belong to the visit's plan."""
        return links

    def own_map(self, target: Target, found: SiteMap, url: str) -> SiteMap:
        """The part of a map that belongs to the visit's plan."""
        return found

    async def map_in(self, target: Target, response: Response) -> SiteMap:
        """The part of a response's map that belongs to the visit's plan; nothing where it takes too long to read."""
        assert self.readers.maps is not None, "asked for a kind that has maps"
        try:
            found = await self.reader.do(
                response.url, response.body, self.readers.maps, response.url, response.body
            )
        except PageGivenUp:
            return SiteMap()
        return self.own_map(target, found, response.url)

    async def links_in(
        self, target: Target, fetched: Fetched, html: str, body: bytes, to: Attempts
    ) -> list[str]:
        """The addresses that a page adds to its visit's plan; a fault is noted with the attempts `to` read it."""
        url = fetched.final_url
        finding = self.reader.do(url, html or body, self.readers.links, html, url, body)
        return list(self.own(target, await to.wait("链接", finding, lambda: links_alone(html, url))))

    async def pictures_in(self, attempts: Attempts, html: str, url: str, post: Post | None) -> Sequence[str]:
        """The addresses of a page's pictures and videos; empty where the response is not a page."""
        if post is None:
            return []
        finding = self.reader.do(url, html, media_addresses, html, url, post.images, post.videos)
        return await attempts.wait("图片地址", finding, list[str])

    async def inline_pictures_in(self, attempts: Attempts, html: str, url: str) -> Sequence[bytes]:
        """The pictures that a page holds itself."""
        finding = self.reader.do(url, html, inline_pictures, html)
        return await attempts.wait("页内图片", finding, list[bytes])

    async def must_be_shown(self, html: str, url: str, post: Post, helps: bool | None) -> bool:
        """As `needs_browser`; not for a page that takes too long to look through."""
        try:
            return await self.reader.do(url, html, needs_browser, html, post.text, helps)
        except PageGivenUp:
            return False

    async def lost_in(self, html: str, url: str, post: Post, plain: Post) -> str | None:
        """As `taken_away`, of the browser's page and the server's."""
        try:
            return await self.reader.do(
                url, html, taken_away, post.text, plain.text, url, html, self.readers.page
            )
        except PageGivenUp:
            return None
