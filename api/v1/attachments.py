"""Documents that an office adds to its transfers and downloads."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.context import App, Now, RecordId
from api.downloads import attachment_download
from api.v1.caller import TokenCaller
from api.v1.schemas import AttachmentOut, attachment_out
from api.v1.transfers import problems
from records.database import reading, transaction
from records.transfers import attachments, office_queue

router = APIRouter(prefix="/api/v1/transfers", tags=["附件"], responses=problems(404))


Name = Annotated[
    str,
    Query(
        max_length=200,
        pattern=rf"^[^/\\\x00-\x1f]+\.({'|'.join(attachments.KINDS)})$",
        description="文件名，带扩展名",
        examples=["处置通知.pdf"],
    ),
]
_BYTES = {"type": "string", "format": "binary", "minLength": 1}
_BODY = {"required": True, "content": {"application/octet-stream": {"schema": _BYTES}}}


async def content(request: Request) -> bytes:
    """The body, read up to one byte beyond the size limit."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > attachments.LARGEST:
            break
    return bytes(found)


@router.post(
    "/{transfer_id}/attachments",
    summary="添加附件",
    status_code=201,
    responses=problems(409),
    openapi_extra={"requestBody": _BODY},
)
def add_attachment(
    app: App,
    caller: TokenCaller,
    now: Now,
    transfer_id: RecordId,
    name: Name,
    given: Annotated[bytes, Depends(content)],
) -> AttachmentOut:
    """为已签收的转送件添加一个附件：请求体就是文件的字节，不超过 20 MB。同样的内容再次上传不改变任何内容。"""
    file = attachments.File(name, given)
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id, to_change=True)
        added = attachments.attach(session, app.store, transfer, file, actor=caller.actor, now=now)
        return attachment_out(added, transfer.id)


@router.get(
    "/{transfer_id}/attachments/{attachment_id}",
    summary="下载附件",
    responses={**problems(409), 200: {"content": {"application/octet-stream": {}}}},
    response_class=Response,
)
def download_attachment(
    app: App, caller: TokenCaller, transfer_id: RecordId, attachment_id: RecordId
) -> Response:
    """附件的原始字节，SHA-256 见响应头 X-Content-SHA256。"""
    with reading(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, caller.office.id, transfer_id)
        return attachment_download(app.store, attachments.attachment_of(session, transfer, attachment_id))
