"""Loads, validates and compiles `keyword_lists/`: rules as data."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from ahocorasick_rs import AhoCorasick

from classifiers.lists.faults import ListFault, ListsRefused
from classifiers.lists.files import ListReader
from classifiers.lists.laws import Cite, Law, articles_of, laws_of
from classifiers.lists.references import (
    check_references,
    check_sound_rules,
    check_support,
    put_groups,
    words_of_groups,
)
from classifiers.lists.wording import Naming, Thresholds, Wording, read_naming, read_wording
from classifiers.matching.match import Matcher, compile_terms
from classifiers.matching.terms import Term
from classifiers.text.normalise import normalise
from classifiers.values import Article, Gravity, PageKind, Severity, Source

Scope = Literal["before", "after", "sentence", "page", "overlaps"]
Status = Literal["draft", "live", "retired"]
CARE = "care"  # the group of words near which a promise speaks of care
# The cues that the judgement asks for by name.
JUDGED_BY = frozenset(
    {
        *("offer", "own_voice", "service", "showing", "contact", "certificate"),
        *(
            "education",
            "education_strong",
            "news",
            "notice",
            "notice_strong",
            "authority",
            "grave-disease",
        ),
    }
)
WORDING, NAMING = "wording.tsv", "naming.tsv"
THRESHOLDS = "thresholds.yaml"
LEARNED_FILES = (WORDING, NAMING)
# Families whose findings rest on the kind of page: their words only show that it is an advert.
BY_KIND_OF_PAGE = frozenset({"certificate", "disguised"})
SUPPORT_FILES = ("laws.yaml", "contexts.yaml", "page_kinds.yaml", "fields.yaml", "words.yaml", THRESHOLDS)


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
    """A rule 规则. `terms` find it by words; `when` by the kind of page (then `terms` is empty).
    `unless_menu`: the entry of a menu only names such a thing (康复案例), and does not show it."""

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
    written: tuple[str, ...]  # the terms as the file has them, with the names of groups of words
    when: str | None
    unless: tuple[str, ...]
    needs: tuple[str, ...]
    only_on: tuple[PageKind, ...]
    promise: bool
    unless_menu: bool
    gravity: Gravity
    media: tuple[Source, ...]
    effective_from: date
    effective_to: date
    known_false_alarms: str
    examples: Examples

    def as_written(self, term: str) -> str:
        """One of `terms`, as the file has it."""
        return self.written[self.terms.index(term)]

    def in_force(self, day: date, source: Source) -> bool:
        """Whether the rule holds on that day for that kind of source: before a law forbids an act, it is not
        a breach."""
        return (
            self.effective_from <= day <= self.effective_to
            and (not self.media or source in self.media)
            and bool(self.law_on(day))
        )

    @property
    def first_day(self) -> date:
        """The first day on which the rule can hold: no earlier than the first of its articles is in force."""
        return max(
            self.effective_from, min((article.in_force_from for article in self.law), default=date.min)
        )

    def law_on(self, day: date) -> tuple[Article, ...]:
        """The articles that the rule rests on and that were in force on that day, the chief one first."""
        return tuple(article for article in self.law if article.in_force(day))


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
    wording: Wording
    naming: Naming
    care_words: tuple[str, ...]
    families: dict[str, dict[str, Any]]  # each family's file as it was read, by the family's id
    laws: tuple[Law, ...] = ()
    set_thresholds: Mapping[Source, Thresholds] = field(default_factory=dict)  # none in lists of before

    @cached_property
    def thresholds(self) -> Mapping[Source, Thresholds]:
        """The thresholds of each kind of source: as they are set, else as they were learned."""
        learned = Thresholds(self.wording.spares, self.wording.suspects)
        sources: tuple[Source, ...] = ("site", "account")
        return {source: self.set_thresholds.get(source, learned) for source in sources}

    @cached_property
    def live(self) -> dict[str, Rule]:
        """The rules in force, by id."""
        return {rule.id: rule for rule in self.rules if rule.status == "live"}

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """All rules by id, drafts and retired ones too."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def family_titles(self) -> dict[str, str]:
        """The kinds of misconduct in words, by the family's id, in the order of the lists."""
        return {name: str(content["title"]) for name, content in self.families.items()}

    @cached_property
    def gravities(self) -> dict[str, Gravity]:
        """The tier of each rule in force, by its id."""
        return {rule.id: rule.gravity for rule in self.live.values()}

    @cached_property
    def forbidden(self) -> dict[str, str]:
        """The prohibition of each article that rules cite, by the article as cited."""
        return {str(article): article.forbids for rule in self.rules for article in rule.law}

    @cached_property
    def matcher(self) -> Matcher:
        """One automaton over the terms of all live rules and cues, by which a whole page is searched."""
        terms: list[Term] = []
        for rule in self.live.values():
            terms += compile_terms("rule", rule.id, rule.terms)
        for cues in self.cues.values():
            terms += compile_terms("cue", cues.id, cues.terms)
        return Matcher(terms)

    @cached_property
    def care(self) -> AhoCorasick:
        """An automaton over the words of care, of any length. They stand on every page, and are looked for
        only near hits."""
        return AhoCorasick([normalise(word).text for word in self.care_words], store_patterns=False)

    @cached_property
    def context_matcher(self) -> Matcher:
        """One automaton over the terms of all contexts, by which sentences with hits are searched."""
        terms: list[Term] = []
        for context in self.contexts.values():
            terms += compile_terms("context", context.id, context.terms)
        return Matcher(terms)

    def in_force(self, day: date, source: Source) -> frozenset[str]:
        """The ids of the live rules that hold on that day for that kind of source."""
        known = self._in_force.get((day, source))
        if known is None:
            known = frozenset(name for name, rule in self.live.items() if rule.in_force(day, source))
            self._in_force[day, source] = known
        return known

    @cached_property
    def _in_force(self) -> dict[tuple[date, Source], frozenset[str]]:
        return {}

    def when(self, condition: str) -> Iterator[Rule]:
        """The live rules that hold under the structural `condition`."""
        return (rule for rule in self.live.values() if rule.when == condition)


