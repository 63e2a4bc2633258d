"""Handing a suspected crime over to the police: the terms of 行政执法机关移送涉嫌犯罪案件的规定, articles 5 to 9."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from records.local_time import local_day
from records.models import Case, CaseState, OfficeKind, Transfer, TransferState
from records.models.cases import WITHOUT_ACT

# Days for the head of the authority to decide, for the police to decide, and for asking for a review.
HEAD_DECIDES, POLICE_DECIDE, REVIEW_ASKED = (timedelta(days=3),) * 3


@dataclass(frozen=True)
class PoliceTerm:
    """A term that runs: the act that is due, its last day, and the article."""

    words: str
    until: date
    article: str


def list_police_terms(case: Case, working: Callable[[date], date]) -> Sequence[PoliceTerm]:
    """The terms that run for a case. `working` is the first working day from a day on."""
    if case.judgement.gravity == "police" and case.state is CaseState.UNLAWFUL:
        until = working(local_day(case.changed_at) + HEAD_DECIDES)
        words = "负责人决定是否移送公安机关，批准后 24 小时内移送"
        return [PoliceTerm(words, until, "第五条")]
    newest = max((one.round for one in case.transfers), default=0)
    with_police = [
        one for one in case.transfers if one.office.kind is OfficeKind.POLICE and one.round == newest
    ]
    return [term for one in with_police if (term := _term(one, working)) is not None]


def _term(transfer: Transfer, working: Callable[[date], date]) -> PoliceTerm | None:
    if transfer.closed_at is None:
        return PoliceTerm(f"{transfer.office.name}决定是否立案", transfer.due_on, "第八条")
    refused = transfer.result in WITHOUT_ACT or transfer.state is TransferState.RETURNED
    if not refused:
        return None
    until = working(local_day(transfer.closed_at) + REVIEW_ASKED)
    return PoliceTerm(f"对{transfer.office.name}不予立案的决定提请复议", until, "第九条")
