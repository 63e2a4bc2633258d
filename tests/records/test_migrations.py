"""Migrations go up and down, and agree with the models, on both databases."""

import pytest
from alembic.command import check
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from records import audit
from records.database import newest_revision, reading, transaction
from records.migrations import downgrade, migration_config, upgrade
from records.models import Case, Source
from tests.records import registered


def test_models_and_migrations_agree(engine: Engine) -> None:
    check(migration_config(engine))


def test_down_to_nothing_and_up_again(engine: Engine) -> None:
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(engine)
    check(migration_config(engine))


def test_what_is_there_survives_the_way_down_and_up_again(engine: Engine, store, rules, now) -> None:
    case_id = registered.case(engine, store, rules, now)
    downgrade(engine, "0005")
    upgrade(engine)
    check(migration_config(engine))
    assert registered.state(engine, case_id) == "待研判"
    with reading(engine) as session:
        assert audit.verify(session).broken_at is None
        assert audit.verify(session).entries == 1


def test_renamed_columns_keep_their_values(engine: Engine, store, rules, now) -> None:
    first, second, third = (registered.case(engine, store, rules, now, number) for number in (1, 2, 3))
    with transaction(engine) as session:
        session.get_one(Case, second).mirror_of_id = first
        session.get_one(Case, third).merged_into_id = first
        session.query(Source).one().interval_factor = 4.0
    downgrade(engine, "0020")
    with engine.connect() as connection:
        links = connection.execute(text("SELECT id, first_id, lead_id FROM cases ORDER BY id")).all()
        assert [tuple(row) for row in links] == [
            (first, None, None), (second, first, None), (third, None, first),
        ]  # fmt: skip
        assert connection.scalar(text("SELECT pace FROM sources")) == 4.0
    upgrade(engine)
    check(migration_config(engine))
    keys = {key["name"] for key in inspect(engine).get_foreign_keys("cases")}
    assert {"fk_cases_mirror_of_id_cases", "fk_cases_merged_into_id_cases"} <= keys
    with reading(engine) as session:
        cases = [session.get_one(Case, case_id) for case_id in (first, second, third)]
        assert [case.mirror_of_id for case in cases] == [None, first, None]
        assert [case.merged_into_id for case in cases] == [None, None, first]
        assert session.query(Source).one().interval_factor == 4.0


@pytest.mark.databases("postgresql")
def test_ids_go_past_32_bits_and_back_with_what_is_there(engine: Engine, store, rules, now) -> None:
    case_id = registered.case(engine, store, rules, now)
    downgrade(engine, "0025")
    assert str(inspect(engine).get_columns("snapshots")[0]["type"]) == "INTEGER"
    upgrade(engine)
    assert registered.state(engine, case_id) == "待研判"
    with transaction(engine) as session:
        for table in ("visits", "pages", "snapshots", "judgements", "findings", "cases"):
            session.execute(text(f"SELECT setval('{table}_id_seq', {2**40})"))
    assert registered.case(engine, store, rules, now, 2) > 2**40


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET reason = ''", "DELETE FROM audit_entries"])
def test_audit_rows_cannot_be_changed(engine: Engine, statement: str, one_audit_row: None) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction(engine) as session:
        session.execute(text(statement))


def test_the_newest_revision_is_told_by_the_names_of_the_migrations(engine: Engine) -> None:
    script = ScriptDirectory.from_config(migration_config(engine))
    assert newest_revision() == script.get_current_head()
