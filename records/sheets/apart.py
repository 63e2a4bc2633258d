"""Reads a workbook in a process of its own, which may take only so much memory and time: a small file can hold cells that
fill the memory of any machine, and its reader may end the process that reads."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from typing import Any

from records.sheets.table import FileRefused, Grid, Merged

MOST_MEMORY = 1 << 30  # bytes
_PROCESSOR_SECONDS, _SECONDS = 60, 180
# Where the reader of a kind is; only the process that reads takes it in.
READERS = {
    "xlsx": ("records.sheets.workbook", "read_workbook"),
    "xlsb": ("records.sheets.binary_workbook", "read_binary_workbook"),
    "xls": ("records.sheets.old_workbook", "read_old_workbook"),
    "ods": ("records.sheets.opendocument", "read_opendocument"),
}
Found = tuple[list[Grid], list[str]]


def read_apart(kind: str, name: str, content: bytes) -> Found:
    """The visible sheets of a workbook, and in words which were not read. Raises FileRefused, also where reading it takes
    more memory or time than any table does."""
    asked = json.dumps([kind, name, MOST_MEMORY]).encode() + b"\n" + content
    command = [sys.executable, "-P", "-m", "records.sheets.apart"]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise FileRefused(
            f"{name}：读取它所用的内存或时间超过限度，请删去表格之外的内容，或拆成几个文件"
        ) from None
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise FileRefused(answer["refused"])
    return [_grid(**one) for one in answer["grids"]], answer["notes"]


def _grid(merged: list[dict[str, int]], unreadable: list[tuple[int, int, str]], **rest: Any) -> Grid:  # noqa: ANN401
    places = {(row, column): why for row, column, why in unreadable}
    return Grid(merged=[Merged(**one) for one in merged], unreadable=places, **rest)


# The rest runs in the process itself.
def _read() -> dict[str, object]:
    kind, name, memory = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    module, function = READERS[kind]
    reader: Callable[[str, bytes], Found] = getattr(import_module(module), function)
    try:
        grids, notes = reader(name, sys.stdin.buffer.read())
    except FileRefused as refused:
        return {"refused": str(refused)}
    return {"grids": [_plain(grid) for grid in grids], "notes": notes}


def _plain(grid: Grid) -> dict[str, object]:
    unreadable = [(row, column, why) for (row, column), why in grid.unreadable.items()]
    merged = [asdict(one) for one in grid.merged]
    return {
        "name": grid.name,
        "lines": list(grid.lines),
        "rows": grid.rows,
        "unreadable": unreadable,
        "merged": merged,
    }


if __name__ == "__main__":
    json.dump(_read(), sys.stdout)
