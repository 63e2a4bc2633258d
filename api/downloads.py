"""Evidence as a download: never as something that a browser would run."""

import json
import struct
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from fastapi import HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from records import audit
from records.audit import Step
from records.cases.captures import MONITORS_VIEW, capture_of, manifest_of
from records.cases.evidence_package import export_case
from records.models import Attachment, Capture, Case, Image
from records.store.content_store import EvidenceStore
from records.workflow import Actor


@dataclass(frozen=True)
class Download:
    """Who exports evidence, and when."""

    actor: Actor
    now: datetime


@dataclass(frozen=True)
class Picture:
    """The screenshot of a case's page: its size in pixels, and where the findings stand on it, in the order of the
    findings: (number from 1, x, y, width, height)."""

    width: int
    height: int
    boxes: tuple[tuple[int, float, float, float, float], ...]


@dataclass(frozen=True)
class Looks:
    """A cloaking site's two faces: who was shown the case's, and how alike the picture that the monitor is shown is (0 to
    1)."""

    visitor: str
    picture: float


@dataclass(frozen=True)
class CaptureShown:
    """The case page's facts about a capture."""

    capture: Capture
    files: tuple[tuple[str, str, int, str], ...]  # name, role, bytes, SHA-256
    picture: Picture | None
    looks: Looks | None


def capture_shown(session: Session, store: EvidenceStore, case: Case) -> CaptureShown | None:
    """The capture of a case's snapshot; None where there is none yet. Raises as EvidenceStore.get."""
    capture = capture_of(session, case)
    if capture is None:
        return None
    manifest = manifest_of(store, capture)
    names = {item.name: item.sha256 for item in manifest.items}
    picture = None
    if capture.screenshot_sha256:
        width, height = struct.unpack(">II", store.get(capture.screenshot_sha256)[16:24])
        boxes = json.loads(store.get(names["boxes.json"])) if "boxes.json" in names else []
        picture = Picture(
            width,
            height,
            tuple((box["finding"] + 1, box["x"], box["y"], box["width"], box["height"]) for box in boxes),
        )
    files = tuple((item.name, item.role, item.size, item.sha256) for item in manifest.items)
    kept = manifest.collector.get("looks")
    looks = Looks(str(kept["visitor"]), float(kept["picture"])) if isinstance(kept, dict) else None
    return CaptureShown(capture, files, picture, looks)


@dataclass(frozen=True)
class PictureRead:
    """A picture in which text was read that the judgement found something in: its size in pixels, and the boxes of
    the lines with findings (number from 1, x, y, width, height)."""

    sha256: str
    width: int
    height: int
    boxes: tuple[tuple[int, float, float, float, float], ...]


def pictures_read(session: Session, case: Case) -> list[PictureRead]:
    """The pictures of a case's page with findings in their text."""
    record = case.judgement
    shown = []
    for sha256 in dict.fromkeys(part["sha256"] for part in record.images):
        spans = [(part["start"], part["end"]) for part in record.images if part["sha256"] == sha256]
        image = session.get(Image, sha256)
        if image is None or image.preview_sha256 is None:
            continue
        boxes = []
        for number, finding in enumerate(record.findings, 1):
            if any(start <= finding.start and finding.end <= end for start, end in spans):
                boxes += [
                    (number, line["x"], line["y"], line["width"], line["height"])
                    for line in image.lines
                    if finding.quote in line["text"] or line["text"] in finding.quote
                ]
        if boxes:
            shown.append(PictureRead(sha256, image.width, image.height, tuple(boxes)))
    return shown


def picture(session: Session, store: EvidenceStore, case: Case, sha256: str) -> Response:
    """The preview of a picture of a case's page: redrawn by us, so that none of the original's bytes are
    left."""
    known = any(part["sha256"] == sha256 for part in case.judgement.images)
    image = session.get(Image, sha256) if known else None
    if image is None or image.preview_sha256 is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(store.get(image.preview_sha256), media_type="image/jpeg", headers=headers)


def screenshot(session: Session, store: EvidenceStore, case: Case) -> Response:
    """The screenshot of a case's page: a PNG that our own browser made."""
    capture = capture_of(session, case)
    if capture is None or capture.screenshot_sha256 is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-SHA256": capture.screenshot_sha256}
    return Response(store.get(capture.screenshot_sha256), media_type="image/png", headers=headers)


def monitors_view(session: Session, store: EvidenceStore, case: Case) -> Response:
    """What the case's page shows the monitor, where it shows a visitor something else."""
    capture = capture_of(session, case)
    items = manifest_of(store, capture).items if capture else ()
    sha256 = next((item.sha256 for item in items if item.name == MONITORS_VIEW), None)
    if sha256 is None:
        raise HTTPException(404)
    return as_picture(store.get(sha256))


def as_picture(content: bytes) -> Response:
    """A PNG that our own browser made."""
    return Response(content, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


def package(session: Session, store: EvidenceStore, case: Case, download: Download) -> Response:
    """The evidence package of a case, as a download, written into the log. Raises EvidenceIncomplete."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "package.zip"
        export_case(session, store, case.id, path)
        content = path.read_bytes()
    step = Step(case.id, case.state, case.state)
    audit.append(
        session, str(download.actor), "evidence_taken_out", download.now, step=step, reason="下载证据包"
    )
    name = f"case-{case.id}-evidence.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)


def as_download(session: Session, store: EvidenceStore, case: Case, download: Download) -> Response:
    """The raw body of the snapshot that the case was judged by, checked against its hash, written into the log."""
    sha256 = case.judgement.snapshot.body_sha256
    content = store.get(sha256)
    step = Step(case.id, case.state, case.state)
    audit.append(
        session, str(download.actor), "evidence_taken_out", download.now, step=step, reason="下载原始文件"
    )
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="case-{case.id}-{sha256[:12]}.bin"',
            "X-Content-SHA256": sha256,
        },
    )


def attachment_download(store: EvidenceStore, attachment: Attachment) -> Response:
    """An office's document as a download, checked against its hash: no browser opens it on this site."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "X-Content-SHA256": attachment.sha256,
    }
    return Response(store.get(attachment.sha256), media_type="application/octet-stream", headers=headers)
