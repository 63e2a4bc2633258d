"""Noted heads reveal what the chains themselves cannot: a missing end, or a chain made again."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy import Engine, delete, select, text, update

from classifiers.lists.rules import RuleSet
from evidence.stamp import request_stamp
from records import audit
from records.chain_heads import compare_heads, current_heads, note_heads
from records.database import reading, transaction
from records.models import AuditEntry, Capture
from records.store.content_store import EvidenceStore
from tests.records import registered
from tests.servers.stamping import authority


@pytest.fixture
def noted(engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, tmp_path: Path) -> Path:
    """A folder with the heads of chains that have two links each."""
    for number in (1, 2):
        registered.captured(engine, store, registered.case(engine, store, rules, now, number))
    with transaction(engine) as session:
        audit.append(session, "user:a", "self_check", now)
        audit.append(session, "user:a", "self_check", now + timedelta(seconds=1))
    with reading(engine) as session:
        note_heads(current_heads(session, now), tmp_path / "heads", None)
    return tmp_path / "heads"


def compared(engine: Engine, folder: Path) -> list[str]:
    with reading(engine) as session:
        return list(compare_heads(session, folder))


def without_guard(engine: Engine, *statements) -> None:
    """The acts of somebody who has full access to the database."""
    with transaction(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                if "audit" in name:
                    session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            session.execute(statement)


def test_chains_that_have_grown_since_are_as_they_were(engine: Engine, noted: Path, now: datetime) -> None:
    with transaction(engine) as session:
        audit.append(session, "user:a", "self_check", now)
    assert compared(engine, noted) == []


def test_an_end_that_was_cut_off_is_found(engine: Engine, noted: Path) -> None:
    with reading(engine) as session:
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    without_guard(
        engine, delete(AuditEntry).where(AuditEntry.id == last), delete(Capture).where(Capture.number == 2)
    )
    with reading(engine) as session:
        assert audit.verify(session).broken_at is None, "the chain itself tells nothing"
    said = compared(engine, noted)
    assert [word in "".join(said) for word in ("日志有", "日志链中没有", "第 2 号取证不在了")] == [True] * 3


@pytest.mark.databases("sqlite")
def test_chains_made_anew_are_found(engine: Engine, noted: Path, now: datetime) -> None:
    with reading(engine) as session:
        kept = len(session.scalars(select(AuditEntry.id)).all())
    forged = update(Capture).where(Capture.number == 2).values(manifest_sha256="0" * 64)
    without_guard(engine, delete(AuditEntry), forged)
    with transaction(engine) as session:
        for _ in range(kept):
            audit.append(session, "user:b", "self_check", now)
    with reading(engine) as session:
        assert audit.verify(session).broken_at is None, "the chain itself tells nothing"
    said = compared(engine, noted)
    assert [word in "".join(said) for word in ("整条重做", "清单链被重做")] == [True] * 2


@pytest.mark.databases("sqlite")
def test_a_note_is_stamped_and_one_that_was_altered_is_found(
    engine: Engine, noted: Path, tmp_path: Path
) -> None:
    with authority(tmp_path) as (url, root), reading(engine) as session:
        path = note_heads(
            current_heads(session, datetime.now(UTC)), tmp_path / "stamped", partial(request_stamp, url)
        )
    roots = load_pem_x509_certificates(root)
    with reading(engine) as session:
        assert list(compare_heads(session, tmp_path / "stamped", roots)) == []
        assert "没有时间戳" in "".join(compare_heads(session, noted, roots))
        path.chmod(0o600)
        path.write_bytes(path.read_bytes().replace(b'"manifests": 2', b'"manifests": 1'))
        assert "已被改动" in "".join(compare_heads(session, tmp_path / "stamped", roots))


def test_a_folder_without_notes_is_no_proof(engine: Engine, tmp_path: Path) -> None:
    assert "没有记下的链尾" in "".join(compared(engine, tmp_path))
    (tmp_path / "a.json").write_text('{"format": 1}', "utf-8")
    assert "无法读取" in "".join(compared(engine, tmp_path))
