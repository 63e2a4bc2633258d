"""Letters 线索移送函 to offices that have only a mailbox: issued with their number, and their filled-in list taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from records import audit
from records.local_time import local_day, parse_day
from records.models import DisposalResult, Letter, LetterItem, Office, Transfer, TransferState, User
from records.reference.disposals import find_measure, list_measures
from records.sheets.read import read_tables
from records.sheets.table import ImportResult, RowFault, SheetRow, TableFile
from records.transfers import answers, office_queue
from records.transfers.answers import Disposal
from records.transfers.office_queue import WHOLE_TRANSFER, NotThisOffice
from records.workflow import OFFICE, Actor, StepRefused, actor_of

MOST = 500
# The list's columns that the office fills in; the first says which row is which transfer.
NUMBER, RESULT, DAY, DOCUMENT, NOTE = "编号", "处置结果", "处置日期", "文书号", "说明"
RETURNED = "退回"
_FILLED_IN = (NUMBER, RESULT, DAY, DOCUMENT, NOTE)
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Waiting:
    """An office, and how many of its open transfers stand on no letter."""

    office: Office
    transfers: int


def list_waiting(session: Session) -> list[Waiting]:
    """The offices, each with its number of unwritten transfers."""
    open_ones = (
        select(Transfer.office_id, func.count().label("transfers"))
        .outerjoin(LetterItem, LetterItem.transfer_id == Transfer.id)
        .where(Transfer.closed_at.is_(None), Transfer.held_until.is_(None), LetterItem.transfer_id.is_(None))
        .group_by(Transfer.office_id)
        .subquery()
    )
    rows = session.execute(
        select(Office, func.coalesce(open_ones.c.transfers, 0))
        .outerjoin(open_ones, open_ones.c.office_id == Office.id)
        .order_by(Office.id)
    )
    return [Waiting(row[0], row[1]) for row in rows]


def list_unwritten(session: Session, office_id: int) -> Sequence[Transfer]:
    """An office's open transfers that stand on no letter, with all facts of a letter."""
    query = select(Transfer).where(Transfer.id.in_(_unwritten(office_id))).options(*WHOLE_TRANSFER)
    return session.scalars(query.order_by(Transfer.id)).all()


def issue_letter(
    session: Session, office_id: int, by: User, now: datetime, chosen: Sequence[int] | None = None
) -> Letter:
    """A letter with the office's open transfers that stand on none, or those `chosen` of them, numbered next in its year.
    Raises StepRefused."""
    # A simultaneous issue waits here: each number is given once, without gaps.
    offices = session.scalars(select(Office).order_by(Office.id).with_for_update()).all()
    office = next((one for one in offices if one.id == office_id), None)
    if office is None:
        raise StepRefused("没有这个部门")
    ids = session.scalars(_unwritten(office_id)).all()
    if chosen is not None:
        ids = [one for one in ids if one in set(chosen)]
    if not ids:
        raise StepRefused(f"{office.name}没有待移送的线索")
    year = local_day(now).year
    number = (session.scalar(select(func.max(Letter.number)).where(Letter.year == year)) or 0) + 1
    letter = Letter(office_id=office_id, year=year, number=number, issued_at=now, issued_by=str(actor_of(by)))
    letter.items = [LetterItem(transfer_id=one, position=place) for place, one in enumerate(ids, 1)]
    session.add(letter)
    session.flush()
    subject = f"{office.name} {year} 年第 {number} 号移送函"
    audit.append(session, by, "letter_issued", now, subject, reason=f"含线索 {len(ids)} 件")
    return letter


def _unwritten(office_id: int) -> Select[int]:
    return (
        select(Transfer.id)
        .outerjoin(LetterItem, LetterItem.transfer_id == Transfer.id)
        .where(
            Transfer.office_id == office_id,
            Transfer.closed_at.is_(None),
            Transfer.held_until.is_(None),
            LetterItem.transfer_id.is_(None),
        )
        .order_by(Transfer.id)
        .limit(MOST)
    )


