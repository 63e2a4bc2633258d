"""A term put into a file and taken out again leaves every other byte unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.lists.rules import load_rules
from records.lists.term_edits import TermRefused, add_term, remove_term
from records.settings import PROJECT

LISTS = PROJECT / "keyword_lists"
RULES = [rule for rule in load_rules(LISTS).rules if rule.terms]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_added_and_removed_the_file_is_as_it_was(rule) -> None:
    text = (LISTS / f"{rule.family}.yaml").read_bytes().decode()
    added = add_term(text, rule.id, "从此不再{gap:4}复发")
    assert "从此不再{gap:4}复发" in added
    assert added.replace('"从此不再{gap:4}复发"', "", 1) != text
    assert remove_term(added, rule.id, "从此不再{gap:4}复发") == text


@given(st.sampled_from(RULES), st.text(st.characters(categories=("L", "P")), min_size=2, max_size=12))
def test_whatever_the_term_is_the_file_still_says_it(rule, term: str) -> None:
    import yaml

    text = (LISTS / f"{rule.family}.yaml").read_bytes().decode()
    try:
        added = add_term(text, rule.id, term)
    except TermRefused:
        return
    entry = next(entry for entry in yaml.safe_load(added)["rules"] if entry["id"] == rule.id)
    assert entry["terms"] == [*rule.written, term.strip()]


def test_windows_line_ends_stay() -> None:
    text = "rules:\r\n  - id: a\r\n    terms:\r\n      - 根治\r\n    why: x\r\n"
    assert add_term(text, "a", "包好") == text.replace("- 根治\r\n", '- 根治\r\n      - "包好"\r\n')


@pytest.mark.parametrize(
    ("rule", "term", "reason"),
    [
        ("cure-rate-percent", "治愈率{gap}{number}以上", "已有词条"),
        ("cure-rate-percent", "率", "不能用"),
        ("no-such-rule", "包好包好", "没有规则"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(rule: str, term: str, reason: str) -> None:
    text = (LISTS / "cure_rate.yaml").read_text("utf-8")
    with pytest.raises(TermRefused, match=reason):
        add_term(text, rule, term)


def test_the_only_term_stays() -> None:
    with pytest.raises(TermRefused, match="唯一的词条"):
        remove_term("rules:\n  - id: a\n    terms: [根治]\n", "a", "根治")
