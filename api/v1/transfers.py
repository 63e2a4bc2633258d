"""The takedown queue by token: list, lease, acknowledge, report back. Each change can be requested twice and
is made once."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy.orm import Session

from api.context import App, AppState, Now, RecordId
from api.downloads import Download, as_download, package
from api.error_responses import Problem
from api.v1.caller import ThisCall, TokenCaller
from api.v1.schemas import (
    BulkResults,
    DisposalIn,
    DisposalReport,
    DisposalReports,
    EvidenceAsked,
    Receipts,
    ReturnIn,
    TransferList,
    TransferOut,
    transfer_out,
)
from records.database import reading, transaction
from records.idempotency import Call, once
from records.models import Transfer, TransferState
from records.reference.disposals import counted_as
from records.transfers import answers, office_queue
from records.transfers.leases import LeaseLost, transfer_to_answer
from records.transfers.messages import Said, say
from records.transfers.receipts import take_many
from records.transfers.views import find_transfer_view, list_transfer_views
from records.workflow import StepRefused


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a call may return, for its description; every call can be refused, or exceed the rate
    limit."""
    return {
        status: {"model": Problem, "content": {"application/problem+json": {}}}
        for status in sorted({401, 403, 422, 429, *statuses})
    }


router = APIRouter(prefix="/api/v1", tags=["转送件"], responses=problems())
Lease = Annotated[str | None, Query(max_length=40, description="持有这件的租约，见 /api/v1/leases")]


# Responses that a call gets again when it is repeated with its key.
_REFUSALS = (LeaseLost, office_queue.NotThisOffice, StepRefused)


def answered(
    app: AppState,
    call: Call,
    now: Now,
    work: Callable[[Session], BaseModel | Mapping[str, object]],
    status: int = 200,
) -> Response:
    """Make a change once, and respond."""
    done = once(app.engine, call, now, lambda session: to_json(work(session)).decode(), _REFUSALS)
    return Response(done, status, media_type="application/json")


@router.get("/transfers", summary="列出转送件", response_model=TransferList)
def list_transfers(
    app: App,
    caller: TokenCaller,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="从这个编号之后开始")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    state: Annotated[TransferState | None, Query(description="状态；不填为尚未办结的")] = None,
    matter: Annotated[int | None, Query(ge=1, le=2**53 - 1, description="只列这个事项的")] = None,
    awaited: Annotated[bool, Query(description="只列有新来函、等本部门阅读或答复的，不论状态")] = False,
) -> Response:
    """本部门的转送件，先转送的在前。"""
    with reading(app.engine) as session:
        queued = office_queue.Queued(caller.office.id, after, limit + 1, state, matter, awaited)
        found = list_transfer_views(session, office_queue.list_queued_ids(session, queued))
        items = [transfer_out(transfer) for transfer in found[:limit]]
    listed = {"items": items, "next_after": found[limit - 1].id if len(found) > limit else None}
    return Response(to_json(listed), media_type="application/json")


@router.get(
    "/transfers/{transfer_id}",
    summary="查看一件",
    response_model=TransferOut,
    responses={**problems(404), 304: {"description": "与 If-None-Match 所给的相同"}},
)
def get_transfer(
    app: App,
    caller: TokenCaller,
    transfer_id: RecordId,
    if_none_match: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """一件转送件的全部内容。"""
    with reading(app.engine) as session:
        office_queue.require_own(session, caller.office.id, transfer_id)
        found = transfer_out(find_transfer_view(session, transfer_id))
    content = to_json(found)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if if_none_match == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type="application/json", headers={"ETag": tag})


@router.post(
    "/transfers/{transfer_id}/take",
    summary="签收",
    response_model=TransferOut,
    responses=problems(404, 409),
)
def take_transfer(
    app: App, caller: TokenCaller, call: ThisCall, now: Now, transfer_id: RecordId, lease: Lease = None
) -> Response:
    """签收一件。重复签收不改变任何内容。"""

    def work(session: Session) -> dict[str, object]:
        transfer = transfer_to_answer(session, caller.office.id, transfer_id, lease, now)
        answers.take(session, transfer, actor=caller.actor, now=now)
        return transfer_out(find_transfer_view(session, transfer.id))

    return answered(app, call, now, work)


@router.post(
    "/transfers/{transfer_id}/disposal",
    summary="反馈处置结果",
    response_model=TransferOut,
    responses=problems(404, 409),
)
def report_disposal(
    app: App,
    caller: TokenCaller,
    call: ThisCall,
    now: Now,
    transfer_id: RecordId,
    disposal: DisposalIn,
    lease: Lease = None,
) -> Response:
    """反馈处置结果。重复提交同样的结果不改变任何内容；随后系统会复查页面。"""

    def work(session: Session) -> dict[str, object]:
        transfer = _reported(session, app, caller, now, transfer_id, disposal, lease)
        return transfer_out(find_transfer_view(session, transfer.id))

    return answered(app, call, now, work)


