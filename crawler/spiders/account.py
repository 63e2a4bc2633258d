"""The spider for public accounts 公众号: reads the list of posts, fetches the posts, and stops where a
platform asks for verification."""

from typing import ClassVar

from crawler.pages.post import Post
from crawler.pages.urls import slot_of
from crawler.platforms import read_post
from crawler.platforms.feed import listed_posts
from crawler.spiders.progress import Progress
from crawler.spiders.reading import Readers
from crawler.spiders.visit import VisitSpider
from records.visits.frontier import Planned


class AccountSpider(VisitSpider):
    """Plans the posts that the list names; posts add nothing.

    A platform that asks for verification is left alone at once: no further request goes to its host in this
    crawl.
    """

    name: str = "account"
    at_once: ClassVar[int] = 2

    readers: ClassVar[Readers] = Readers(read_post, listed_posts)

    def seen(self, progress: Progress, planned: Planned, post: Post) -> None:
        """Stop asking a host that wants human verification."""
        if post.state == "needs_verification":
            self.closed_hosts[slot_of(planned.url)] = "平台要求验证，本次不再访问该平台"
            progress.held_back = True
