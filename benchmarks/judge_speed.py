"""How fast a page is judged, as ratios to named baselines in the same run.

Baselines: a bare Aho-Corasick scan with the same terms, jieba over the whole text, and the plain step from
HTML to text by selectolax. A typical page has about 7,000 characters (20 KB) and at most two hits.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))

import jieba
from ahocorasick_rs import AhoCorasick
from rich.console import Console
from rich.table import Table
from selectolax.lexbor import LexborHTMLParser

from benchmarks.made_pages import html, text
from classifiers.judge import judge
from classifiers.lists.rules import load_rules
from classifiers.values import Facts, PageText
from crawler.pages.extract import extract

CHARACTERS = 7_000
Page = TypeVar("Page")
SECONDS = 3.0


def pages_a_second(work: Callable[[Page], object], pages: Sequence[Page]) -> float:
    """Run `work` over the pages again and again for some seconds of the processor; pages in one such second."""
    for page in pages[:3]:
        work(page)
    done, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        for page in pages:
            work(page)
        done += len(pages)
    return done / (time.process_time() - start)


def main() -> None:
    """Measure and print."""
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    rules = load_rules(Path(__file__).parent.parent / "keyword_lists")
    terms = rules.matcher.literals
    bare = AhoCorasick(terms, store_patterns=False)
    facts = Facts(date(2026, 11, 24))
    texts = [text(CHARACTERS, number % 3, number) for number in range(30)]
    pages = [PageText.of_plain(page) for page in texts]
    markup = [html(CHARACTERS, number % 3, number) for number in range(30)]
    size = sum(len(page.encode()) for page in texts) / len(texts)
    measured = {
        "bare Aho-Corasick scan": pages_a_second(bare.find_matches_as_indexes, texts),
        "judge (page text in, judgement out)": pages_a_second(lambda page: judge(page, rules, facts), pages),
        "jieba over the whole text": pages_a_second(lambda page: list(jieba.cut(page)), texts[:3]),
        "HTML to text, selectolax alone": pages_a_second(lambda page: LexborHTMLParser(page).text(), markup),
        "HTML to blocks, ours": pages_a_second(extract, markup),
        "HTML in, judgement out": pages_a_second(lambda page: judge(extract(page), rules, facts), markup),
    }
    base = measured["judge (page text in, judgement out)"]
    table = Table("step", "pages/s", "MB/s of text", "judge is … times as fast")
    for name, rate in measured.items():
        table.add_row(name, f"{rate:,.0f}", f"{rate * size / 1e6:.1f}", f"{base / rate:.3f}")
    Console(width=110).print(f"{len(terms)} terms; a page has {size / 1000:.1f} KB of text", table, sep="\n")


if __name__ == "__main__":
    main()
