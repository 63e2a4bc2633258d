"""Faults of a sanction's form: a case that is not the institution's, or anything else that is refused at a field."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import Case, Institution, Page, Source


class SanctionRefused(Exception):
    """A sanction cannot be changed so; the message says why, in Chinese, `field` at which field."""

    def __init__(self, words: str, field: str = "reason") -> None:
        super().__init__(words)
        self.field = field


def find_typed_case(session: Session, institution: Institution, written: str) -> Case | None:
    """The institution's case of this number, as it was typed; None for anything else."""
    plain = written.strip()
    number = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 16 else 0
    pages = select(Page.id).join(Source).where(Source.institution_id == institution.id)
    return session.scalar(select(Case).where(Case.id == number, Case.page_id.in_(pages)))
