"""Writes the evidence package of a case."""

from pathlib import Path

from sqlalchemy.orm import Session

from evidence.manifest import Manifest, ManifestFaulty
from evidence.package import RECORD, STAMP, WACZ, WARC, make_wacz, write_package
from evidence.record import record_pdf
from evidence.stamp import stamped_at
from records.cases.captures import capture_of, manifest_of
from records.cases.review import find_case
from records.models import Capture
from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore


class EvidenceIncomplete(Exception):
    """A case's evidence cannot be handed over; the message says why, in Chinese."""


def export_case(session: Session, store: EvidenceStore, case_id: int, path: Path) -> None:
    """Write the package of a case to `path`. Raises EvidenceIncomplete, or OSError as writing does."""
    case = find_case(session, case_id)
    if case is None:
        raise EvidenceIncomplete(f"没有案件 {case_id}")
    capture = capture_of(session, case)
    if capture is None:
        raise EvidenceIncomplete(f"案件 {case_id} 尚未取证：请先运行 qingyi evidence capture")
    try:
        manifest = manifest_of(store, capture)
        files = {item.name: store.get(item.sha256) for item in manifest.items}
    except (EvidenceMissing, EvidenceAltered, ManifestFaulty) as error:
        raise EvidenceIncomplete(f"案件 {case_id} 的证据不完整：{error}") from error
    write_package(path, manifest.to_bytes(), files, _derived(store, capture, manifest, files, case_id))


def _derived(
    store: EvidenceStore, capture: Capture, manifest: Manifest, files: dict[str, bytes], case_id: int
) -> dict[str, bytes]:
    """The files made from the evidence for the package: the replay, the record, and the stamp."""
    stamp = store.get(capture.stamp_sha256) if capture.stamp_sha256 else None
    stamped = stamped_at(stamp, manifest.to_bytes()) if stamp else None
    page = manifest.page
    return {
        WACZ: make_wacz(files[WARC], str(page["final_url"]), str(page["title"] or ""), manifest.captured_at),
        RECORD: record_pdf(manifest, files.get("screenshot.png"), stamped, str(case_id)),
        **({STAMP: stamp} if stamp else {}),
    }
