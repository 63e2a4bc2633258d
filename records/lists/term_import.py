"""Terms of a spreadsheet put into the lists' files: all rows or none, with every fault by line and column."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from classifiers.lists.rules import Rule
from records.lists.term_edits import TermRefused, add_term, remove_term
from records.sheets.read import read_tables
from records.sheets.table import FileRefused, RowFault, TableFile

HEADINGS = ("规则", "词条", "操作")
_ACTIONS = {"": add_term, "加入": add_term, "删去": remove_term}


@dataclass(frozen=True)
class TermsTaken:
    """What a file changes: the texts of the lists' files by name, and how many terms go in and out."""

    texts: Mapping[str, str]
    added: int
    removed: int


def take_terms(file: TableFile, rules: Mapping[str, Rule], text_of: Callable[[str], str]) -> TermsTaken:
    """Apply the rows of a table's file (columns HEADINGS; a rule by its id or title; without 操作 a term goes in) to
    the files as `text_of` gives them. Raises FileRefused, which names all faults."""
    by_name = {**{rule.title: rule for rule in rules.values()}, **rules}
    texts: dict[str, str] = {}
    counts = {add_term: 0, remove_term: 0}
    faults: list[RowFault] = []
    for sheet, line, cells in _rows(file, faults):
        rule, action = by_name.get(cells.get("规则", "")), _ACTIONS.get(cells.get("操作", ""))
        lacking = [name for name in HEADINGS[:2] if not cells.get(name)]
        faults += (RowFault(sheet, line, name, "没有填写") for name in lacking)
        if rule is None and "规则" not in lacking:
            faults.append(RowFault(sheet, line, "规则", f"没有名称或编号为“{cells['规则']}”的规则"))
        if action is None:
            faults.append(RowFault(sheet, line, "操作", "应为“加入”或“删去”"))
        if lacking or rule is None or action is None:
            continue
        name = f"{rule.family}.yaml"
        try:
            texts[name] = action(texts.get(name) or text_of(name), rule.id, cells["词条"])
        except TermRefused as refused:
            faults.append(RowFault(sheet, line, "词条", str(refused)))
        else:
            counts[action] += 1
    if faults:
        raise FileRefused(f"有误 {len(faults)} 处，没有导入：\n" + "\n".join(map(str, faults)))
    return TermsTaken(texts, counts[add_term], counts[remove_term])


def _rows(file: TableFile, faults: list[RowFault]) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    for sheet in read_tables(file, HEADINGS, HEADINGS[:2]).sheets:
        for row in sheet.rows:
            if row.unreadable:
                faults += row.faults(sheet.name)
            else:
                yield sheet.name, row.line, row.cells
