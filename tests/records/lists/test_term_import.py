"""Terms of a spreadsheet: all rows or none."""

import pytest

from classifiers.lists.rules import load_rules
from records.lists.term_import import take_terms
from records.settings import PROJECT
from records.sheets.table import FileRefused, TableFile

LISTS = PROJECT / "keyword_lists"
RULES = {rule.id: rule for rule in load_rules(LISTS).rules}


def taken(table: str):
    return take_terms(
        TableFile("词条.csv", table.encode()), RULES, lambda name: (LISTS / name).read_text("utf-8")
    )


def test_terms_go_in_by_id_or_title_and_out() -> None:
    title = RULES["absolute-words"].title
    found = taken(
        "规则,词条,操作\n"
        "cure-rate-percent,院内{gap:4}取片机,\n"
        f"{title},全城独一份,加入\n"
        "absolute-words,最便宜的价格,删去\n"
    )
    assert (found.added, found.removed, sorted(found.texts)) == (
        2,
        1,
        ["absolute_words.yaml", "cure_rate.yaml"],
    )
    words = found.texts["absolute_words.yaml"]
    assert ('- "全城独一份"' in words, '- "最便宜的价格"' in words) == (True, False)
    assert '- "院内{gap:4}取片机"' in found.texts["cure_rate.yaml"]


def test_every_fault_is_named_by_its_line_and_column() -> None:
    with pytest.raises(FileRefused) as refused:
        taken(
            "规则,词条,操作\n没有的规则,根治根治,\ncure-rate-percent,率,加入\ncure-rate-percent,,\nabsolute-words,甲乙,改\n"
        )
    words = str(refused.value)
    assert words.splitlines()[0].startswith("有误 4 处")
    for place in ("第 2 行“规则”", "第 3 行“词条”", "第 4 行“词条”：没有填写", "第 5 行“操作”"):
        assert place in words
