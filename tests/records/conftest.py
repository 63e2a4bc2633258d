import pytest
from sqlalchemy import Engine

from tests.records import registered


@pytest.fixture
def one_audit_row(engine: Engine, store, rules, now) -> None:
    registered.case(engine, store, rules, now)
