"""Article pages of public accounts 公众号, in the shape of mp.weixin.qq.com."""

from collections.abc import Sequence
from typing import ClassVar

from crawler.pages.tree import spaced
from crawler.platforms.post_page import PostPage
from crawler.platforms.script_data import addresses_in_scripts, texts_in_scripts

# The names in the page's scripts of the words and the pictures of posts that they build.
_TEXTS = ("desc", "content_noencode", "ori_content_noencode", "share_content", "text_content", "picture_desc")
_PICTURES = ("cdn_url", "share_cover_url")


class MpArticlePage(PostPage):
    """An article, a picture or video post, or the notice in its place."""

    hosts: ClassVar[tuple[str, ...]] = ("mp.weixin.qq.com",)
    shown_later: ClassVar[frozenset[str]] = frozenset({"js_content", "js_article", "js_image_content"})
    bodies: ClassVar[str] = "#js_content, #js_image_content, .share_content_page"
    catalogue: ClassVar[str] = "mp_article"

    @classmethod
    def owns(cls, url: str, html: str) -> bool:
        """By the host, or by the shape, which bridges and mirrors keep."""
        shapes = ("js_content", "js_image_content", 'class="weui-msg')
        return super().owns(url, html) or any(shape in html for shape in shapes)

    def has_body(self) -> bool:
        """Also a post that its scripts are still to build."""
        if super().has_body():
            return True
        in_scripts = self.script_texts() or addresses_in_scripts(self.html, _PICTURES)
        return bool(in_scripts and self.css(self.bodies))

    def title(self) -> str:
        return self.words("#activity-name") or spaced(
            self.css("meta[property='og:title']::attr(content)").get() or ""
        )

    def account(self) -> str:
        return self.words("#js_name") or self.in_script(
            r"var nickname = [^;]{0,200}?[\"']([^\"']{1,60})[\"']"
        )

    def account_id(self) -> str:
        return self.in_script(r"var biz = [^;]{0,200}?[\"']([\w=+/]{6,40})[\"']") or self.in_script(
            r"__biz=([\w=+/%]{6,40})"
        )

    def published(self) -> str:
        return self.in_script(r"var ct = [\"'](\d{9,11})[\"']") or self.words("#publish_time")

    def original_url(self) -> str:
        return self.in_script(r"var msg_source_url = [\"'](https?://[^\"']{4,500})[\"']")

    def videos(self) -> Sequence[str]:
        return self.css(
            "iframe.video_iframe::attr(data-src), mpvideosnap::attr(data-url), video::attr(src)"
        ).getall()

    def images(self) -> Sequence[str]:
        written = self.css("#js_content img::attr(data-src), #js_image_content img::attr(data-src)").getall()
        return [*written, *addresses_in_scripts(self.html, _PICTURES)]

    def script_texts(self) -> Sequence[str]:
        """Of picture posts, text shares and reposts: their words are there before anything shows them."""
        return list(texts_in_scripts(self.html, _TEXTS))
