"""The conversation about a transfer, the office's measures, and withdrawing a reply."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.context import App, Now, RecordId
from api.v1.caller import ThisCall, TokenCaller
from api.v1.schemas import (
    MeasureList,
    MeasureOut,
    MessageIn,
    MessageList,
    MessageOut,
    TransferOut,
    message_out,
    transfer_out,
)
from api.v1.transfers import Lease, answered, problems
from records.database import reading
from records.models import Side
from records.reference.disposals import list_measures
from records.transfers import answers, messages, office_queue
from records.transfers.leases import transfer_to_answer
from records.transfers.views import find_transfer_view

router = APIRouter(prefix="/api/v1", tags=["往来"], responses=problems())


@router.get("/measures", summary="列出可反馈的处置措施")
def list_own_measures(app: App, caller: TokenCaller) -> MeasureList:
    """本类部门反馈时可用的处置措施，和各自的统计归类。"""
    with reading(app.engine) as session:
        found = list_measures(session, caller.office.kind)
    return MeasureList(items=[MeasureOut(measure=one.words, result=one.result) for one in found])


@router.get("/transfers/{transfer_id}/messages", summary="列出往来", responses=problems(404))
def list_messages(app: App, caller: TokenCaller, transfer_id: RecordId) -> MessageList:
    """与卫生健康委就一件转送件的往来，先说的在前。只看，不算已阅。"""
    with reading(app.engine) as session:
        office_queue.require_own(session, caller.office.id, transfer_id)
        return MessageList(items=[message_out(one) for one in messages.list_messages(session, transfer_id)])


@router.post(
    "/transfers/{transfer_id}/messages",
    summary="来函",
    status_code=201,
    response_model=MessageOut,
    responses=problems(404, 409),
)
def say(
    app: App, caller: TokenCaller, call: ThisCall, now: Now, transfer_id: RecordId, body: MessageIn
) -> Response:
    """请求补充材料、答复或说明；随后轮到卫生健康委。文件用 /attachments 另传。"""

    def work(session: Session) -> MessageOut:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id, to_change=True)
        message = messages.Said(body.words)
        sent = messages.say(session, app.store, transfer, message, actor=caller.actor, now=now)
        return message_out(sent)

    return answered(app, call, now, work, 201)


@router.post(
    "/transfers/{transfer_id}/messages/read",
    summary="已阅",
    response_model=TransferOut,
    responses=problems(404, 409),
)
def mark_read(app: App, caller: TokenCaller, call: ThisCall, now: Now, transfer_id: RecordId) -> Response:
    """来函已阅，不再另行答复；重复调用不改变任何内容。"""

    def work(session: Session) -> dict[str, object]:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id, to_change=True)
        messages.settle(session, transfer, Side.OFFICE)
        return transfer_out(find_transfer_view(session, transfer.id))

    return answered(app, call, now, work)


@router.post(
    "/transfers/{transfer_id}/withdraw",
    summary="撤回反馈",
    response_model=TransferOut,
    responses=problems(404, 409),
)
def withdraw(
    app: App, caller: TokenCaller, call: ThisCall, now: Now, transfer_id: RecordId, lease: Lease = None
) -> Response:
    """撤回刚才的反馈或退回：系统复查之前、案件没有另行办理时可以，撤回后为已签收。"""

    def work(session: Session) -> dict[str, object]:
        transfer = transfer_to_answer(session, caller.office.id, transfer_id, lease, now, closed_too=True)
        answers.withdraw(session, transfer, actor=caller.actor, now=now)
        return transfer_out(find_transfer_view(session, transfer.id))

    return answered(app, call, now, work)
