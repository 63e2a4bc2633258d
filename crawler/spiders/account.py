"""The spider for public accounts 公众号: reads the feed, fetches the posts."""

from collections.abc import Iterable

from classifiers.values import PageText
from crawler.sources import feed
from crawler.sources.post import read_post
from crawler.spiders.visit import VisitSpider
from records.visits import Target


class AccountSpider(VisitSpider):
    """Plans the posts that the feed lists; posts add nothing."""

    name: str = "account"

    def links(self, target: Target, url: str, html: str, body: bytes) -> Iterable[str]:
        """The posts of the feed."""
        return feed.post_urls(body)

    def read(self, html: str) -> tuple[PageText, str]:
        """As `read_post`."""
        return read_post(html)
