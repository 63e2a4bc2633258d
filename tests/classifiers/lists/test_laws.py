"""Laws as the lists have them: how an article is cited, and on which days it binds."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from classifiers.lists.faults import ListsRefused
from classifiers.lists.rules import SUPPORT_FILES, RuleSet, load_rules
from classifiers.values import Article
from records.settings import PROJECT

LISTS = PROJECT / "keyword_lists"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LISTS, tmp_path / "lists"))


def refused(folder: Path, old: str, new: str) -> str:
    laws = folder / SUPPORT_FILES[0]
    text = laws.read_text("utf-8")
    assert text.count(old) >= 1
    laws.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ListsRefused) as caught:
        load_rules(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("paragraph", "item", "written"),
    [
        (None, None, "《某法》第三十八条"),
        (2, None, "《某法》第三十八条第二款"),
        (None, 5, "《某法》第三十八条第（五）项"),
        (1, 11, "《某法》第三十八条第一款第（十一）项"),
    ],
)
def test_an_article_is_cited_down_to_its_paragraph_and_item(
    paragraph: int | None, item: int | None, written: str
) -> None:
    assert str(Article("某法", 38, paragraph, item, "不得如此")) == written


def test_an_article_binds_from_its_first_day_to_its_last() -> None:
    article = Article("某法", 1, None, None, "不得如此", date(2025, 10, 15), date(2026, 1, 31))
    days = [date(2025, 10, 14), date(2025, 10, 15), date(2026, 1, 31), date(2026, 2, 1)]
    assert [article.in_force(day) for day in days] == [False, True, True, False]


def test_a_rule_rests_on_what_was_in_force_on_the_day(rules: RuleSet) -> None:
    cells = rules.live["cell-therapy"]
    before, after = (cells.law_on(day) for day in (date(2026, 4, 30), date(2026, 5, 1)))
    assert [article for article in after if article not in before] == [cells.law[-1]]
    luring = rules.live["insurance-luring"]
    assert luring.in_force(date(2021, 5, 1), "site")
    assert not luring.in_force(date(2021, 4, 30), "site")


def test_every_law_says_where_its_text_is_and_what_was_checked(rules: RuleSet) -> None:
    assert len(rules.laws) >= 20
    for law in rules.laws:
        assert law.source
        assert law.checked
        assert law.in_force_from <= law.in_force_to


def test_a_day_that_is_none_is_refused_with_its_line(folder: Path) -> None:
    assert "laws.1.from: “2015-09”不是日期，应写作 2026-01-31" in refused(folder, "2015-09-01", "2015-09")


def test_an_article_that_ends_before_it_begins_is_refused(folder: Path) -> None:
    assert "早于施行日期" in refused(folder, "from: 2021-04-29", "to: 2014-12-31")


def test_an_article_named_twice_is_refused(folder: Path) -> None:
    assert "本法中已登记过这一条款" in refused(folder, "- article: 65\n", "- article: 48\n")
