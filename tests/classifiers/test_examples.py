"""Rules are data, and their examples are their tests."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from classifiers.examples import facts_for, failing_examples_of
from classifiers.judge import judge
from classifiers.lists.rules import Examples, Rule, load_rules
from classifiers.values import Facts, PageText
from records.settings import PROJECT

LISTS = PROJECT / "keyword_lists"
FACTS = Facts(seen_on=date(2026, 11, 24))
RULES = load_rules(LISTS)
FAMILIES = {rule.family for rule in RULES.live.values()}


@cache
def facts_of(rule: str) -> Facts:
    """The facts for judging a rule's examples."""
    return facts_for(RULES, RULES.by_id[rule], FACTS.seen_on)


def examples(*kinds: str) -> Iterator[object]:
    for rule in RULES.rules:
        for kind in kinds:
            for number, text in enumerate(getattr(rule.examples, kind), 1):
                yield pytest.param(rule, text, id=f"{rule.id}-{kind}{number}")


def found_by(rule: Rule, text: str) -> bool:
    """Whether the rule finds the text; the rule for wording as such stands back for any rule that can be named."""
    judgement = judge(PageText.of_plain(text), RULES, facts_of(rule.id))
    found = {finding.rule for finding in judgement.findings}
    return bool(found) if rule.when == "wording" else rule.id in found


def test_examples_are_judged_as_text_of_a_source_that_the_rule_applies_to() -> None:
    rule = RULES.live["cure-promise"]
    assert list(failing_examples_of(RULES, rule, FACTS.seen_on)) == []
    for_accounts = replace(rule, media=("account",))
    by_id = {**RULES.by_id, rule.id: for_accounts}
    rules = replace(RULES, rules=tuple(by_id[each.id] for each in RULES.rules))
    assert facts_for(rules, for_accounts, FACTS.seen_on).source == "account"
    assert list(failing_examples_of(rules, for_accounts, FACTS.seen_on)) == []


def too_few(rule: Rule) -> list[str]:
    """The kinds of examples of which a rule by words has fewer than keyword_lists/README.md asks for."""
    fewest = {"match": 3, "disguised": 1, "spare": 3}
    return [
        f"{rule.id}: {kind} wants {least}"
        for kind, least in fewest.items()
        if len(getattr(rule.examples, kind)) < least
    ]


@pytest.mark.parametrize(("rule", "text"), list(examples("match", "disguised")))
def test_a_rule_finds_its_examples(rule: Rule, text: str) -> None:
    assert found_by(rule, text)


@pytest.mark.parametrize(("rule", "text"), list(examples("spare")))
def test_a_lookalike_raises_nothing_at_all(rule: Rule, text: str) -> None:
    assert judge(PageText.of_plain(text), RULES, facts_of(rule.id)).findings == ()


def test_known_misses_and_known_false_alarms_still_are_what_they_are() -> None:
    for rule in RULES.rules:
        passing = [text for text in rule.examples.todo_match if found_by(rule, text)]
        passing += [text for text in rule.examples.todo_spare if not found_by(rule, text)]
        assert not passing, f"{rule.id}: these pass now; move them to match or spare: {passing}"


@pytest.mark.parametrize("rule", [rule for rule in RULES.rules if rule.terms], ids=lambda rule: rule.id)
def test_a_rule_by_words_has_examples_of_every_kind(rule: Rule) -> None:
    assert too_few(rule) == []


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


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_has_fifteen_examples_and_fifteen_lookalikes(family: str) -> None:
    rules = [rule.examples for rule in RULES.live.values() if rule.family == family]
    assert sum(len(examples.match) + len(examples.disguised) for examples in rules) >= 15
    assert sum(len(examples.spare) for examples in rules) >= 15


def test_there_are_four_hundred_live_terms() -> None:
    assert len({term for rule in RULES.live.values() for term in rule.terms}) >= 400


def test_every_context_is_used() -> None:
    used = {name for rule in RULES.rules for name in (*rule.unless, *rule.needs)}
    used |= {name for context in RULES.contexts.values() for name in context.void_by}
    assert set(RULES.contexts) == used | {"disclaimed"}  # asked for by its name where no term is


def test_lawful_pages_raise_nothing_that_is_not_listed_with_its_reason() -> None:
    pages = sorted((PROJECT / "tests" / "lawful").glob("*.txt"))
    assert len(pages) >= 10
    alarms = {
        (finding.rule, page.name)
        for page in pages
        for finding in judge(PageText.of_plain(page.read_text("utf-8")), RULES, FACTS).findings
    }
    with (LISTS / "known_false_alarms.csv").open(encoding="utf-8", newline="") as listed:
        known = {(row["rule"], row["page"]): row["reason"] for row in csv.DictReader(listed)}
    assert alarms == set(known), "an alarm that is not listed, or a listed one that is gone"
    assert all(known.values())


def test_the_examples_of_a_rule_that_holds_later_are_judged_as_of_its_first_day() -> None:
    rule = RULES.by_id["secret-recipe"]
    later = tuple(replace(article, in_force_from=date(2027, 3, 1)) for article in rule.law)
    coming = replace(rule, law=later)
    rules = replace(RULES, rules=tuple(coming if one is rule else one for one in RULES.rules))
    assert (coming.first_day, replace(coming, effective_from=date(2027, 5, 1)).first_day) == (
        date(2027, 3, 1),
        date(2027, 5, 1),
    )
    assert rule.id not in {
        found.rule for found in judge(PageText.of_plain(rule.examples.match[0]), rules, FACTS).findings
    }
    assert [str(fault) for fault in failing_examples_of(rules, coming, FACTS.seen_on)] == []


def test_an_example_that_fails_says_which_words_were_found_or_excused() -> None:
    rule = RULES.by_id["secret-recipe"]
    typed = Examples(match=("请勿轻信所谓祖传秘方。", "门诊周一开放。"), spare=("我院祖传秘方调理脾胃。",))
    excused, silent, found = failing_examples_of(RULES, replace(rule, examples=typed), FACTS.seen_on)
    assert excused.reason.startswith("应当命中而没有命中（“祖传秘方”")
    assert silent.reason == "应当命中而没有命中"
    assert found.reason.startswith(f"应当放过，却命中“祖传秘方调理”（{rule.title}）")
