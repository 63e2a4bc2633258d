"""A credit list 信用名单 as a workbook, for the platform that it is pushed to: approved and in force only."""

from collections.abc import Sequence
from datetime import datetime

from records.local_time import local_day
from records.models import CreditListing, ListingKind
from reports.workbook import Column, workbook

_COLUMNS = (
    Column("序号", 6),
    Column("主体名称", 28),
    Column("统一社会信用代码", 21),
    Column("执业许可证登记号", 20),
    Column("辖区", 10),
    Column("列入事由", 36),
    Column("依据", 30),
    Column("案件号", 8),
    Column("列入日期", 12),
    Column("提请人", 10),
    Column("批准人", 10),
)


def credit_list(listings: Sequence[CreditListing], kind: ListingKind, place: str, made: datetime) -> bytes:
    """The list (xlsx): a row an institution, in the order of its approval."""
    rows = [_row(number, one) for number, one in enumerate(sorted(listings, key=_approved), 1)]
    heading = (f"医疗广告{kind.label}", f"{place}　{local_day(made)}")
    return workbook(kind.label, _COLUMNS, rows, made=made, heading=heading)


def _row(number: int, one: CreditListing) -> list[object]:
    owner = one.institution
    return [
        number,
        owner.name,
        owner.credit_code,
        owner.licence_number or "",
        owner.district,
        one.reason,
        one.basis,
        one.case_id or "",
        str(local_day(_approved(one))),
        one.proposed_by.display_name,
        one.approved_by.display_name if one.approved_by else "",
    ]


def _approved(one: CreditListing) -> datetime:
    assert one.approved_at is not None, "only what is in force is exported"
    return one.approved_at
