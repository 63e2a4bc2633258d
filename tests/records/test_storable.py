"""Every value given to the store can be read back, and put into any file: on both databases."""

import json
from contextlib import suppress
from datetime import datetime
from xml.dom import minidom

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from records import audit
from records.database import reading, transaction
from records.models import Institution, Page
from records.storable import NumberTooLarge, storable, storable_text, written_json
from tests.records import registered

HOSTILE = "门\x00诊\x0b\x1f\ud800\udfff\ufffe结束"
HARMLESS = "门\ufffd诊\ufffd\ufffd\ufffd\ufffd\ufffd结束"


def test_each_character_that_cannot_be_stored_is_replaced_in_its_place() -> None:
    assert storable_text(HOSTILE) == HARMLESS
    assert len(storable_text(HOSTILE)) == len(HOSTILE)
    kept = "中文\t\r\n👩‍⚕️\u200b"
    assert storable_text(kept) is kept


@given(st.text(alphabet=st.characters()))
def test_what_is_stored_can_be_written_as_xml_and_utf_8(text: str) -> None:
    stored = storable_text(text)
    stored.encode("utf-8")
    document = minidom.Document()
    document.appendChild(document.createElement("a")).appendChild(document.createTextNode(stored))
    minidom.parseString(document.toxml("utf-8"))
    assert storable_text(stored) is stored


def test_lists_and_mappings_are_gone_through_and_left_alone_where_nothing_is_wrong() -> None:
    rows = [{"a": ("b", 1, None, b"\x00")}]
    assert storable(rows) is rows
    assert storable([{"a\x00": ("\x01", 1)}]) == [{"a\ufffd": ("\ufffd", 1)}]
    assert json.loads(written_json({"x": [HOSTILE]})) == {"x": [HARMLESS]}


def test_rows_json_columns_and_the_log_hold_what_had_such_characters(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        row = registered.institution(session)
        row.name, row.departments = HOSTILE, [HOSTILE]
        audit.append(session, "user:x", "case_note", now, HOSTILE, reason=HOSTILE, detail={HOSTILE: HOSTILE})
    with reading(engine) as session:
        kept = session.scalars(select(Institution)).one()
        assert (kept.name, kept.departments) == (HARMLESS, [HARMLESS])
        assert audit.verify(session).fault == ""
        assert session.scalar(select(Institution.id).where(Institution.name == HOSTILE)) == kept.id


def test_a_number_beyond_64_bits_is_refused_before_it_reaches_the_database(engine: Engine) -> None:
    with reading(engine) as session, pytest.raises(NumberTooLarge):
        session.scalar(select(Page.id).where(Page.id == 1 << 63))


def test_a_number_that_its_column_cannot_hold_finds_nothing_or_is_refused_alike(engine: Engine) -> None:
    with reading(engine) as session, suppress(NumberTooLarge):
        assert session.scalar(select(Page.id).where(Page.id == (1 << 63) - 1)) is None
