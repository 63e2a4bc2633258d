"""Articles of 头条号, in the shape of www.toutiao.com."""

from typing import ClassVar

from crawler.platforms.post_page import PostPage


class ToutiaoArticlePage(PostPage):
    """An article, or the notice in its place."""

    hosts: ClassVar[tuple[str, ...]] = ("toutiao.com",)
    bodies: ClassVar[str] = "article"
    catalogue: ClassVar[str] = "toutiao_article"

    def account(self) -> str:
        return self.words(".article-meta .name, .media-info .name")

    def account_id(self) -> str:
        return self.in_script(r"/c/user/token/([\w-]{6,120})")

    def published(self) -> str:
        return self.words(".article-meta span")
