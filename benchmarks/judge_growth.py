"""How the cost of a judgement grows: with a page's length (also of pages made to be slow), and over many pages.

Each figure is a ratio to the first row of its table: time per character relative to the shortest ordinary
page, and resident memory after 100,000 pages relative to the first 1,000.
"""

import gc
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.made_pages import text
from classifiers.judge import judge
from classifiers.lists.rules import load_rules
from classifiers.values import Facts, PageText

LISTS = Path(__file__).parents[1] / "keyword_lists"
FACTS = Facts(date(2026, 11, 24), ("云溪医院",), {})
PAGES = 100_000

# Pieces of hostile pages: each is repeated to the wanted length.
HOSTILE = {
    "anchors of patterns": "保证治愈率患者我院",
    "one sentence, no stop": "我院不能根治，",
    "percentages": "治愈率98%有效率",
    "stuffed": "治★愈★率★",
    "pinyin": "zhiyulv",
    "brackets": "治(",
    "numbers of certificates": "（京）医广【2016】第",
    "digits": "13800000000 ",
    "blanks": " ",
    "line breaks": "\n",
    "half a term": "{治愈",
    "negations": "不能没有无法",
}


def seconds(work: Callable[[], object]) -> float:
    """The best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Measure and print."""
    console = Console(width=110)
    rules = load_rules(LISTS)

    def cost(page: str) -> float:
        return seconds(lambda: judge(PageText.of_plain(page), rules, FACTS)) / len(page)

    base = cost(text(7_000, 1, 1))
    table = Table(
        "page", "7 KB", "70 KB", "700 KB", "5 MB of UTF-8", title="time for a character, as a multiple"
    )
    lengths = (2_333, 23_333, 233_333, 1_700_000)
    table.add_row("ordinary", *(f"{cost(text(length, 1, 1)) / base:.1f}" for length in lengths))
    for name, piece in HOSTILE.items():
        costs = (cost(piece * (length // len(piece))) / base for length in lengths)
        table.add_row(name, *(f"{each:.1f}" for each in costs))
    console.print(table)

    pages = [PageText.of_plain(text(1_500, number % 3, number)) for number in range(200)]
    process = psutil.Process()
    after_first = 0
    for number in track(
        range(PAGES), "judging", console=Console(stderr=True), disable=not sys.stderr.isatty()
    ):
        judge(pages[number % len(pages)], rules, FACTS)
        if number == 1_000:
            gc.collect()
            after_first = process.memory_info().rss
    gc.collect()
    now = process.memory_info().rss
    console.print(
        f"resident memory: {after_first / 1e6:.0f} MB after 1,000 pages, {now / 1e6:.0f} MB after {PAGES:,}: "
        f"{now / after_first:.3f} times"
    )


if __name__ == "__main__":
    main()
