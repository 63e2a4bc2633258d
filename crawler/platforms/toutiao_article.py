"""Articles of 头条号, in the shape of www.toutiao.com."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from crawler.pages.post import PageState
from crawler.platforms.post_page import PostPage


class ToutiaoArticlePage(PostPage):
    """An article, or the notice in its place."""

    hosts: ClassVar[tuple[str, ...]] = ("toutiao.com",)
    notices: ClassVar[Mapping[PageState, Sequence[str]]] = {
        "deleted_by_author": ("内容已被作者删除", "文章已删除"),
        "removed_for_violation": ("该内容违反了", "内容因违规已下架"),
        "needs_verification": ("请完成下列验证", "安全验证"),
        "bad_link": ("页面不存在",),
    }

    def has_body(self) -> bool:
        return bool(self.css("article"))

    def account(self) -> str:
        return self.words(".article-meta .name, .media-info .name")

    def account_id(self) -> str:
        return self.in_script(r"/c/user/token/([\w-]{6,120})")

    def published(self) -> str:
        return self.words(".article-meta span")
