"""How often a token may call: one bucket for all processes, which fills up over a minute."""

from datetime import timedelta

from sqlalchemy import Engine

from records.database import transaction
from records.models import OfficeToken
from records.people.office_tokens import grant_calls, issue_token
from tests.records import registered


def granted(engine: Engine, token_id: int, wanted: int, now) -> int:
    with transaction(engine) as session:
        return grant_calls(session, token_id, 60, wanted, now)[0]


def test_a_bucket_is_emptied_once_and_fills_up_by_and_by(engine: Engine, now) -> None:
    with transaction(engine) as session:
        issue_token(session, registered.office(session), now, 30)
        session.flush()
        token_id = session.query(OfficeToken).one().id
    assert granted(engine, token_id, 50, now) == 50
    assert granted(engine, token_id, 50, now) == 10, "what another process was given is gone"
    with transaction(engine) as session:
        assert grant_calls(session, token_id, 60, 1, now) == (0, 1.0)
    assert granted(engine, token_id, 50, now + timedelta(seconds=5)) == 5
    assert granted(engine, token_id, 99, now + timedelta(hours=1)) == 60, "no more than a minute's"
    assert granted(engine, token_id, 1, now) == 0, "a clock that goes back fills nothing"
    assert granted(engine, token_id, 1, now + timedelta(seconds=2)) == 1
    assert granted(engine, token_id + 1, 1, now) == 0
