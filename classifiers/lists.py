"""Loads, validates and compiles `keyword_lists/`: rules as data."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from classifiers.match import Matcher, compile_terms
from classifiers.terms import Term, TermFault, parse_term
from classifiers.values import Article, Gravity, PageKind, Severity, Source

Scope = Literal["before", "after", "sentence", "page", "overlaps"]
Status = Literal["draft", "live", "retired"]
_GROUP = re.compile(r"@([a-z][a-z0-9_-]*)")
SUPPORT_FILES = ("laws.yaml", "contexts.yaml", "page_kinds.yaml", "fields.yaml", "words.yaml")


@dataclass(frozen=True)
class ListFault:
    """One thing that is wrong in one file: where, what, and how to put it right."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


class ListsRefused(Exception):
    """The lists cannot be used. `faults` names all that is wrong, not only the first."""

    def __init__(self, faults: list[ListFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class Examples:
    """Texts that are a rule's tests. The `todo` ones are known not to work yet and must go on failing."""

    match: tuple[str, ...] = ()
    disguised: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    todo_match: tuple[str, ...] = ()
    todo_spare: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule 规则. `terms` find it by words; `when` by what the page is (then `terms` is empty)."""

    id: str
    title: str
    family: str
    family_title: str
    status: Status
    severity: Severity
    law: tuple[Article, ...]
    why: str
    advice: str
    terms: tuple[str, ...]
    when: str | None
    unless: tuple[str, ...]
    needs: tuple[str, ...]
    only_on: tuple[PageKind, ...]
    promise: bool
    gravity: Gravity
    media: tuple[Source, ...]
    effective_from: date
    effective_to: date
    successor: str | None
    known_false_alarms: str
    examples: Examples

    def in_force(self, day: date, source: Source) -> bool:
        """Whether the rule holds on that day for that kind of source."""
        return self.effective_from <= day <= self.effective_to and (not self.media or source in self.media)


@dataclass(frozen=True)
class Context:
    """Words that excuse or are needed, and where they have to stand as seen from the hit."""

    id: str
    title: str
    scope: Scope
    within: int
    terms: tuple[str, ...]
    void_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cues:
    """Words by which a page's kind, an offer or a contact is recognised."""

    id: str
    title: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class RuleSet:
    """All lists of one folder, checked, with their version (SHA-256 over the files, 64 hex digits)."""

    rules: tuple[Rule, ...]
    contexts: dict[str, Context]
    cues: dict[str, Cues]
    version: str

    @cached_property
    def live(self) -> dict[str, Rule]:
        """The rules in force, by id."""
        return {rule.id: rule for rule in self.rules if rule.status == "live"}

    @cached_property
    def matcher(self) -> Matcher:
        """One automaton over the terms of all live rules and cues: what a whole page is searched for."""
        terms: list[Term] = []
        for rule in self.live.values():
            terms += compile_terms("rule", rule.id, rule.terms)
        for cues in self.cues.values():
            terms += compile_terms("cue", cues.id, cues.terms)
        return Matcher(terms)

    @cached_property
    def context_matcher(self) -> Matcher:
        """One automaton over the terms of all contexts: what the sentences that hit are searched for."""
        terms: list[Term] = []
        for context in self.contexts.values():
            terms += compile_terms("context", context.id, context.terms)
        return Matcher(terms)

    def when(self, condition: str) -> Iterator[Rule]:
        """The live rules that hold under the structural `condition`."""
        return (rule for rule in self.live.values() if rule.when == condition)


def load_rules(folder: Path) -> RuleSet:
    """The lists in `folder`; raises ListsRefused naming every fault by file, line and field."""
    reader = _Reader(folder)
    laws = reader.read("laws.yaml", "laws")
    contexts = reader.read("contexts.yaml", "contexts")
    kinds = reader.read("page_kinds.yaml", "page_kinds")
    fields = reader.read("fields.yaml", "page_kinds")
    groups = reader.read("words.yaml", "words_file")
    families = {
        path.name: reader.read(path.name, "family")
        for path in sorted(folder.glob("*.yaml"))
        if path.name not in SUPPORT_FILES
    }
    if not families:
        reader.faults.append(ListFault(str(folder), 0, "-", "文件夹里没有任何关键词表（*.yaml）"))
    if reader.faults:
        raise ListsRefused(reader.faults)
    _put_groups(reader, families, {group["id"]: "|".join(group["words"]) for group in groups["words"]})
    articles = {
        (law["name"], article["article"], article.get("item")): Article(
            law["name"], article["article"], article.get("item"), article["forbids"]
        )
        for law in laws["laws"]
        for article in law["articles"]
    }
    known_contexts = {entry["id"]: _context(entry) for entry in contexts["contexts"]}
    _check_references(reader, families, articles, set(known_contexts))
    for file, key, content in (
        ("contexts.yaml", "contexts", contexts),
        ("page_kinds.yaml", "cues", kinds),
        ("fields.yaml", "cues", fields),
    ):
        _check_support(reader, file, key, content[key])
    if reader.faults:
        raise ListsRefused(reader.faults)
    rules = tuple(_rule(family, entry, articles) for family in families.values() for entry in family["rules"])
    cues = {
        entry["id"]: Cues(entry["id"], entry["title"], tuple(entry["terms"]))
        for entry in (*kinds["cues"], *fields["cues"])
    }
    return RuleSet(rules, known_contexts, cues, reader.digest.hexdigest())


def _rule(
    family: dict[str, Any], entry: dict[str, Any], articles: dict[tuple[str, int, int | None], Article]
) -> Rule:
    examples = {name: tuple(texts) for name, texts in entry.get("examples", {}).items()}
    return Rule(
        id=entry["id"],
        title=entry["title"],
        family=family["family"],
        family_title=family["title"],
        status=entry["status"],
        severity=entry["severity"],
        law=tuple(articles[cite["law"], cite["article"], cite.get("item")] for cite in entry["law"]),
        why=entry["why"],
        advice=entry.get("advice", ""),
        terms=tuple(entry.get("terms", ())),
        when=entry.get("when"),
        unless=tuple(entry.get("unless", ())),
        needs=tuple(entry.get("needs", ())),
        only_on=tuple(entry.get("only_on", ())),
        promise=entry.get("promise", False),
        gravity=entry.get("gravity", "ordinary"),
        media=tuple(entry.get("media", ())),
        effective_from=_day(entry.get("effective", {}).get("from"), date.min),
        effective_to=_day(entry.get("effective", {}).get("to"), date.max),
        successor=entry.get("successor"),
        known_false_alarms=entry.get("known_false_alarms", ""),
        examples=Examples(**examples),
    )


def _day(written: str | None, otherwise: date) -> date:
    return date.fromisoformat(written) if written else otherwise


def _context(entry: dict[str, Any]) -> Context:
    within, void_by = entry.get("within", 0), tuple(entry.get("void_by", ()))
    return Context(entry["id"], entry["title"], entry["scope"], within, tuple(entry["terms"]), void_by)


def _check_references(
    reader: "_Reader",
    families: dict[str, dict[str, Any]],
    articles: dict[tuple[str, int, int | None], Article],
    contexts: set[str],
) -> None:
    """What a schema cannot see: laws and contexts that do not exist, ids used twice, terms without letters."""
    seen: dict[str, str] = {}
    for file, family in families.items():
        for index, entry in enumerate(family["rules"]):
            where = ("rules", index)
            first = seen.setdefault(entry["id"], file)
            if first != file or [rule["id"] for rule in family["rules"][:index]].count(entry["id"]):
                reader.fault(
                    file, (*where, "id"), f"规则编号 {entry['id']} 已在 {first} 中使用，编号不可重复"
                )
            for cite_index, cite in enumerate(entry["law"]):
                if (cite["law"], cite["article"], cite.get("item")) not in articles:
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


def _put_groups(reader: "_Reader", families: dict[str, dict[str, Any]], groups: dict[str, str]) -> None:
    """Put the words of the groups in the place of their names in all terms of rules."""
    for file, family in families.items():
        for index, entry in enumerate(family["rules"]):
            for place, term in enumerate(entry.get("terms", ())):
                for name in _GROUP.findall(term):
                    if name not in groups:
                        reason = f"words.yaml 中没有名为 {name} 的词组；可用：{'、'.join(groups)}"
                        reader.fault(file, ("rules", index, "terms", place), reason)
                entry["terms"][place] = _GROUP.sub(lambda found: groups.get(found[1], found[0]), term)


def _check_terms(reader: "_Reader", file: str, where: tuple[str | int, ...], entry: dict[str, Any]) -> None:
    for index, term in enumerate(entry.get("terms", ())):
        try:
            parse_term(term)
        except TermFault as fault:
            reader.fault(file, (*where, "terms", index), str(fault))


def _check_days(reader: "_Reader", file: str, where: tuple[str | int, ...], entry: dict[str, Any]) -> None:
    for name, written in entry.get("effective", {}).items():
        try:
            date.fromisoformat(written)
        except ValueError:
            reader.fault(file, (*where, "effective", name), f"没有 {written} 这一天，应写作 2026-01-31")


def _check_support(reader: "_Reader", file: str, key: str, entries: list[dict[str, Any]]) -> None:
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


class _Reader:
    """Reads files one by one and collects what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[ListFault] = []
        self.digest = hashlib.sha256()
        self._nodes: dict[str, yaml.Node] = {}
        try:
            self._schema = json.loads((folder / "schema.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            fault = ListFault(str(folder / "schema.json"), 0, "-", f"无法读取格式定义：{error}")
            raise ListsRefused([fault]) from error

    def read(self, name: str, definition: str) -> dict[str, Any]:
        """The file's content; empty when faults were found (and kept)."""
        try:
            raw = (self.folder / name).read_bytes()
            self.digest.update(name.encode() + b"\0" + raw + b"\0")
            text = raw.decode("utf-8")
            node = yaml.compose(text, Loader=yaml.CSafeLoader) or yaml.ScalarNode("null", "")
            content = yaml.load(text, Loader=yaml.CSafeLoader)
        except OSError as error:
            self.faults.append(ListFault(name, 0, "-", f"无法读取：{error.strerror}"))
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.faults.append(ListFault(name, line, "-", "不是 UTF-8 编码，请另存为 UTF-8"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.faults.append(ListFault(name, line, "-", f"YAML 格式错误：{error.problem}"))
        except yaml.YAMLError as error:
            self.faults.append(ListFault(name, 0, "-", f"YAML 格式错误：{error}"))
        else:
            self._nodes[name] = node
            if self._conforms(name, definition, content):
                return cast("dict[str, Any]", content)
        return {}

    def _conforms(self, name: str, definition: str, content: object) -> bool:
        schema = {"$ref": f"#/$defs/{definition}", "$defs": self._schema["$defs"]}
        errors = sorted(
            Draft202012Validator(schema).iter_errors(content), key=lambda e: list(map(str, e.path))
        )
        for error in errors:
            self.fault(name, tuple(error.absolute_path), _in_words(error))
        return not errors

    def fault(self, name: str, path: tuple[str | int, ...], reason: str) -> None:
        """Keep a fault of file `name` at `path` (keys and indexes from the top)."""
        field = ".".join(str(part + 1 if isinstance(part, int) else part) for part in path) or "-"
        self.faults.append(ListFault(name, _line(self._nodes[name], path), field, reason))


def _line(node: yaml.Node, path: tuple[str | int, ...]) -> int:
    """The line (from 1) where `path` stands, or the nearest line above it that exists."""
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part]
        else:
            found = None
        if found is None:
            break
        node = found
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def _in_words(error: ValidationError) -> str:
    """A JSON Schema error as a sentence that says how to put it right."""
    value = cast("Any", error.validator_value)
    instance = cast("Any", error.instance)
    match error.validator:
        case "required":
            missing = [name for name in value if name not in instance]
            return f"缺少字段：{'、'.join(missing)}"
        case "additionalProperties":
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            extra = [name for name in instance if name not in known]
            return f"不认识的字段：{'、'.join(map(str, extra))}；可用字段：{'、'.join(known)}"
        case "enum":
            return f"“{error.instance}”不在可选值之内：{'、'.join(map(str, value))}"
        case "type":
            return f"类型应为 {value}"
        case "minItems":
            return f"至少要有 {value} 项，现有 {len(instance)} 项"
        case "pattern":
            return f"“{error.instance}”不符合格式 {value}"
        case _:
            return error.message
