"""The laws that rules cite, from `laws.yaml`: each article with the days on which it is in force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from classifiers.lists.files import ListReader
from classifiers.values import Article

FILE = "laws.yaml"


class Cite(NamedTuple):
    """How a rule names an article: the law's name, 条, 款 and 项."""

    law: str
    article: int
    paragraph: int | None
    item: int | None

    @staticmethod
    def of(entry: Mapping[str, Any], law: str = "") -> "Cite":
        """The cite in an entry of a file."""
        return Cite(law or entry["law"], entry["article"], entry.get("paragraph"), entry.get("item"))


@dataclass(frozen=True)
class Provision:
    """An article, its penalty's article, its exemptions, and why no rule rests on it ("" where one does)."""

    article: Article
    penalty: str = ""
    exempt: str = ""
    no_rule: str = ""


@dataclass(frozen=True)
class Law:
    """One version of a law or a guide: when it is in force, where its text is published, and which parts were
    compared with that text, and on which day."""

    name: str
    short: str
    in_force_from: date
    in_force_to: date
    source: str
    checked_on: date
    checked: str
    provisions: tuple[Provision, ...]


def laws_of(reader: ListReader, content: Mapping[str, Any]) -> tuple[Law, ...]:
    """The laws of the file's content. Faults of its days, and duplicates, become faults of `reader`."""
    laws = []
    names: set[str] = set()
    for index, entry in enumerate(content["laws"]):
        where = ("laws", index)
        if entry["name"] in names:
            reader.fault(FILE, (*where, "name"), f"《{entry['name']}》已在本文件中登记")
        names.add(entry["name"])
        start, end = _days(reader, where, entry, date.min, date.max)
        checked_on = _day(reader, (*where, "checked_on"), entry["checked_on"], date.max)
        provisions = tuple(_provisions(reader, where, entry, start, end))
        laws.append(
            Law(
                name=entry["name"],
                short=entry.get("short", entry["name"]),
                in_force_from=start,
                in_force_to=end,
                source=entry["source"],
                checked_on=checked_on,
                checked=entry["checked"],
                provisions=provisions,
            )
        )
    return tuple(laws)


def articles_of(laws: tuple[Law, ...]) -> dict[Cite, Article]:
    """All articles, by how they are cited."""
    articles = [provision.article for law in laws for provision in law.provisions]
    return {Cite(each.law, each.article, each.paragraph, each.item): each for each in articles}


def _provisions(
    reader: ListReader, where: tuple[str | int, ...], law: Mapping[str, Any], start: date, end: date
) -> Iterator[Provision]:
    known: set[Cite] = set()
    for index, entry in enumerate(law["articles"]):
        place = (*where, "articles", index)
        cite = Cite.of(entry, law["name"])
        if cite in known:
            reader.fault(FILE, place, "本法中已登记过这一条款")
        known.add(cite)
        since, until = _days(reader, place, entry, start, end)
        article = Article(*cite, entry["forbids"], since, until)
        yield Provision(article, *(entry.get(name, "") for name in ("penalty", "exempt", "no_rule")))


def _days(
    reader: ListReader, where: tuple[str | int, ...], entry: Mapping[str, Any], start: date, end: date
) -> tuple[date, date]:
    """The days of an entry, both included; `start` and `end` where it names none."""
    since = _day(reader, (*where, "from"), entry.get("from"), start)
    until = _day(reader, (*where, "to"), entry.get("to"), end)
    if until < since:
        reader.fault(FILE, (*where, "to"), f"失效日期 {until} 早于施行日期 {since}")
    return since, until


def _day(reader: ListReader, where: tuple[str | int, ...], written: object, otherwise: date) -> date:
    if written is None:
        return otherwise
    if type(written) is date:
        return written
    reader.fault(FILE, where, f"“{written}”不是日期，应写作 2026-01-31")
    return otherwise
