"""A transfer is written without a model for each: byte for byte as its model would write it."""

from datetime import UTC, date, datetime

from pydantic_core import to_json

from api.v1.schemas import TransferOut, transfer_out
from records.models import CaseState, DisposalResult, Side, VerificationOutcome
from records.transfers.views import AttachmentView, FindingView, TransferView, VerificationView

AT = datetime(2026, 11, 24, 9, 30, 0, 120, UTC)


def view(*, whole: bool) -> TransferView:
    """A transfer with all that it can have, or with as little as it can."""
    said = ("永不*复发", "永不复发")
    findings = [
        FindingView("cure-rate", "治愈率", "high", ["第七条"], *said, 9, 14, "写出了疗效。"),
        FindingView("cure-rate", "治愈率", "high", ["第七条", "第八条"], *said, 2, 7, "写出了疗效。"),
    ]
    return TransferView(
        id=7,
        case_id=8,
        matter_id=9,
        case_state=CaseState.DISPOSED if whole else CaseState.TRANSFERRED,
        due_on=date(2026, 12, 1),
        transferred_at=AT,
        received_at=AT if whole else None,
        closed_at=AT if whole else None,
        result=DisposalResult.DELETED if whole else None,
        disposed_on=date(2026, 11, 24) if whole else None,
        document_number="12号" if whole else None,
        note="“已删除”\n" if whole else None,
        measure="删除" if whole else None,
        awaited=Side.OFFICE if whole else None,
        url="http://h.test/1",
        account="云溪之声" if whole else None,
        institution="云溪第1医院",
        credit_code="1",
        title="题目" if whole else None,
        fetched_at=AT,
        http_status=200,
        body_sha256="0" * 64,
        body_size=1,
        rendered_sha256="1" * 64 if whole else None,
        findings=findings if whole else (),
        attachments=[AttachmentView(1, "函.pdf", 3, "2" * 64, AT)] if whole else (),
        verifications=[VerificationView(AT, VerificationOutcome.GONE, "未再看到")] if whole else (),
    )


def test_a_transfer_is_written_as_its_model_would_write_it() -> None:
    for whole in (True, False):
        written = transfer_out(view(whole=whole))
        assert to_json(written).decode() == TransferOut.model_validate(written).model_dump_json()
