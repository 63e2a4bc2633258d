"""Transfers that an office has not answered by their due day."""

from datetime import date

from sqlalchemy import ColumnElement

from records.models import Transfer


def overdue(today: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a transfer is overdue on a day."""
    return Transfer.closed_at.is_(None), Transfer.held_until.is_(None), Transfer.due_on < today
