"""The particulars of each platform: one small, pure module a platform, bytes or text in, values out."""

from dataclasses import replace

from crawler.pages.extract import extract
from crawler.pages.guarded import read_guarded, tried
from crawler.pages.post import Post
from crawler.platforms.described import described_pages
from crawler.platforms.mp_article import MpArticlePage
from crawler.platforms.notices import state_of_notice
from crawler.platforms.post_page import PostPage, response_of
from crawler.platforms.toutiao_article import ToutiaoArticlePage

# The platforms that are known; the first that owns a page reads it.
SOURCES: tuple[type[PostPage], ...] = (ToutiaoArticlePage, *described_pages(), MpArticlePage)


def read_post(html: str, url: str = "") -> Post:
    """A page as the platform that it belongs to reads it; an ordinary page where it belongs to none. Total."""
    return read_guarded(html, lambda: _read(html, url))


def _read(html: str, url: str) -> Post:
    for source in SOURCES:
        if source.owns(url, html):
            page_object = source(response=response_of(url, html))
            post = tried(html, page_object.to_post)
            # A page in a platform's shape that breaks its reader is read as an ordinary one.
            return replace(post, text=extract(html)) if post.faults else post
    page = extract(html)
    return Post(page, state_of_notice(page.text, "any_site") or "normal")


def read_site_page(html: str, url: str = "") -> Post:
    """A page of an institution's own site. Total."""
    return read_guarded(html, lambda: Post(extract(html)))
