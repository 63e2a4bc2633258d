"""Credit lists 信用名单: an institution is proposed by one person, approved by another, and taken off with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.models import CreditListing, Institution, ListingKind, User
from records.sanctions.typed import SanctionRefused, find_typed_case


@dataclass(frozen=True)
class NewListing:
    """A proposal as it is typed; `case` is empty where it rests on no single case."""

    kind: ListingKind
    reason: str
    basis: str = ""
    case: str = ""


def propose(
    session: Session, institution: Institution, new: NewListing, *, by: User, now: datetime
) -> CreditListing:
    """Propose an institution for a list, and write it into the log. Raises SanctionRefused."""
    session.get_one(Institution, institution.id, with_for_update=True)  # one at a time
    if not new.reason.strip():
        raise SanctionRefused("请填写列入的事由")
    case_id = _case_of(session, institution, new.case) if new.case.strip() else None
    same = select(CreditListing).where(
        CreditListing.institution_id == institution.id,
        CreditListing.kind == new.kind,
        CreditListing.ended_at.is_(None),
    )
    if (open_one := session.scalar(same)) is not None:
        raise SanctionRefused(f"{institution.name}的{new.kind.label}{open_one.standing}", "kind")
    proposed = CreditListing(
        institution=institution,
        kind=new.kind,
        case_id=case_id,
        reason=new.reason.strip(),
        basis=new.basis.strip(),
        proposed_at=now,
        proposed_by_id=by.id,
    )
    session.add(proposed)
    session.flush()
    _log(session, by, now, proposed, f"提请列入{new.kind.label}：{proposed.reason}")
    return proposed


def approve(session: Session, listing_id: int, *, by: User, now: datetime) -> CreditListing:
    """Put a proposal into force. Raises SanctionRefused, also for the person who proposed it."""
    found = _open_listing(session, listing_id, by)
    if found.approved_at is not None:
        raise SanctionRefused("已经批准")
    if found.proposed_by_id == by.id:
        raise SanctionRefused("提请的人不能自己批准，请由另一人批准")
    found.approved_at, found.approved_by_id = now, by.id
    _log(session, by, now, found, f"批准列入{found.kind.label}")
    return found


def end(session: Session, listing_id: int, reason: str, *, by: User, now: datetime) -> CreditListing:
    """Refuse a proposal, or take an institution off a list, with the reason. Raises SanctionRefused."""
    found = _open_listing(session, listing_id, by)
    if not reason.strip():
        raise SanctionRefused("请填写理由")
    found.ended_at, found.ended_by_id, found.ended_because = now, by.id, reason.strip()
    act = "移出" if found.approved_at else "不批准列入"
    _log(session, by, now, found, f"{act}{found.kind.label}：{found.ended_because}")
    return found


def list_listings(
    session: Session,
    *,
    district: str | None = None,
    institution_id: int | None = None,
    kind: ListingKind | None = None,
    only_in_force: bool = False,
) -> Sequence[CreditListing]:
    """The listings, the open proposals first, then by the day of proposal, the newest first. Without `district`, of all."""
    query = select(CreditListing).options(
        joinedload(CreditListing.institution),
        joinedload(CreditListing.proposed_by),
        joinedload(CreditListing.approved_by),
        joinedload(CreditListing.ended_by),
    )
    if district is not None:
        query = query.join(Institution).where(Institution.district == district)
    if institution_id is not None:
        query = query.where(CreditListing.institution_id == institution_id)
    if kind is not None:
        query = query.where(CreditListing.kind == kind)
    if only_in_force:
        query = query.where(CreditListing.approved_at.is_not(None), CreditListing.ended_at.is_(None))
    found = session.scalars(query.order_by(CreditListing.id.desc())).all()
    return sorted(found, key=lambda one: one.approved_at is not None or one.ended_at is not None)


def _open_listing(session: Session, listing_id: int, by: User) -> CreditListing:
    found = session.get(CreditListing, listing_id, with_for_update=True)
    if found is None or (by.district and found.institution.district != by.district):
        raise SanctionRefused(f"信用名单中没有编号 {listing_id}")
    if found.ended_at is not None:
        raise SanctionRefused(f"编号 {listing_id} {found.standing}")
    return found


def _case_of(session: Session, institution: Institution, written: str) -> int:
    found = find_typed_case(session, institution, written)
    if found is None:
        raise SanctionRefused(f"{institution.name}没有案件“{written.strip()[:20]}”", "case")
    return found.id


def _log(session: Session, by: User, now: datetime, one: CreditListing, words: str) -> None:
    detail = {"listing": one.id, "kind": one.kind.value, "case": one.case_id}
    audit.append(session, by, "listing_changed", now, one.institution.name, reason=words, detail=detail)