_KEPT = 3  # versions: the one in force, and a draft before and after a change
_known: OrderedDict[str, RuleSet] = OrderedDict()
_lock = Lock()


def load_rules(folder: Path) -> RuleSet:
    """The lists in `folder`; raises ListsRefused naming every fault by file, line and field. The same files give the same
    rules, with everything compiled from them."""
    reader = ListReader(folder)
    laws = reader.read("laws.yaml", "laws")
    contexts = reader.read("contexts.yaml", "contexts")
    kinds = reader.read("page_kinds.yaml", "page_kinds")
    fields = reader.read("fields.yaml", "page_kinds")
    groups = reader.read("words.yaml", "words_file")
    thresholds = reader.read(THRESHOLDS, "thresholds") if (folder / THRESHOLDS).exists() else {}
    families = {
        path.name: reader.read(path.name, "family")
        for path in sorted(folder.glob("*.yaml"))
        if path.name not in SUPPORT_FILES
    }
    wording = reader.read_with(WORDING, read_wording)
    naming = reader.read_with(NAMING, read_naming)
    if not families:
        reader.faults.append(ListFault(str(folder), 0, "-", "文件夹里没有任何关键词表（*.yaml）"))
    if reader.faults or wording is None or naming is None:
        if laws and contexts and groups:
            check_sound_rules(reader, families, laws, contexts, groups)
        raise ListsRefused(reader.faults)
    files = reader.digest.hexdigest()
    with _lock:
        if files in _known:
            _known.move_to_end(files)
            return _known[files]
    words_of = words_of_groups(groups)
    if CARE not in words_of:
        reader.fault("words.yaml", ("words",), f"缺少名为 {CARE} 的词组，研判离不开它")
    rules_of = {name: dict(enumerate(family["rules"])) for name, family in families.items()}
    put_groups(reader, rules_of, words_of)
    known_laws = laws_of(reader, laws)
    articles = articles_of(known_laws)
    known_contexts = {entry["id"]: _context(entry) for entry in contexts["contexts"]}
    check_references(reader, rules_of, articles, set(known_contexts))
    for file, key, content in (
        ("contexts.yaml", "contexts", contexts),
        ("page_kinds.yaml", "cues", kinds),
        ("fields.yaml", "cues", fields),
    ):
        check_support(reader, file, key, content[key])
    for name in sorted(JUDGED_BY - {entry["id"] for entry in (*kinds["cues"], *fields["cues"])}):
        reader.fault("page_kinds.yaml", ("cues",), f"缺少名为 {name} 的线索词，研判离不开它")
    if reader.faults:
        raise ListsRefused(reader.faults)
    rules = tuple(_rule(family, entry, articles) for family in families.values() for entry in family["rules"])
    cues = {
        entry["id"]: Cues(entry["id"], entry["title"], tuple(entry["terms"]))
        for entry in (*kinds["cues"], *fields["cues"])
    }
    by_id = {family["family"]: family for family in families.values()}
    made = RuleSet(
        rules,
        known_contexts,
        cues,
        reader.digest.hexdigest(),
        wording,
        naming,
        words_of[CARE],
        by_id,
        known_laws,
        {source: Thresholds(**each) for source, each in thresholds.get("thresholds", {}).items()},
    )
    with _lock:
        _known[files] = made
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return made


def _rule(family: dict[str, Any], entry: dict[str, Any], articles: dict[Cite, Article]) -> Rule:
    examples = {name: tuple(texts) for name, texts in entry.get("examples", {}).items()}
    return Rule(
        id=entry["id"],
        title=entry["title"],
        family=family["family"],
        family_title=family["title"],
        status=entry["status"],
        severity=entry["severity"],
        law=tuple(articles[Cite.of(cite)] for cite in entry["law"]),
        why=entry["why"],
        advice=entry.get("advice", ""),
        terms=tuple(entry.get("terms", ())),
        written=tuple(entry.get("written", ())),
        when=entry.get("when"),
        unless=tuple(entry.get("unless", ())),
        needs=tuple(entry.get("needs", ())),
        only_on=tuple(entry.get("only_on", ())),
        promise=entry.get("promise", False),
        unless_menu=entry.get("unless_menu", False),
        gravity=entry.get("gravity", "ordinary"),
        media=tuple(entry.get("media", ())),
        effective_from=_day(entry.get("effective", {}).get("from"), date.min),
        effective_to=_day(entry.get("effective", {}).get("to"), date.max),
        known_false_alarms=entry.get("known_false_alarms", ""),
        examples=Examples(**examples),
    )


def _day(written: str | None, otherwise: date) -> date:
    return date.fromisoformat(written) if written else otherwise


def _context(entry: dict[str, Any]) -> Context:
    within, void_by = entry.get("within", 0), tuple(entry.get("void_by", ()))
    return Context(entry["id"], entry["title"], entry["scope"], within, tuple(entry["terms"]), void_by)
