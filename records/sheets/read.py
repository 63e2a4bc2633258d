"""The one reader of tables that people send: registry, tips, terms, kept tables, filled-in lists, lists of posts."""

import io
import zipfile
from collections.abc import Collection
from pathlib import PurePath

from records.sheets.apart import read_apart
from records.sheets.csv_table import read_csv
from records.sheets.headings import known_headings, table_of
from records.sheets.table import MOST_BYTES, FileRefused, Grid, Sheet, TableFile, Tables

# The endings that upload forms offer; a file's content tells its kind.
ENDINGS = (".xlsx", ".xls", ".et", ".ods", ".xlsb", ".csv", ".tsv")
_TEXTS = {".csv", ".tsv"}
_WORKBOOKS = {*ENDINGS, ".xlsm"} - _TEXTS
# A compound file, and the beginnings of workbooks before there were any.
_OLD_WORKBOOKS = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x10\x00",
)


def read_tables(file: TableFile, known: Collection[str], needed: Collection[str] = ()) -> Tables:
    """The tables of a CSV file or a workbook that have any of the known headings. Raises FileRefused, in words: where
    there is none, where one lacks a heading that is needed, and for a file that cannot be read whole."""
    name = PurePath(file.name).name or "（未命名）"
    if len(file.content) > MOST_BYTES:
        raise FileRefused(f"{name}：超过 {MOST_BYTES // 1_000_000} MB，请拆成几个文件")
    grids, notes = _grids(name, file.content, known)
    grids = [grid for grid in grids if any(map(any, grid.rows)) or grid.unreadable]
    if not grids:
        raise FileRefused(f"{name}：文件是空的")
    sheets: list[Sheet] = []
    for grid in grids:
        if found := table_of(grid, known):
            _check_headings(f"{name} {grid.name}", found, needed)
            sheets.append(found)
        else:
            notes.append(f"“{grid.name}”没有可以识别的列，没有读取")
    if not sheets:
        lacking = f"缺少{_named(needed)}列，" if needed else ""
        raise FileRefused(f"{name}：没有找到表头，{lacking}可用的列：{'、'.join(known)}")
    return Tables(sheets, notes)


def _check_headings(where: str, sheet: Sheet, needed: Collection[str]) -> None:
    if lacking := [name for name in needed if name not in sheet.headings]:
        raise FileRefused(f"{where}：缺少{_named(lacking)}列")


def _named(headings: Collection[str]) -> str:
    return "".join(f"“{heading}”" for heading in headings)


def _grids(name: str, content: bytes, known: Collection[str]) -> tuple[list[Grid], list[str]]:
    if kind := _workbook_kind(content):
        return read_apart(kind, name, content)
    if content.lstrip()[:200].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise FileRefused(f"{name}：是网页或 XML，不是表格，请在表格软件中打开后另存为 .xlsx")
    ending = PurePath(name).suffix.lower()
    if ending in _WORKBOOKS:
        raise FileRefused(f"{name}：不是可读的 {ending[1:]} 文件")
    if ending not in _TEXTS:
        raise FileRefused(f"{name}：只能导入 {'、'.join(ENDINGS)} 文件")
    grid = read_csv(PurePath(name).stem, content, lambda rows: known_headings(rows, known))
    return [grid], []


def _workbook_kind(content: bytes) -> str:
    """The kind of a workbook by its content; "" for anything else."""
    if content.startswith(_OLD_WORKBOOKS):
        return "xls"
    if not content.startswith(b"PK"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "xlsx"  # whose reader says why not
    if "xl/workbook.bin" in parts:
        return "xlsb"
    return "ods" if "content.xml" in parts and "xl/workbook.xml" not in parts else "xlsx"
