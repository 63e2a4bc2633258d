"""The evidence of flagged pages 取证: which still lack it, keeping it, and checking that nothing was changed."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload

from evidence.manifest import Item, Manifest, ManifestFaulty, read_manifest
from records.models import Capture, Case, JudgementRecord, Page, Snapshot, Source
from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore

# How a note on replaying begins.
REPLAY = "重放："
# The file with what a cloaking site shows the monitor.
MONITORS_VIEW = "screenshot-monitor.png"
_READ_AT_ONCE = 8  # captures


@dataclass(frozen=True)
class Captured:
    """The capture of one snapshot: files with their roles, and facts about them."""

    captured_at: datetime
    server: Mapping[str, object]
    collector: Mapping[str, object]
    files: Sequence[tuple[Item, bytes]]
    screenshot: str | None  # SHA-256
    notes: tuple[str, ...] = ()


def list_uncaptured(session: Session, limit: int, after_id: int = 0) -> Sequence[Case]:
    """Cases, by id, whose judged snapshot has no evidence yet, with all facts of a manifest."""
    return session.scalars(
        select(Case)
        .join(JudgementRecord, Case.judgement_id == JudgementRecord.id)
        .outerjoin(Capture, Capture.snapshot_id == JudgementRecord.snapshot_id)
        .where(Capture.id.is_(None), JudgementRecord.unlawful, Case.id > after_id)
        .options(
            joinedload(Case.judgement).selectinload(JudgementRecord.findings),
            joinedload(Case.judgement).joinedload(JudgementRecord.snapshot).joinedload(Snapshot.visit),
            joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
        )
        .order_by(Case.id)
        .limit(limit)
    ).all()


def keep_capture(session: Session, store: EvidenceStore, case: Case, captured: Captured) -> Capture:
    """Keep the evidence of a case's snapshot as the next link of the chain. Kept once: a repeated call
    returns the existing one."""
    snapshot = case.judgement.snapshot
    existing = session.scalar(select(Capture).where(Capture.snapshot_id == snapshot.id))
    if existing:
        return existing
    last = session.scalar(select(Capture).order_by(Capture.number.desc()).limit(1))
    for _, content in captured.files:
        store.put(content)
    manifest = Manifest(
        number=last.number + 1 if last else 1,
        previous=last.manifest_sha256 if last else None,
        captured_at=captured.captured_at,
        page=_about_page(case),
        server=captured.server,
        collector={**captured.collector, "lists_version": case.judgement.lists_version},
        judgement=_about_judgement(case.judgement),
        items=tuple(item for item, _ in captured.files),
        notes=captured.notes,
    )
    capture = Capture(
        snapshot_id=snapshot.id,
        number=manifest.number,
        captured_at=captured.captured_at,
        manifest_sha256=store.put(manifest.to_bytes()),
        screenshot_sha256=captured.screenshot,
        note="；".join(captured.notes) or None,
    )
    session.add(capture)
    session.flush()
    return capture


def captures_since(session: Session, since: datetime, case_ids: Sequence[int] = ()) -> Sequence[Capture]:
    """The captures that were taken since, or those of these cases whenever they were taken, oldest first."""
    query = select(Capture).where(Capture.captured_at >= since)
    if case_ids:
        with_cases = select(JudgementRecord.snapshot_id).join(Case, Case.judgement_id == JudgementRecord.id)
        query = select(Capture).where(Capture.snapshot_id.in_(with_cases.where(Case.id.in_(case_ids))))
    return session.scalars(query.order_by(Capture.number)).all()


def note_replay(session: Session, capture_id: int, said: str) -> None:
    """Note with a capture how it replays, replacing an earlier note; "" where it matches the original
    view."""
    capture = session.get_one(Capture, capture_id)
    kept = [note for note in (capture.note or "").split("；") if note and not note.startswith(REPLAY)]
    capture.note = "；".join([*kept, *([f"{REPLAY}{said}"] if said else [])]) or None


def capture_of(session: Session, case: Case) -> Capture | None:
    """The evidence of the snapshot that a case is judged by."""
    return session.scalar(select(Capture).where(Capture.snapshot_id == case.judgement.snapshot_id))


def manifest_of(store: EvidenceStore, capture: Capture) -> Manifest:
    """A capture's manifest; raises EvidenceMissing, EvidenceAltered or ManifestFaulty."""
    return read_manifest(store.get(capture.manifest_sha256))


def check_captures(session: Session, store: EvidenceStore) -> Iterator[tuple[int, list[str]]]:
    """The number of each capture in the order of the chain, with its faults: files altered or missing,
    a manifest that does not follow from the one before, a row that does not fit its manifest."""
    last_number, last_sha256 = 0, None
    query = select(Capture.number, Capture.manifest_sha256).order_by(Capture.number)
    rows = session.execute(query.execution_options(yield_per=_READ_AT_ONCE))
    with ThreadPoolExecutor(
        _READ_AT_ONCE
    ) as threads:  # a store makes one wait, and hashing lets other threads run
        for part in rows.partitions():
            for row, read in zip(part, threads.map(partial(_read, store), part), strict=True):
                faults = []
                number, sha256 = row
                if number != last_number + 1:
                    faults.append(f"编号应为 {last_number + 1}，中间的取证记录不在了")
                manifest, found = read
                if manifest is not None and manifest.previous != last_sha256:
                    faults.append("清单记载的前一份清单的哈希与实际不符")
                last_number, last_sha256 = number, sha256
                yield number, faults + found


def _read(store: EvidenceStore, row: Row[int, str]) -> tuple[Manifest | None, list[str]]:
    """A capture's manifest, by its number and SHA-256; and the faults of it and its files."""
    number, sha256 = row
    try:
        manifest = read_manifest(store.get(sha256))
    except (EvidenceMissing, EvidenceAltered, ManifestFaulty) as error:
        return None, [f"清单：{error}"]
    faults = list(_file_faults(store, manifest))
    if manifest.number != number:
        faults.insert(0, f"数据库记载的编号与清单记载的 {manifest.number} 不符")
    return manifest, faults


def _file_faults(store: EvidenceStore, manifest: Manifest) -> Iterator[str]:
    for item in manifest.items:
        try:
            store.get(item.sha256)
        except (EvidenceMissing, EvidenceAltered) as error:
            yield f"{item.role}（{item.name}）：{error}"


def _about_page(case: Case) -> dict[str, object]:
    snapshot: Snapshot = case.judgement.snapshot
    source = case.page.source
    return {
        "url": case.page.url,
        "final_url": snapshot.final_url,
        "title": snapshot.title,
        "institution": source.institution.name,
        "source": source.display_name,
        "status": snapshot.status,
        "fetched_at": snapshot.fetched_at.isoformat(),
    }


def _about_judgement(record: JudgementRecord) -> dict[str, object]:
    return {
        "judged_at": record.judged_at.isoformat(),
        "page_kind": record.page_kind,
        "gravity": record.gravity,
        "findings": [
            {
                "rule": finding.rule,
                "title": finding.title,
                "quote": finding.quote,
                **({"read_as": finding.read_as} if finding.read_as else {}),
                "law": finding.law,
                "why": finding.why,
            }
            for finding in record.findings
        ],
    }
