"""The spider that looks at disposed pages again 核验: one page a visit, fetched whole."""

from typing import ClassVar

from crawler.pages.post import Post
from crawler.platforms import read_post
from crawler.spiders.visit import VisitSpider


class RecheckSpider(VisitSpider):
    """Fetches without conditions: a page that the server calls unchanged must still be seen."""

    name: str = "recheck"
    conditional: ClassVar[bool] = False

    def read(self, html: str, url: str) -> Post:
        """As a post or as an ordinary page, by its shape."""
        return read_post(html, url)
