"""The layout: one room for SQL, one module for days, and no folder too large to look over."""

import ast
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from records.settings import PROJECT
from tests import commands

ROOTS = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "root_packages"
]
# The demo checks its own database, as a test does.
WITHOUT_SQL = [name for name in ROOTS if name not in {"records", "demo"}]
SQL = {"select", "insert", "update", "delete"}
MOST_MODULES = 16


def modules(package: str) -> Iterator[Path]:
    return (PROJECT / package).rglob("*.py")


@pytest.mark.parametrize("package", WITHOUT_SQL)
def test_only_records_writes_sql(package: str) -> None:
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
                verbs = SQL & {alias.name for alias in node.names}
                assert not verbs, f"{path.relative_to(PROJECT)} imports {', '.join(sorted(verbs))}"


@pytest.mark.parametrize("package", [*ROOTS, "benchmarks"])
def test_only_one_module_takes_the_day_of_a_moment(package: str) -> None:
    """Anywhere else it would be the day of UTC, which begins at eight in the morning in Beijing."""
    for path in modules(package):
        if path == PROJECT / "records/local_time.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            takes_day = isinstance(node, ast.Attribute) and node.attr in {"date", "today", "utcnow"}
            called = takes_day and isinstance(getattr(node, "ctx", None), ast.Load)
            assert not called, f"{path.relative_to(PROJECT)}:{node.lineno} uses .{node.attr}, not local_day"


@pytest.mark.parametrize("package", ROOTS)
def test_no_folder_has_more_modules_than_can_be_looked_over(package: str) -> None:
    for folder in {path.parent for path in modules(package)}:
        count = len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        assert count <= MOST_MODULES, f"{folder.relative_to(PROJECT)} has {count} modules"


def test_what_commands_are_forked_with_is_there() -> None:
    """The process that they are forked from passes over a module that it does not find."""
    assert [name for name in commands.IMPORTED if find_spec(name) is None] == []
