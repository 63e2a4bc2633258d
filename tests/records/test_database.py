"""Many ids in one statement; connections that the server has ended."""

import pytest
from sqlalchemy import Engine, event, select, text, update

from records.database import among, glancing, open_engine, reading, transaction
from records.models import Office, OfficeKind


def test_many_ids_are_one_parameter_of_one_statement(engine: Engine) -> None:
    statements: list[tuple[str, int]] = []
    with transaction(engine) as session:
        session.add_all(Office(name=f"第{n}办", kind=OfficeKind.CYBERSPACE) for n in range(5))
    with transaction(engine) as session:
        ids = session.scalars(select(Office.id).order_by(Office.id)).all()
        event.listen(
            engine, "before_cursor_execute", lambda *said: statements.append((said[2], len(said[3])))
        )
        for some in (ids[1:3], list(ids) * 9_000, [2**62], []):
            found = session.scalars(select(Office.id).where(among(Office.id, some)).order_by(Office.id)).all()
            assert found == sorted({*some} & {*ids})
        session.execute(update(Office).where(among(Office.id, ids[:2])).values(name=Office.name + "改"))
    assert len({said for said, _ in statements[:4]}) == 1
    assert all(parameters == 1 for _, parameters in statements[:4])
    with reading(engine) as session:
        changed = session.scalars(select(Office.id).where(Office.name.endswith("改"))).all()
    assert sorted(changed) == list(ids[:2])


@pytest.mark.databases("postgresql")
def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(engine: Engine) -> None:
    number = text("SELECT pg_backend_pid()")
    with reading(engine) as session:
        ended = session.scalar(number)
    elsewhere = open_engine(engine.url.render_as_string(hide_password=False), pooled=False)
    with reading(elsewhere) as session:
        session.execute(text("SELECT pg_terminate_backend(:ended, 5000)"), {"ended": ended})
    with reading(engine) as session:
        assert session.scalar(number) != ended


def test_a_glance_sees_what_is_committed_and_leaves_the_connection_to_transactions(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Office(name="网信办", kind=OfficeKind.CYBERSPACE))
    with glancing(engine) as session:
        assert session.scalar(select(Office.name)) == "网信办"
    with pytest.raises(ConnectionError), transaction(engine) as session:
        session.execute(update(Office).values(name="改"))
        raise ConnectionError("it breaks before its end")
    with glancing(engine) as session:
        assert session.scalar(select(Office.name)) == "网信办"
