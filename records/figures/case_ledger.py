"""The ledger of cases 案件台账: a row a case, with everything that happened to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from records.figures.case_figures import list_case_facts
from records.figures.period import Period
from records.models import (
    AuditEntry,
    Case,
    CaseState,
    Institution,
    JudgementRecord,
    Page,
    Source,
    Transfer,
    Verification,
)

_AT_ONCE = 500
_DECISIONS = (CaseState.UNLAWFUL, CaseState.DISMISSED)
_WHOLE = (
    joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
    joinedload(Case.judgement).selectinload(JudgementRecord.findings),
    joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
    selectinload(Case.transfers).joinedload(Transfer.office),
    selectinload(Case.verifications),
)


@dataclass(frozen=True)
class LedgerRow:
    """A case in the ledger. `decided_by` is the actor in the log; the hand-over is the last to each office."""

    case: Case
    decided_at: datetime | None
    decided_by: str
    reason: str

    @property
    def source(self) -> Source:
        """The site or account that the page belongs to."""
        return self.case.page.source

    @property
    def institution(self) -> Institution:
        """Whose page it is."""
        return self.source.institution

    @property
    def rules(self) -> list[str]:
        """The titles of the rules that found something, each once."""
        return list(dict.fromkeys(finding.title for finding in self.case.judgement.findings))

    @property
    def law(self) -> list[str]:
        """The articles, each once."""
        return list(dict.fromkeys(one for finding in self.case.judgement.findings for one in finding.law))

    @property
    def quotes(self) -> list[str]:
        """The words found on the page, each once."""
        return list(dict.fromkeys(" ".join(one.quote.split()) for one in self.case.judgement.findings))

    @property
    def read_as(self) -> list[str]:
        """The words that are disguised, as they are read, each once."""
        return list(dict.fromkeys(one.read_as for one in self.case.judgement.findings if one.read_as))

    @property
    def last_verified(self) -> Verification | None:
        """The last re-check."""
        return self.case.verifications[-1] if self.case.verifications else None

    @property
    def disposals(self) -> list[tuple[str, str, date | None, str]]:
        """What each office reported: its name, its measure, the day, the number of its document."""
        reported = (one for one in self.case.transfers if one.result)
        return [
            (one.office.name, one.outcome, one.disposed_on, one.document_number or "") for one in reported
        ]


def list_ledger(session: Session, period: Period, district: str | None = None) -> Iterator[LedgerRow]:
    """The cases that were opened in the period, by id."""
    ids = [fact.id for fact in list_case_facts(session, period, district)]
    for at in range(0, len(ids), _AT_ONCE):
        part = ids[at : at + _AT_ONCE]
        decisions = _decisions(session, part)
        cases = session.scalars(select(Case).where(Case.id.in_(part)).options(*_WHOLE).order_by(Case.id))
        for case in cases.all():
            entry = decisions.get(case.id)
            is_decided = entry is not None and case.state not in (CaseState.PENDING, CaseState.REVIEWING)
            if entry is not None and is_decided:
                yield LedgerRow(case, entry.at, entry.actor, entry.reason)
            else:
                yield LedgerRow(case, None, "", "")


def _decisions(session: Session, ids: Sequence[int]) -> dict[int, AuditEntry]:
    """By case, the last entry that found it unlawful or dismissed it."""
    query = select(AuditEntry).where(AuditEntry.case_id.in_(ids), AuditEntry.to_state.in_(_DECISIONS))
    entries = session.scalars(query.order_by(AuditEntry.id))
    return {entry.case_id: entry for entry in entries if entry.case_id is not None}