def list_letters(session: Session, limit: int = 100) -> Sequence[Letter]:
    """The letters, newest first, with their items."""
    query = select(Letter).options(joinedload(Letter.office), selectinload(Letter.items))
    return session.scalars(query.order_by(Letter.id.desc()).limit(limit)).all()


def find_letter(session: Session, letter_id: int) -> Letter | None:
    """A letter with all facts of its documents."""
    items = selectinload(Letter.items).joinedload(LetterItem.transfer)
    query = select(Letter).where(Letter.id == letter_id)
    return session.scalar(query.options(joinedload(Letter.office), items.options(*WHOLE_TRANSFER)))


def take_answers(
    session: Session, file: TableFile, office_id: int, by: User, now: datetime, recheck_after: timedelta
) -> ImportResult:
    """Read an office's filled-in list: good rows are acknowledged and disposed or returned, others named by
    row and column, and rows without a result left alone. The same list again changes nothing. Raises
    FileRefused."""
    tables = read_tables(file, _FILLED_IN, (NUMBER, RESULT))
    result = ImportResult(notes=list(tables.notes))
    office = session.get_one(Office, office_id)
    actor = Actor(OFFICE, f"{office.name}/函复，{by.display_name}录入")
    for sheet in tables.sheets:
        result.notes += sheet.notes
        for row in sheet.rows:
            if row.unreadable:
                result.faults += row.faults(sheet.name)
                continue
            if not _cell(row, RESULT):
                continue
            try:
                with session.begin_nested():
                    changed = _take_answer(session, row, office_id, actor, now, recheck_after)
            except (NotThisOffice, StepRefused) as refused:
                result.faults.append(RowFault(sheet.name, row.line, NUMBER, str(refused)))
            except ValueError as fault:
                column, _, reason = str(fault).partition("：")
                result.faults.append(RowFault(sheet.name, row.line, column, reason))
            else:
                result.added += changed
                result.unchanged += not changed
    return result


def _take_answer(
    session: Session, row: SheetRow, office_id: int, actor: Actor, now: datetime, recheck_after: timedelta
) -> bool:
    """Whether the row's answer is new. Raises ValueError ("column：reason"), NotThisOffice, StepRefused."""
    number = _cell(row, NUMBER)
    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        raise ValueError(f"{NUMBER}：“{number[:20]}”不是编号")
    transfer = office_queue.find_office_transfer(session, office_id, int(number), to_change=True)
    words, note = _cell(row, RESULT), _cell(row, NOTE)
    if words == RETURNED:
        if transfer.state is TransferState.RETURNED and transfer.note == note:
            return False
        answers.take(session, transfer, actor=actor, now=now)
        answers.give_back(session, transfer, note, actor=actor, now=now, recheck_after=recheck_after)
        return True
    result, measure = _answered(session, transfer.office, words)
    disposal = Disposal(result, _disposed_on(row), _cell(row, DOCUMENT)[:100], note, measure)
    before = transfer.closed_at
    if before is None:
        answers.take(session, transfer, actor=actor, now=now)
    answers.report_disposed(session, transfer, disposal, actor=actor, now=now, recheck_after=recheck_after)
    return before is None


def _answered(session: Session, office: Office, words: str) -> tuple[DisposalResult, str]:
    """The result that the office's words count as: one of its own measures, or a result by its name. Raises
    ValueError."""
    if measure := find_measure(session, office.kind, words):
        return measure.result, measure.words
    known = {result.label: result for result in DisposalResult}
    if words in known:
        return known[words], ""
    usable = [row.words for row in list_measures(session, office.kind)]
    raise ValueError(f"{RESULT}：没有“{words}”，可用：{'、'.join((*usable, RETURNED))}")


def _cell(row: SheetRow, name: str) -> str:
    return row.cells.get(name, "")


def _disposed_on(row: SheetRow) -> date:
    try:
        return parse_day(row.cells.get(DAY))
    except ValueError as fault:
        raise ValueError(f"{DAY}：{fault}") from None
