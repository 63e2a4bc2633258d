"""Offices 部门: all of them, or one by its name."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import Office


def list_offices(session: Session) -> Sequence[Office]:
    """The offices that cases can be handed to, in the order that they were added."""
    return session.scalars(select(Office).order_by(Office.id)).all()


def find_office(session: Session, name: str) -> Office | None:
    """The office of that name."""
    return session.scalar(select(Office).where(Office.name == name))
