"""Periods: their names, the one before and the same a year ago."""

from datetime import date

import pytest

from records.figures.period import Period


def days(period: Period) -> tuple[str, str]:
    return str(period.first), str(period.last)


@pytest.mark.parametrize(
    ("period", "title", "before", "year_ago"),
    [
        (
            Period.month(date(2026, 1, 31)),
            "2026年1月",
            ("2025-12-01", "2025-12-31"),
            ("2025-01-01", "2025-01-31"),
        ),
        (
            Period.month(date(2024, 2, 9)),
            "2024年2月",
            ("2024-01-01", "2024-01-31"),
            ("2023-02-01", "2023-02-28"),
        ),
        (
            Period.month(date(2025, 2, 9)),
            "2025年2月",
            ("2025-01-01", "2025-01-31"),
            ("2024-02-01", "2024-02-29"),
        ),
        (
            Period.quarter(date(2026, 11, 5)),
            "2026年第四季度",
            ("2026-07-01", "2026-09-30"),
            ("2025-10-01", "2025-12-31"),
        ),
        (Period.year(date(2026, 5, 1)), "2026年", ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")),
        (
            Period(date(2026, 3, 1), date(2026, 3, 10)),
            "2026-03-01 至 2026-03-10",
            ("2026-02-19", "2026-02-28"),
            ("2025-03-01", "2025-03-10"),
        ),
    ],
)
def test_a_period_knows_its_name_and_what_it_is_compared_with(period, title, before, year_ago) -> None:
    assert (period.title, days(period.before), days(period.year_ago)) == (title, before, year_ago)


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert days(Period.week(date(2026, 11, 29))) == ("2026-11-23", "2026-11-29")
