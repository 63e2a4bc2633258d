"""A rule read from a list's file and saved in it again: fields that people leave alone stay byte for byte."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from records.lists.yaml_edits import NotEditable, composed, read_value, value_of, with_item, with_values

_ID = re.compile(r"[a-z][a-z0-9-]{2,60}")
# The fields in the order of the files; those that a form does not name stay as they are.
FIELDS = (
    *(
        "title",
        "status",
        "law",
        "severity",
        "gravity",
        "why",
        "advice",
        "promise",
        "unless_menu",
        "terms",
        "when",
    ),
    *("unless", "needs", "only_on", "media", "effective", "known_false_alarms", "examples"),
)
_SETS = ("unless", "needs", "only_on", "media")
NEW = "new"  # in addresses: a rule that has no id yet
EXAMPLES = ("match", "disguised", "spare", "todo_match", "todo_spare")


class RuleRefused(Exception):
    """A rule cannot be saved so; the message says why, in Chinese."""


def find_rule(text: str, rule_id: str) -> dict[str, Any] | None:
    """The rule as the file has it; None where it has none of that id. Raises RuleRefused."""
    found = _rule(_root(text), rule_id)
    return dict(read_value(found)) if isinstance(found, yaml.MappingNode) else None


def list_rules(text: str) -> list[tuple[str, str]]:
    """The file's rules, by id and title. Raises RuleRefused."""
    rules = value_of(_root(text), "rules")
    found = rules.value if isinstance(rules, yaml.SequenceNode) else ()
    named = ((value_of(one, "id").value, value_of(one, "title").value) for one in found)
    return [
        (name, title) for name, title in named if isinstance(name, str) and name and isinstance(title, str)
    ]


def count_above(text: str, rule_id: str) -> int:
    """How many rules stand above that one in its file: the faults of the lists count rules from the top."""
    rules = value_of(_root(text), "rules").value
    return next(
        (place for place, one in enumerate(rules) if value_of(one, "id").value == rule_id), len(rules)
    )


def save_rule(text: str, rule_id: str, wanted: Mapping[str, Any]) -> str:
    """The file's text in which the rule says `wanted` (values by the names of FIELDS; nothing: no such field). Raises
    RuleRefused."""
    try:
        rule = _rule(_root(text), rule_id)
        if rule is None:
            raise RuleRefused(f"文件里没有规则 {rule_id}")
        now = read_value(rule)
        ordered = {name: wanted[name] for name in FIELDS if name in wanted}
        ordered |= {name: _in_old_order(ordered[name], now.get(name)) for name in _SETS if ordered.get(name)}
        ordered = _with_examples(ordered, now)
        saved = with_values(text, rule, ordered)
    except NotEditable as fault:
        raise RuleRefused(f"规则 {rule_id}：{fault}") from None
    _must_say(saved, rule_id, {**now, **ordered})
    return saved


def add_rule(text: str, rule_id: str, wanted: Mapping[str, Any]) -> str:
    """The file's text with a new rule at its end. Raises RuleRefused."""
    if not _ID.fullmatch(rule_id) or rule_id == NEW:
        raise RuleRefused("编号只用小写字母、数字和“-”，以字母开头，3 至 61 个字符")
    root = _root(text)
    if _rule(root, rule_id) is not None:
        raise RuleRefused(f"规则 {rule_id} 已存在")
    values = {"id": rule_id, **{name: wanted[name] for name in FIELDS if wanted.get(name)}}
    try:
        saved = with_item(text, value_of(root, "rules"), values)
    except NotEditable as fault:
        raise RuleRefused(str(fault)) from None
    _must_say(saved, rule_id, values)
    return saved


def _in_old_order(wanted: list[str], now: list[str] | None) -> list[str]:
    """The items in the file's order, new ones last: their order says nothing."""
    return [*(one for one in now or () if one in wanted), *(one for one in wanted if one not in (now or ()))]


def _with_examples(wanted: dict[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Kinds of examples that the form does not name stay."""
    if wanted.get("examples"):
        wanted["examples"] = {**now.get("examples", {}), **wanted["examples"]}
    return wanted


def _must_say(text: str, rule_id: str, expected: Mapping[str, Any]) -> None:
    """Whatever the layout was, the file must say the expected values, or it is not saved."""
    try:
        fields = find_rule(text, rule_id) or {}
    except RuleRefused:  # an anchor that another field refers to
        fields = {}
    if _without_nothing(fields) != _without_nothing(expected):
        raise RuleRefused(f"规则 {rule_id} 的写法特别，表单改不了，请直接改 YAML")


def _without_nothing(value: Any) -> Any:  # noqa: ANN401 - as YAML has it
    if isinstance(value, Mapping):
        return {name: _without_nothing(one) for name, one in value.items() if one}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def _root(text: str) -> yaml.Node:
    try:
        return composed(text)
    except NotEditable as fault:
        raise RuleRefused(str(fault)) from None


def _rule(root: yaml.Node, rule_id: str) -> yaml.Node | None:
    rules = value_of(root, "rules")
    if not isinstance(rules, yaml.SequenceNode):
        return None
    return next((one for one in rules.value if value_of(one, "id").value == rule_id), None)
