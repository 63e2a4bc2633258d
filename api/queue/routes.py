"""The takedown queue by token: list, take, report back."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.answers import Problem
from api.context import Now, PartsHere, RecordId
from api.errors import TokenRefused
from api.evidence import Taker, as_download, package
from api.queue.schemas import DisposalIn, ReturnIn, TransferList, TransferOut, transfer_out
from records import takedown
from records.database import reading, transaction
from records.models import Office
from records.sign_in import office_of_token
from records.workflow import actor_of_office

_BEARER = HTTPBearer(auto_error=False, description="部门令牌，由 qingyi office token 签发")


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"model": Problem, "content": {"application/problem+json": {}}} for status in (401, *statuses)
    }


router = APIRouter(prefix="/api/v1/transfers", tags=["转送件"], responses=_problems(422))


def office(
    here: PartsHere, now: Now, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Office:
    """The office that the request's token belongs to; raises TokenRefused."""
    with transaction(here.engine) as session:
        found = office_of_token(session, credentials.credentials, now) if credentials else None
    if found is None:
        raise TokenRefused("请在 Authorization 中提供有效的部门令牌")
    return found


TokenOffice = Annotated[Office, Depends(office)]


@router.get("", summary="列出待处置的转送件")
def list_transfers(
    here: PartsHere,
    caller: TokenOffice,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="从这个编号之后开始")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TransferList:
    """本部门尚未办结的转送件，先转送的在前。"""
    with reading(here.engine) as session:
        found = takedown.office_queue(session, caller.id, after, limit + 1)
        items = [transfer_out(transfer) for transfer in found[:limit]]
    return TransferList(items=items, next_after=items[-1].id if len(found) > limit else None)


@router.get("/{transfer_id}", summary="查看一件", responses=_problems(404))
def get_transfer(here: PartsHere, caller: TokenOffice, transfer_id: RecordId) -> TransferOut:
    """一件转送件的全部内容。"""
    with reading(here.engine) as session:
        return transfer_out(takedown.office_transfer(session, caller.id, transfer_id))


@router.post("/{transfer_id}/take", summary="签收", responses=_problems(404, 409))
def take_transfer(here: PartsHere, caller: TokenOffice, now: Now, transfer_id: RecordId) -> TransferOut:
    """签收一件。重复签收不改变任何内容。"""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.id, transfer_id)
        takedown.take(session, transfer, actor=actor_of_office(caller), now=now)
        return transfer_out(transfer)


@router.post("/{transfer_id}/disposal", summary="反馈处置结果", responses=_problems(404, 409))
def report_disposal(
    here: PartsHere, caller: TokenOffice, now: Now, transfer_id: RecordId, disposal: DisposalIn
) -> TransferOut:
    """反馈处置结果。重复提交同样的结果不改变任何内容；随后系统会复查页面。"""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.id, transfer_id)
        takedown.report_disposed(
            session,
            transfer,
            takedown.Disposal(**disposal.model_dump()),
            actor=actor_of_office(caller),
            now=now,
            recheck_after=timedelta(hours=here.settings.recheck_after_hours),
        )
        return transfer_out(transfer)


@router.post("/{transfer_id}/return", summary="退回", responses=_problems(404, 409))
def return_transfer(
    here: PartsHere, caller: TokenOffice, now: Now, transfer_id: RecordId, body: ReturnIn
) -> TransferOut:
    """退回一件，写明理由。"""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.id, transfer_id)
        takedown.give_back(session, transfer, body.reason, actor=actor_of_office(caller), now=now)
        return transfer_out(transfer)


@router.get("/{transfer_id}/evidence", summary="下载证据", responses=_problems(404), response_class=Response)
def download_evidence(here: PartsHere, caller: TokenOffice, now: Now, transfer_id: RecordId) -> Response:
    """抓取时的原始页面字节，SHA-256 见响应头 X-Content-SHA256。"""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.id, transfer_id)
        return as_download(session, here.store, transfer.case, Taker(actor_of_office(caller), now))


@router.get(
    "/{transfer_id}/package", summary="下载证据包", responses=_problems(404, 409), response_class=Response
)
def download_package(here: PartsHere, caller: TokenOffice, now: Now, transfer_id: RecordId) -> Response:
    """证据包（ZIP）：清单、WARC、截图、可重放的 WACZ、电子数据取证记录和校验和。尚未取证的返回 409。"""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.id, transfer_id)
        return package(session, here.store, transfer.case, Taker(actor_of_office(caller), now))
