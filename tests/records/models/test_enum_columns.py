"""The migrated database accepts exactly the members of each labelled enum: nothing more, nothing less."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, inspect

from records.models import Base
from records.models.base import LabelledEnum


def labelled_columns() -> list[sa.Column[str]]:
    """Every column that `records.models.base.enum_column` made."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.Enum) and issubclass(column.type.enum_class or object, LabelledEnum)
    ]


@pytest.mark.parametrize("column", labelled_columns(), ids=str)
def test_the_database_accepts_exactly_the_members(engine: Engine, column: sa.Column[str]) -> None:
    members = {member.value for member in column.type.enum_class}
    assert accepted(engine, column, members | {"no-such-member"}) == members


def accepted(engine: Engine, column: sa.Column[str], tried: set[str]) -> set[str]:
    """The values that the table's CHECK constraints on this column alone accept, out of `tried` and of all values that
    the constraints name. The database evaluates them on a row that has only this column."""
    checks = [
        check["sqltext"]
        for check in inspect(engine).get_check_constraints(column.table.name)
        if _columns_of(check["sqltext"], column.table) == {column.name}
    ]
    assert checks, f"no check of {column}"
    tried = tried.union(*(re.findall(r"'([^']*)'", check) for check in checks))
    value = sa.cast(sa.bindparam("value"), sa.String(column.type.length)).label(column.name)
    row = sa.select(value).subquery("one_row")
    question = sa.select(sa.func.count()).select_from(row).where(*map(sa.literal_column, checks))
    with engine.connect() as connection:
        return {one for one in tried if connection.scalar(question, {"value": one})}


def _columns_of(check: str, table: sa.Table) -> set[str]:
    without_literals = re.sub(r"'[^']*'", "", check)
    return {name for name in table.columns.keys() if re.search(rf"\b{name}\b", without_literals)}  # noqa: SIM118
