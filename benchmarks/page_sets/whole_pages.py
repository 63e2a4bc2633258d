"""Sixty whole pages of twelve systems, with comments, threads, side lists and windows around texts that are often short,
each with the text that a person would read.

Written without a look at our reader; every sentence is invented. In the readings are the title, a first post and its
author's later ones, captions, tables and names of attachments; not the bylines, comments, other people's posts, abstracts
that repeat the text, and invitations to consult.
"""

import json
import lzma
from pathlib import Path

from benchmarks.page_sets.article_pages import Article, ArticlePage

_PAGES = Path(__file__).with_name("whole_pages.jsonl.xz")


def whole_pages() -> list[ArticlePage]:
    """The pages, five a system."""
    rows = map(json.loads, lzma.decompress(_PAGES.read_bytes()).decode().splitlines())
    return [
        ArticlePage(row["system"], row["html"], Article(row["title"], tuple(row["parts"])), row["codec"])
        for row in rows
    ]
