"""Leases: a batch of transfers held for a time, extended, or released."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathValue
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy.orm import Session

from api.context import App, Now
from api.v1.caller import ThisCall, TokenCaller
from api.v1.schemas import TransferOut, transfer_out
from api.v1.transfers import answered, problems
from records.transfers import leases
from records.transfers.leases import TransferLease

router = APIRouter(prefix="/api/v1/leases", tags=["租约"], responses=problems())

LeaseId = Annotated[str, PathValue(min_length=1, max_length=40)]
_LONGEST = int(leases.LONGEST.total_seconds())


class LeaseIn(BaseModel):
    """A request for a lease."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"limit": 20, "seconds": 600}]})

    limit: int = Field(default=20, ge=1, le=leases.MOST, description="最多几件")
    seconds: int = Field(default=600, ge=1, le=_LONGEST, description="持有多少秒")
    with_received: StrictBool = Field(default=False, description="也领取已签收、尚未办结且无人持有的")


class LongerIn(BaseModel):
    """For how long, from now."""

    model_config = ConfigDict(extra="forbid")

    seconds: int = Field(default=600, ge=1, le=_LONGEST, description="从现在起持有多少秒")


class LeaseOut(BaseModel):
    """A lease 租约: the transfers that only its holder works on, until it runs out."""

    id: str
    until: datetime
    items: list[TransferOut]


class Released(BaseModel):
    """How many transfers others can lease again."""

    released: int


@router.post("", summary="领取一批", response_model=LeaseOut, status_code=201, responses=problems(409))
def lease(app: App, caller: TokenCaller, call: ThisCall, now: Now, asked: LeaseIn) -> Response:
    """领取一批无人持有的转送件，在约定时间内只归这个租约；到期自动放回。没有时 items 为空。"""

    def work(session: Session) -> dict[str, object]:
        return _lease_out(
            leases.lease(
                session,
                caller.office.id,
                asked.limit,
                asked.seconds,
                now,
                with_received=asked.with_received,
            )
        )

    return answered(app, call, now, work, 201)


@router.post("/{lease_id}/extend", summary="续期", response_model=LeaseOut, responses=problems(409))
def extend(
    app: App, caller: TokenCaller, call: ThisCall, now: Now, lease_id: LeaseId, asked: LongerIn
) -> Response:
    """为租约中尚未办结的续期；已过期的不能续。"""

    def work(session: Session) -> dict[str, object]:
        return _lease_out(leases.extend(session, caller.office.id, lease_id, asked.seconds, now))

    return answered(app, call, now, work)


@router.post("/{lease_id}/release", summary="放回", response_model=Released, responses=problems(409))
def release(app: App, caller: TokenCaller, call: ThisCall, now: Now, lease_id: LeaseId) -> Response:
    """提前放回租约中尚未办结的，他人即可领取。"""

    def work(session: Session) -> Released:
        return Released(released=leases.release(session, caller.office.id, lease_id))

    return answered(app, call, now, work)


def _lease_out(found: TransferLease) -> dict[str, object]:
    """A `LeaseOut`."""
    items = [transfer_out(transfer) for transfer in found.transfers]
    return {"id": found.id, "until": found.until, "items": items}
