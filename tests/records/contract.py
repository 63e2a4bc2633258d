"""What an older program holds on to of its tables: what it reads is there, what it writes is taken."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import BigInteger, Engine, Inspector, inspect


@dataclass(frozen=True)
class Column:
    kind: str
    must_be_given: bool  # by whoever writes a row


@dataclass(frozen=True)
class Table:
    columns: dict[str, Column]
    rules: frozenset[str]  # that refuse rows


def tables_of(engine: Engine) -> dict[str, Table]:
    """All tables, as they are now."""
    there = inspect(engine)
    return {
        name: Table(
            {column["name"]: _column(column) for column in there.get_columns(name)},
            frozenset(_rules_of(there, name)),
        )
        for name in there.get_table_names()
        if name != "alembic_version"
    }


def _column(found: dict[str, object]) -> Column:
    kind = found["type"]
    given = not found["nullable"] and found["default"] is None and not found.get("primary_key")
    return Column("INTEGER" if isinstance(kind, BigInteger) else str(kind), given)  # a wider one takes all


def _rules_of(there: Inspector, table: str) -> Iterator[str]:
    unique = [one["column_names"] for one in there.get_unique_constraints(table)]
    unique += [one["column_names"] for one in there.get_indexes(table) if one["unique"]]
    yield from (f"is unique by {', '.join(map(str, columns))}" for columns in unique)
    yield from (f"is checked by {one['name']}" for one in there.get_check_constraints(table))
    for one in there.get_foreign_keys(table):
        yield f"refers by {', '.join(one['constrained_columns'])} to {one['referred_table']}"


def find_breaks(before: dict[str, Table], after: dict[str, Table], unused: tuple[str, ...] = ()) -> list[str]:
    """The changes that a program of the tables before cannot go on with. `unused`: tables and columns (`cases.score`) that
    it no longer used."""
    return list(_breaks(before, after, unused))


def _breaks(before: dict[str, Table], after: dict[str, Table], unused: tuple[str, ...]) -> Iterator[str]:
    for name, was in before.items():
        if name not in after:
            if name not in unused:
                yield f"{name} is gone"
            continue
        now = after[name]
        for column, old in was.columns.items():
            new = now.columns.get(column)
            if new is None:
                if f"{name}.{column}" not in unused:
                    yield f"{name}.{column} is gone"
                continue
            if new.kind != old.kind:
                yield f"{name}.{column} is {old.kind} no more"
            if new.must_be_given and not old.must_be_given:
                yield f"{name}.{column} must be given"
        yield from (
            f"{name}.{column} must be given"
            for column, new in now.columns.items()
            if column not in was.columns and new.must_be_given
        )
        on_new = {f"refers by {column} " for column in now.columns.keys() - was.columns.keys()}
        for rule in sorted(now.rules - was.rules):
            if not any(rule.startswith(one) for one in on_new):
                yield f"{name} {rule}"
