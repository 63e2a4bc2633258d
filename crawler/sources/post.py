"""Reads a page by its shape: an article of a public account, or an ordinary page."""

from classifiers.values import PageText
from crawler.extract import extract
from crawler.sources import mp_article


def read_post(html: str) -> tuple[PageText, str]:
    """A page's visible text and its state ("normal", or what a platform shows instead)."""
    if mp_article.is_article(html):
        return mp_article.article_text(html), mp_article.article_state(html)
    return extract(html), "normal"
