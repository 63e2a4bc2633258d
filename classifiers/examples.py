"""Runs a rule's examples: texts that must be found, and texts that must raise nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from classifiers.judge import judge
from classifiers.lists.rules import Rule, RuleSet
from classifiers.page.certificates import canonical_number
from classifiers.values import Facts, Judgement, KnownCertificate, PageText


@dataclass(frozen=True)
class ExampleFault:
    """An example whose result differs from its rule's statement."""

    rule: str
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}：{self.reason}：{self.text}"


def example_facts(family: dict[str, Any], day: date) -> Facts:
    """The facts for judging the examples of a family (its file's content), on `day` if it names none."""
    certificates = {
        number: KnownCertificate(
            number,
            known["institution"],
            known["valid_from"],
            known["valid_to"],
            tuple(known["media"]),
            known["approved_text"],
            known.get("status", "valid"),
        )
        for known in family.get("example_certificates", ())
        for number in [canonical_number(known["number"])]
    }
    if "example_certificates" not in family:
        return Facts(day)
    return Facts(family["example_day"], (family["example_institution"],), certificates)


def facts_for(rules: RuleSet, rule: Rule, day: date) -> Facts:
    """The facts for judging the examples of a rule: those of a source that it applies to, from the day on that it holds."""
    facts = example_facts(rules.families[rule.family], day)
    source = next(iter(rule.media), facts.source)
    return replace(facts, seen_on=max(facts.seen_on, rule.first_day), source=source)


def failing_examples(rules: RuleSet, day: date) -> Iterator[ExampleFault]:
    """The examples of live rules that fail, judged as of `day` unless their family says otherwise; those of a rule that
    holds from a later day, as of that day."""
    for rule in rules.live.values():
        yield from failing_examples_of(rules, rule, day)


def failing_examples_of(rules: RuleSet, rule: Rule, day: date) -> Iterator[ExampleFault]:
    """The examples of one live rule that fail."""
    facts = facts_for(rules, rule, day)
    for text in (*rule.examples.match, *rule.examples.disguised):
        judged = judge(PageText.of_plain(text), rules, facts)
        found = {finding.rule for finding in judged.findings}
        if rule.id not in found and not (found and rule.when == "wording"):
            yield ExampleFault(rule.id, text, f"应当命中而没有命中{_why_not(rule, judged)}")
    for text in rule.examples.spare:
        if findings := judge(PageText.of_plain(text), rules, facts).findings:
            found_words = dict.fromkeys(f"“{one.quote}”（{one.title}）" for one in findings)
            yield ExampleFault(rule.id, text, f"应当放过，却命中{'、'.join(found_words)}")


def _why_not(rule: Rule, judged: Judgement) -> str:
    """The hits of the rule that were excused, each with its reason."""
    excused = dict.fromkeys(f"“{one.quote}”{one.reason}" for one in judged.spared if one.rule == rule.id)
    return f"（{'；'.join(excused)}）" if excused else ""
