"""What a schema cannot see in the lists: laws, contexts and groups of words that do not exist, ids used twice, terms and
days that cannot be."""

import re
from datetime import date
from typing import Any

from classifiers.lists.files import ListReader
from classifiers.lists.laws import Cite, articles_of, laws_of
from classifiers.matching.terms import TermFault, parse_term
from classifiers.values import Article

_GROUP = re.compile(r"@([a-z][a-z0-9_-]*)")
Entries = dict[str, dict[int, dict[str, Any]]]  # by file, then by their place in it


def check_sound_rules(
    reader: ListReader,
    families: dict[str, dict[str, Any]],
    laws: dict[str, Any],
    contexts: dict[str, Any],
    groups: dict[str, Any],
) -> None:
    """What else is wrong where the schema has refused something: no fault hides another."""
    sound = {
        name: dict(enumerate(family["rules"])) if family else reader.sound_entries(name, "rules")
        for name, family in families.items()
    }
    put_groups(reader, sound, words_of_groups(groups))
    articles = articles_of(laws_of(reader, laws))
    check_references(reader, sound, articles, {entry["id"] for entry in contexts["contexts"]})


def words_of_groups(groups: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The words of each group in the content of `words.yaml`."""
    return {group["id"]: tuple(group["words"]) for group in groups["words"]}


def with_words(term: str, words_of: dict[str, tuple[str, ...]]) -> str:
    """A term in which the names of groups of words are replaced by their words; unknown names stay."""
    return _GROUP.sub(lambda found: "|".join(words_of.get(found[1], ())) or found[0], term)


def check_references(
    reader: ListReader,
    families: Entries,
    articles: dict[Cite, Article],
    contexts: set[str],
) -> None:
    """Faults that a schema cannot see: laws and contexts that do not exist, ids used twice, terms without
    letters."""
    seen: dict[str, str] = {}
    for file, rules in families.items():
        for index, entry in rules.items():
            where = ("rules", index)
            name = entry.get("id", "")
            first = seen.setdefault(name, file)
            above = (one.get("id") for place, one in rules.items() if place < index)
            if name and (first != file or name in above):
                reader.fault(file, (*where, "id"), f"规则编号 {name} 已在 {first} 中使用，编号不可重复")
            for cite_index, cite in enumerate(entry.get("law", ())):
                if Cite.of(cite) not in articles:
                    reader.fault(
                        file, (*where, "law", cite_index), "laws.yaml 中没有这一条款，请先在其中登记"
                    )
            for key in ("unless", "needs"):
                for context_index, name in enumerate(entry.get(key, ())):
                    if name not in contexts:
                        reader.fault(
                            file, (*where, key, context_index), f"contexts.yaml 中没有名为 {name} 的语境"
                        )
            _check_terms(reader, file, where, entry)
            _check_days(reader, file, where, entry)


def put_groups(reader: ListReader, families: Entries, words_of: dict[str, tuple[str, ...]]) -> None:
    """Replace the names of groups by their words in all terms of rules."""
    for file, rules in families.items():
        for index, entry in rules.items():
            entry["written"] = list(entry.get("terms", ()))
            for place, term in enumerate(entry.get("terms", ())):
                for name in _GROUP.findall(term):
                    if name not in words_of:
                        reason = f"words.yaml 中没有名为 {name} 的词组；可用：{'、'.join(words_of)}"
                        reader.fault(file, ("rules", index, "terms", place), reason)
                entry["terms"][place] = with_words(term, words_of)


def _check_terms(reader: ListReader, file: str, where: tuple[str | int, ...], entry: dict[str, Any]) -> None:
    for index, term in enumerate(entry.get("terms", ())):
        try:
            parse_term(term)
        except TermFault as fault:
            reader.fault(file, (*where, "terms", index), str(fault))


def _check_days(reader: ListReader, file: str, where: tuple[str | int, ...], entry: dict[str, Any]) -> None:
    for name, written in entry.get("effective", {}).items():
        try:
            date.fromisoformat(written)
        except ValueError:
            reader.fault(file, (*where, "effective", name), f"没有 {written} 这一天，应写作 2026-01-31")


def check_support(reader: ListReader, file: str, key: str, entries: list[dict[str, Any]]) -> None:
    """Contexts and cues: ids used twice, terms that cannot be used, contexts that void unknown ones."""
    known: set[str] = set()
    for index, entry in enumerate(entries):
        if entry["id"] in known:
            reader.fault(file, (key, index, "id"), f"编号 {entry['id']} 在本文件中重复")
        known.add(entry["id"])
        _check_terms(reader, file, (key, index), entry)
    for index, entry in enumerate(entries):
        for place, name in enumerate(entry.get("void_by", ())):
            if name not in known:
                reader.fault(file, (key, index, "void_by", place), f"本文件中没有名为 {name} 的语境")