@router.post("/receipts", summary="批量签收", response_model=BulkResults, responses=problems(409))
def take_transfers(app: App, caller: TokenCaller, call: ThisCall, now: Now, receipts: Receipts) -> Response:
    """一次签收多件。每件单独成败：不能签收的逐件说明，其余照办。"""

    def work(session: Session) -> dict[str, object]:
        ids, lease = receipts.transfer_ids, receipts.lease
        return {"items": take_many(session, caller.office.id, ids, lease, actor=caller.actor, now=now)}

    return answered(app, call, now, work)


@router.post("/disposals", summary="批量反馈处置结果", response_model=BulkResults, responses=problems(409))
def report_disposals(
    app: App, caller: TokenCaller, call: ThisCall, now: Now, reports: DisposalReports
) -> Response:
    """一次反馈多件。每件单独成败：有误的逐件说明，其余照办。"""

    def one(session: Session, report: DisposalReport) -> Transfer:
        return _reported(session, app, caller, now, report.transfer_id, report, reports.lease)

    asked = [(report.transfer_id, report) for report in reports.items]
    return answered(
        app, call, now, lambda session: {"items": answers.each(session, asked, one, (LeaseLost,))}
    )


@router.post(
    "/transfers/{transfer_id}/return",
    summary="退回",
    response_model=TransferOut,
    responses=problems(404, 409),
)
def return_transfer(
    app: App,
    caller: TokenCaller,
    call: ThisCall,
    now: Now,
    transfer_id: RecordId,
    body: ReturnIn,
    lease: Lease = None,
) -> Response:
    """退回一件，写明理由。"""

    def work(session: Session) -> dict[str, object]:
        transfer = transfer_to_answer(session, caller.office.id, transfer_id, lease, now)
        after = timedelta(hours=app.settings.recheck_after_hours)
        answers.give_back(session, transfer, body.reason, actor=caller.actor, now=now, recheck_after=after)
        return transfer_out(find_transfer_view(session, transfer.id))

    return answered(app, call, now, work)


@router.post(
    "/transfers/{transfer_id}/more-evidence",
    summary="请求补充材料",
    response_model=TransferOut,
    responses=problems(404, 409),
)
def ask_for_evidence(
    app: App,
    caller: TokenCaller,
    call: ThisCall,
    now: Now,
    transfer_id: RecordId,
    body: EvidenceAsked,
) -> Response:
    """请卫生健康委补充材料；转送件仍在本部门，不改变状态。即 POST /messages，留作旧程序之用。"""

    def work(session: Session) -> dict[str, object]:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id, to_change=True)
        message = Said(f"请求补充材料：{body.what}")
        say(session, app.store, transfer, message, actor=caller.actor, now=now)
        return transfer_out(find_transfer_view(session, transfer.id))

    return answered(app, call, now, work)


@router.get(
    "/transfers/{transfer_id}/evidence",
    summary="下载证据",
    responses={**problems(404, 409), 200: {"content": {"application/octet-stream": {}}}},
    response_class=Response,
)
def download_evidence(app: App, caller: TokenCaller, now: Now, transfer_id: RecordId) -> Response:
    """抓取时的原始页面字节，SHA-256 见响应头 X-Content-SHA256。"""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id)
        return as_download(session, app.store, transfer.case, Download(caller.actor, now))


@router.get(
    "/transfers/{transfer_id}/package",
    summary="下载证据包",
    responses={**problems(404, 409), 200: {"content": {"application/zip": {}}}},
    response_class=Response,
)
def download_package(app: App, caller: TokenCaller, now: Now, transfer_id: RecordId) -> Response:
    """证据包（ZIP）：清单、WARC、截图、可重放的 WACZ、电子数据取证记录和校验和。尚未取证的返回 409。"""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id)
        return package(session, app.store, transfer.case, Download(caller.actor, now))


def _reported(
    session: Session,
    app: AppState,
    caller: TokenCaller,
    now: Now,
    transfer_id: int,
    told: DisposalIn,
    lease: str | None,
) -> Transfer:
    result, measure = counted_as(session, caller.office.kind, told.result, told.measure)
    disposal = answers.Disposal(result, told.disposed_on, told.document_number, told.note, measure)
    transfer = transfer_to_answer(session, caller.office.id, transfer_id, lease, now, closed_too=True)
    answers.report_disposed(
        session,
        transfer,
        disposal,
        actor=caller.actor,
        now=now,
        recheck_after=timedelta(hours=app.settings.recheck_after_hours),
    )
    return transfer
