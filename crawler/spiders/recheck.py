"""The spider that looks at disposed pages again 核验: one page a visit, fetched whole."""

from typing import ClassVar

from crawler.platforms import read_post
from crawler.spiders.reading import Readers
from crawler.spiders.visit import VisitSpider


class RecheckSpider(VisitSpider):
    """Fetches without conditions: a page that the server calls unchanged must still be seen."""

    name: str = "recheck"
    conditional: ClassVar[bool] = False

    readers: ClassVar[Readers] = Readers(read_post)  # a post or an ordinary page, by its shape
