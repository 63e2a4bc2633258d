"""Retry-After is read in every form of the standard, and no value of a server raises an error."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.network.retry_after import seconds_asked

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["Tue, 24 Nov 2026 09:01:00 GMT", "Tuesday, 24-Nov-26 09:01:00 GMT", "Tue Nov 24 09:01:00 2026", "60"],
)
def test_every_form_of_the_standard_says_the_same(written: str) -> None:
    assert seconds_asked(written, NOW) == 60


def test_a_moment_that_is_past_asks_for_nothing() -> None:
    assert seconds_asked("Tue, 24 Nov 2026 08:59:00 GMT", NOW) == 0


@given(st.text() | st.from_regex(r"\w{3}, \d{1,2} Nov \d{1,9} \d\d:\d\d:\d\d [+-]\d{4,30}", fullmatch=True))
def test_no_header_ends_its_reader(written: str) -> None:
    assert seconds_asked(written, NOW) >= 0
