"""Rules are data, and their examples are their tests."""

from collections.abc import Iterator
from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists import Rule, RuleSet, load_rules
from classifiers.values import Facts, PageText
from records.settings import PROJECT

FACTS = Facts(seen_on=date(2026, 11, 24))
RULES = load_rules(PROJECT / "keyword_lists")


def examples(*kinds: str) -> Iterator[object]:
    for rule in RULES.rules:
        for kind in kinds:
            for number, text in enumerate(getattr(rule.examples, kind), 1):
                yield pytest.param(rule, text, id=f"{rule.id}-{kind}{number}")


def found_by(rule: Rule, text: str) -> bool:
    return rule.id in {finding.rule for finding in judge(PageText.of_plain(text), RULES, FACTS).findings}


@pytest.mark.parametrize(("rule", "text"), list(examples("match", "disguised")))
def test_a_rule_finds_its_examples(rule: Rule, text: str) -> None:
    assert found_by(rule, text)


@pytest.mark.parametrize(("rule", "text"), list(examples("spare")))
def test_a_lookalike_raises_nothing_at_all(rule: Rule, text: str) -> None:
    assert judge(PageText.of_plain(text), RULES, FACTS).findings == ()


def test_known_misses_and_known_false_alarms_still_are_what_they_are() -> None:
    for rule in RULES.rules:
        passing = [text for text in rule.examples.todo_match if found_by(rule, text)]
        passing += [text for text in rule.examples.todo_spare if not found_by(rule, text)]
        assert not passing, f"{rule.id}: these pass now; move them to match or spare: {passing}"


@pytest.mark.parametrize("rule", [rule for rule in RULES.rules if rule.terms], ids=lambda rule: rule.id)
def test_a_rule_by_words_has_examples_of_every_kind(rule: Rule) -> None:
    assert len(rule.examples.match) >= 3
    assert len(rule.examples.spare) >= 3
    assert len(rule.examples.disguised) >= 1


def test_every_family_that_the_campaign_names_is_there() -> None:
    assert {rule.family for rule in RULES.live.values()} >= {
        "cure_guarantee",
        "cure_rate",
        "comparison",
        "endorsement",
        "absolute_words",
        "military",
        "technology",
        "disguised",
        "inducement",
        "superstition",
        "beauty_anxiety",
        "stem_cells",
        "insurance_luring",
        "certificate",
    }


def test_lawful_pages_raise_nothing(rules: RuleSet) -> None:
    folder = PROJECT / "tests" / "lawful"
    pages = sorted(folder.glob("*.txt"))
    assert len(pages) >= 10
    alarms = {
        page.name: [(finding.rule, finding.quote) for finding in found]
        for page in pages
        if (found := judge(PageText.of_plain(page.read_text("utf-8")), rules, FACTS).findings)
    }
    assert alarms == {}
