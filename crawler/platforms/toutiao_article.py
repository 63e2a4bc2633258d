"""Articles of 头条号, in the shape of www.toutiao.com."""

from typing import ClassVar

from crawler.platforms.app import App
from crawler.platforms.post_page import PostPage


class ToutiaoArticlePage(PostPage):
    """An article, or the notice in its place."""

    hosts: ClassVar[tuple[str, ...]] = ("toutiao.com",)
    bodies: ClassVar[str] = "article"
    catalogue: ClassVar[str] = "toutiao_article"
    app: ClassVar[App | None] = App(name="今日头条", agent="NewsArticle/9.8.0 JsSdk/2 NetType/wifi")

    def account(self) -> str:
        return self.words(".article-meta .name, .media-info .name")

    def account_id(self) -> str:
        return self.in_script(r"/c/user/token/([\w-]{6,120})")

    def published(self) -> str:
        return self.words(".article-meta span")
