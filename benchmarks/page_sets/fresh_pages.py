"""Sixty more whole pages of twelve systems, with the words that a careful reader calls their own.

Written without a look at our reader or the other sets; every sentence is invented. Bylines, other people's posts in a thread
and words on which careful readers differ (credits, labels, abstracts, quoted customers) are neither asked for nor held
against a reader.
"""

import json
import lzma
from pathlib import Path

from benchmarks.page_sets.article_pages import Article, ArticlePage

_PAGES = Path(__file__).with_name("fresh_pages.jsonl.xz")


def fresh_pages() -> list[ArticlePage]:
    """The pages, five a system."""
    rows = map(json.loads, lzma.decompress(_PAGES.read_bytes()).decode().splitlines())
    return [
        ArticlePage(
            row["system"],
            row["html"],
            Article(row["title"], tuple(row["parts"])),
            row["codec"],
            tuple(row["either"]),
        )
        for row in rows
    ]
