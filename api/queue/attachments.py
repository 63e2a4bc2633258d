"""Documents that an office adds to its transfers, and has again."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import Response

from api.context import Now, PartsHere, RecordId
from api.evidence import attachment_download
from api.queue.caller import TokenCaller
from api.queue.routes import problems
from api.queue.schemas import AttachmentOut, attachment_out
from records import attachments, takedown
from records.database import reading, transaction

router = APIRouter(prefix="/api/v1/transfers", tags=["附件"], responses=problems(404))


@router.post(
    "/{transfer_id}/attachments",
    summary="添加附件",
    status_code=201,
    responses=problems(409),
)
def add_attachment(
    here: PartsHere,
    caller: TokenCaller,
    now: Now,
    transfer_id: RecordId,
    file: Annotated[UploadFile, File(description="文书等，不超过 20 MB：pdf、ofd、Office 文件、图片、zip")],
) -> AttachmentOut:
    """为已签收的转送件添加一个附件。同样的内容再次上传不改变任何内容。"""
    given = attachments.File(file.filename or "", file.file.read(attachments.LARGEST + 1))
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.office.id, transfer_id, to_change=True)
        added = attachments.attach(session, here.store, transfer, given, actor=caller.actor, now=now)
        return attachment_out(added)


@router.get(
    "/{transfer_id}/attachments/{attachment_id}",
    summary="下载附件",
    responses={**problems(409), 200: {"content": {"application/octet-stream": {}}}},
    response_class=Response,
)
def download_attachment(
    here: PartsHere, caller: TokenCaller, transfer_id: RecordId, attachment_id: RecordId
) -> Response:
    """附件的原始字节，SHA-256 见响应头 X-Content-SHA256。"""
    with reading(here.engine) as session:
        transfer = takedown.office_transfer(session, caller.office.id, transfer_id)
        return attachment_download(here.store, attachments.attachment_of(session, transfer, attachment_id))
