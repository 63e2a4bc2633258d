"""The main text of pages of twelve systems, against readings made by hand; also without names or tags."""

import re
from collections.abc import Callable
from statistics import mean

import pytest

from benchmarks.main_text import f1, ours
from benchmarks.page_sets.article_pages import ArticlePage, article_pages
from benchmarks.page_sets.fresh_pages import fresh_pages
from benchmarks.page_sets.site_pages import site_pages
from benchmarks.page_sets.whole_pages import whole_pages
from records.snapshots.encoding import decode_html

PAGES = article_pages()
SYSTEMS = sorted({page.system for page in PAGES})


def unnamed(html: str) -> str:
    """The page without its author's names of parts; the marks of its platform are left."""
    html = re.sub(r'\b(?:class|id|role|data-role)="(?!js_|activity-name)[^"]*"', "", html)
    return re.sub(r"<(/?)(?:nav|header|footer|aside|main|article)\b", r"<\1div", html)


def of_system(system: str) -> list[ArticlePage]:
    return [page for page in PAGES if page.system == system]


@pytest.mark.parametrize("system", SYSTEMS)
def test_it_is_read_as_a_person_reads_it(system: str) -> None:
    pages = of_system(system)
    texts = [decode_html(page.body, "text/html") for page in pages]
    assert all(page.article.title in html for page, html in zip(pages, texts, strict=True))
    assert mean(f1(ours(html), page.article.reading) for page, html in zip(pages, texts, strict=True)) >= 0.94


@pytest.mark.parametrize("system", SYSTEMS)
def test_it_is_told_without_names_and_tags(system: str) -> None:
    pages = of_system(system)
    assert mean(f1(ours(unnamed(page.html)), page.article.reading) for page in pages) >= 0.9


def test_all_pages_together() -> None:
    assert len(PAGES) == 60
    assert len(SYSTEMS) == 12
    assert mean(f1(ours(page.html), page.article.reading) for page in PAGES) >= 0.95
    assert f1("", PAGES[0].article.reading) == 0
    assert f1("门诊时间甲乙丙", "门诊时间", "甲乙丙间甲") == 1
    assert f1(PAGES[0].article.reading, PAGES[0].article.reading) == 1


@pytest.mark.parametrize(
    ("make", "least"),
    [(site_pages, 0.99), (whole_pages, 0.98), (fresh_pages, 0.91)],
    ids=["second", "third", "fourth"],
)
def test_other_sets_of_pages(make: Callable[[], list[ArticlePage]], least: float) -> None:
    pages = make()
    assert len(pages) == 60
    assert mean(f1(ours(page.html), page.article.reading, "\n".join(page.either)) for page in pages) >= least
