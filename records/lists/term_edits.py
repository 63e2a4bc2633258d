"""Terms put into a list's file and taken out of it: only their own lines change, comments and layout stay."""

import json

import yaml

from classifiers.matching.terms import TermFault, parse_term
from records.lists.yaml_edits import NotEditable, composed, value_of


class TermRefused(Exception):
    """A term cannot be added or removed so; the message says why, in Chinese."""


def add_term(text: str, rule_id: str, term: str) -> str:
    """The file's text with `term` as the last of the rule's terms. Raises TermRefused."""
    term = term.strip()
    try:
        parse_term(term)
    except TermFault as fault:
        raise TermRefused(f"词条“{term}”不能用：{fault}") from None
    terms = _terms(text, rule_id)
    if any(node.value == term for node in terms.value):
        raise TermRefused(f"规则 {rule_id} 已有词条“{term}”")
    last = terms.value[-1]
    written = json.dumps(term, ensure_ascii=False)
    if terms.flow_style:
        return text[: last.end_mark.index] + f", {written}" + text[last.end_mark.index :]
    indent = " " * terms.start_mark.column
    at = text.index("\n", last.end_mark.index) + 1 if "\n" in text[last.end_mark.index :] else len(text)
    before = text[:at] if text[:at].endswith("\n") else text[:at] + "\n"
    newline = "\r\n" if before.endswith("\r\n") else "\n"
    return f"{before}{indent}- {written}{newline}{text[at:]}"


def remove_term(text: str, rule_id: str, term: str) -> str:
    """The file's text without that term of the rule. Raises TermRefused; a rule's only term stays."""
    terms = _terms(text, rule_id)
    if len(terms.value) == 1:
        raise TermRefused(f"这是规则 {rule_id} 唯一的词条；不用这条规则时请改为 status: retired")
    for place, node in enumerate(terms.value):
        if node.value == term:
            if terms.flow_style:
                if place:
                    return text[: terms.value[place - 1].end_mark.index] + text[node.end_mark.index :]
                return text[: node.start_mark.index] + text[terms.value[1].start_mark.index :]
            start = text.rindex("\n", 0, node.start_mark.index) + 1
            end = text.find("\n", node.end_mark.index)
            return text[:start] + (text[end + 1 :] if end >= 0 else "")
    raise TermRefused(f"规则 {rule_id} 没有词条“{term}”")


def _terms(text: str, rule_id: str) -> yaml.SequenceNode:
    try:
        rules = value_of(composed(text), "rules")
    except NotEditable as fault:
        raise TermRefused(str(fault)) from None
    for rule in rules.value if isinstance(rules, yaml.SequenceNode) else ():
        if value_of(rule, "id").value == rule_id:
            terms = value_of(rule, "terms")
            if isinstance(terms, yaml.SequenceNode) and terms.value:
                return terms
            raise TermRefused(f"规则 {rule_id} 不是按词条命中的")
    raise TermRefused(f"文件里没有规则 {rule_id}")
