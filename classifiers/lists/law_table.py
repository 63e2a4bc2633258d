"""The law, provision by provision, with the rules that rest on it: `docs/reference/law.md`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from classifiers.lists.laws import Law, Provision
from classifiers.lists.rules import Rule, RuleSet
from classifiers.values import GRAVITY_LABELS, SEVERITY_LABELS, Article

_HEAD = """\
# 法律条款与规则对照

由 `qingyi lists law` 从关键词表生成，请勿手改；改了关键词表后重新生成。
一条规定可以有几条规则；**粗体**是以它为首要依据的规则，括号内是严重程度和《医疗广告监管工作指南》的档次。
页面按抓取当日有效的条款研判。指南是执法人员适用法律的说明，规则先引法律，后引指南。
"""
_BY_RULE = """\

## 规则一览

| 规则 | 名称 | 依据 | 严重程度 | 档次 | 排除的语境 | 已知误报 |
| --- | --- | --- | --- | --- | --- | --- |
"""


def law_table(rules: RuleSet) -> str:
    """The document, in Markdown: every law with its provisions, rules, penalties and exemptions, then every
    rule in force with its articles and excuses."""
    resting = resting_on(rules)
    parts = [_HEAD, *(_law(law, resting) for law in rules.laws), _BY_RULE]
    return "".join([*parts, *(_rule(rule, rules) for rule in rules.live.values())])


def resting_on(rules: RuleSet) -> Mapping[Article, Sequence[Rule]]:
    """The rules in force that cite each article."""
    resting: dict[Article, list[Rule]] = defaultdict(list)
    for rule in rules.live.values():
        for article in rule.law:
            resting[article].append(rule)
    return resting


def unexplained(rules: RuleSet) -> Iterator[Article]:
    """The articles without a rule and without a reason for that, and those with both."""
    resting = resting_on(rules)
    for law in rules.laws:
        for provision in law.provisions:
            if bool(resting.get(provision.article)) == bool(provision.no_rule):
                yield provision.article


def _law(law: Law, resting: Mapping[Article, Sequence[Rule]]) -> str:
    end = "" if law.in_force_to == date.max else f"至{law.in_force_to}"
    head = (
        f"\n## {law.name}\n\n"
        f"{law.in_force_from}起施行{end}。来源：{law.source}。{law.checked_on}核对：{law.checked}。\n\n"
        "| 条款 | 规定 | 规则 | 罚则 | 不算违反 |\n| --- | --- | --- | --- | --- |\n"
    )
    return head + "".join(_provision(provision, resting) for provision in law.provisions)


def _provision(provision: Provision, resting: Mapping[Article, Sequence[Rule]]) -> str:
    article = provision.article
    found = resting.get(article, ())
    named = "；".join(_named(rule, first=rule.law[0] == article) for rule in found)
    spared = provision.exempt or "；".join(
        dict.fromkeys(
            rule.known_false_alarms for rule in found if rule.law[0] == article and rule.known_false_alarms
        )
    )
    cite = str(article).removeprefix(f"《{article.law}》")
    rules = named or f"无：{provision.no_rule}"
    return f"| {cite} | {article.forbids} | {rules} | {provision.penalty} | {spared} |\n"


def _named(rule: Rule, first: bool) -> str:
    name = f"`{rule.id}` {rule.title}"
    return (
        f"**{name}**（{SEVERITY_LABELS[rule.severity]}、{GRAVITY_LABELS[rule.gravity]}）" if first else name
    )


def _rule(rule: Rule, rules: RuleSet) -> str:
    law = "<br>".join(map(str, rule.law))
    excuses = "、".join(rules.contexts[name].title for name in rule.unless)
    cells = (f"`{rule.id}`", rule.title, law, SEVERITY_LABELS[rule.severity], GRAVITY_LABELS[rule.gravity])
    return f"| {' | '.join(cells)} | {excuses} | {rule.known_false_alarms} |\n"
