"""Many ids in one statement."""

from sqlalchemy import Engine, event, select, update

from records.database import among, reading, transaction
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
