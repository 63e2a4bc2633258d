"""A backup is taken while the system runs, holds one moment whole, and restores it."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, inspect, select

from classifiers.lists.rules import RuleSet
from records import audit
from records.backups.backup import drop_older, list_backups, put_back, put_evidence_back, take_backup
from records.backups.dump import BackupFailed
from records.backups.evidence_copy import copy_evidence
from records.backups.named import NAMING
from records.cases.captures import check_captures
from records.database import open_engine, reading, transaction
from records.models import Base, Capture, Case, SignIn, Snapshot
from records.people.sign_in import open_sign_in
from records.store.bucket_store import BucketStore
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore
from tests.records import registered
from tests.servers.postgresql import fresh_database
from tests.servers.s3 import S3Server
from tests.waiting import wait_for


@pytest.fixture
def empty(engine: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database of the same kind."""
    with _another(engine, tmp_path, request) as url:
        made = open_engine(url)
        yield made
        made.dispose()


@contextmanager
def _another(engine: Engine, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine.dialect.name == "sqlite":
        yield f"sqlite:///{folder / 'restored' / 'q.db'}"
        return
    with fresh_database(request.getfixturevalue("postgresql"), "restored") as url:
        yield url


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    kept = tmp_path / "lists"
    (kept / "v1").mkdir(parents=True)
    (kept / "v1" / "a.yaml").write_text("rules: []", "utf-8")
    return kept


@pytest.fixture
def at_work(engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime) -> list[int]:
    """A deployment with two cases, evidence of both, and somebody signed in."""
    cases = [registered.case(engine, store, rules, now, number) for number in (1, 2)]
    for case in cases:
        registered.captured(engine, store, case)
    with transaction(engine) as session:
        user = registered.reviewer(session)
        session.flush()
        open_sign_in(session, user, now, 10)
        audit.append(session, user, "self_check", now)
    return cases


@pytest.mark.databases("postgresql")
def test_what_is_in_a_bucket_comes_back_into_another(
    engine: Engine, empty: Engine, lists: Path, rules: RuleSet, s3: S3Server, now: datetime, tmp_path: Path
) -> None:
    here, there = (
        BucketStore(s3.new_bucket(), one.url.render_as_string(hide_password=False)) for one in (engine, empty)
    )
    registered.captured(engine, here, registered.case(engine, here, rules, now))
    kept = sorted(here.names())
    assert take_backup(engine, here, lists, tmp_path / "backup", now).faults == []
    assert put_back(tmp_path / "backup", None, empty, there, tmp_path / "again", now).faults == []
    assert sorted(there.names()) == kept
    with reading(empty) as session:
        assert [faults for _, faults in check_captures(session, there)] == [[]]
    (lost,) = s3.keys(there.bucket)[:1]
    s3.operator.delete_object(Bucket=there.bucket.url.split("/")[2], Key=lost)
    assert put_evidence_back(tmp_path / "backup", empty, there) == []
    assert [there.get(name) for name in kept] == [here.get(name) for name in kept]


def test_what_was_backed_up_comes_back_whole(
    engine: Engine, store: EvidenceStore, empty: Engine, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    taken = take_backup(engine, store, lists, tmp_path / "backup", now)
    assert taken.faults == []
    with reading(engine) as session:
        before = audit.verify(session)
        pages = dict(session.execute(select(Snapshot.id, Snapshot.body_sha256)).all())
    again, kept = FolderStore(tmp_path / "again"), tmp_path / "lists-again"
    back = put_back(tmp_path / "backup", None, empty, again, kept, now)
    assert back.faults == []
    assert back.backup.rows["cases"] == 2
    assert (kept / "v1" / "a.yaml").read_text("utf-8") == "rules: []"
    with reading(empty) as session:
        assert dict(session.execute(select(Snapshot.id, Snapshot.body_sha256)).all()) == pages
        assert [store.get(body) == again.get(body) for body in pages.values()] == [True, True]
        assert [faults for _, faults in check_captures(session, again)] == [[], []]
        log = audit.verify(session)
        assert (log.entries, log.broken_at) == (before.entries + 1, None)
        assert audit.is_in_chain(session, before.head)
        assert (
            audit.list_entries(session, audit.AuditFilter(action="restored"), 5)[0].subject
            == taken.backup.name
        )
        assert session.scalars(select(SignIn)).all() == [], (
            "a sign-in that was ended since must not come back"
        )


def test_a_backup_taken_while_others_write_is_of_one_moment(
    engine: Engine,
    store: EvidenceStore,
    empty: Engine,
    rules: RuleSet,
    lists: Path,
    now: datetime,
    tmp_path: Path,
) -> None:
    stop = threading.Event()
    made: list[int] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                case = registered.case(engine, store, rules, now, len(made) + 1)
                registered.captured(engine, store, case)
                made.append(case)
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for turn in range(2):
            known = len(made)
            wait_for(lambda known=known: len(made) > known or failed, "nobody works")
            taken = take_backup(engine, store, lists, tmp_path / "backup", now + timedelta(seconds=turn))
            assert taken.faults == []
    finally:
        stop.set()
        worker.join()
    assert failed == []
    again = FolderStore(tmp_path / "again")
    assert put_back(tmp_path / "backup", None, empty, again, tmp_path / "l", now).faults == []
    with reading(empty) as session:
        assert known <= session.scalar(select(func.count(Case.id))) <= len(made)
        assert session.scalar(select(func.count(Capture.id))) >= known


@pytest.mark.databases("sqlite")
def test_a_later_backup_adds_what_is_new_and_older_ones_can_be_dropped(
    engine: Engine, store: EvidenceStore, rules: RuleSet, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    first = take_backup(engine, store, lists, folder, now).backup
    written = {path: path.stat().st_mtime_ns for path in (folder / "evidence").glob("??/*")}
    registered.captured(engine, store, registered.case(engine, store, rules, now, 3))
    second = take_backup(engine, store, lists, folder, now + timedelta(hours=1)).backup
    assert second.evidence > first.evidence
    assert written == {path: path.stat().st_mtime_ns for path in written}
    assert [one.name for one in list_backups(folder)] == [first.name, second.name]
    assert drop_older(folder, 1) == [first.name]
    assert list_backups(folder) == [second]


@pytest.mark.databases("sqlite")
def test_nobody_else_may_read_a_backup(
    engine: Engine, store: EvidenceStore, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    take_backup(engine, store, lists, tmp_path / "backup", now)
    for path in (
        tmp_path / "backup",
        *(tmp_path / "backup").glob("*"),
        *(tmp_path / "backup").glob("2*/**/*"),
    ):
        assert path.stat().st_mode & 0o077 == 0 or path.name == ".lock", path


@pytest.mark.databases("sqlite")
def test_lost_evidence_is_named_and_the_rest_is_kept(
    engine: Engine, store: EvidenceStore, empty: Engine, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    with reading(engine) as session:
        lost = session.scalars(select(Capture.manifest_sha256)).first()
    store.path(lost).unlink()
    taken = take_backup(engine, store, lists, tmp_path / "backup", now)
    assert [fault for fault in taken.faults if lost in fault]
    back = put_back(tmp_path / "backup", None, empty, FolderStore(tmp_path / "again"), lists, now)
    assert [fault for fault in back.faults if lost in fault]
    with reading(empty) as session:
        assert session.scalar(select(func.count(Case.id))) == 2


@pytest.mark.databases("sqlite")
def test_evidence_altered_in_the_backup_is_named_when_it_comes_back(
    engine: Engine, store: EvidenceStore, empty: Engine, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    take_backup(engine, store, lists, tmp_path / "backup", now)
    file = next((tmp_path / "backup" / "evidence").glob("[0-9a-f][0-9a-f]/*"))
    file.chmod(0o600)
    file.write_bytes(b"forged")
    back = put_back(tmp_path / "backup", None, empty, FolderStore(tmp_path / "again"), lists, now)
    assert any(file.name in fault and "改动" in fault for fault in back.faults)


def test_a_restoration_that_was_killed_is_begun_again(
    engine: Engine, store: EvidenceStore, empty: Engine, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    take_backup(engine, store, lists, tmp_path / "backup", now)
    kept, again = FolderStore(tmp_path / "backup" / "evidence"), FolderStore(tmp_path / "again")
    half = list(kept.names())[::2]
    assert list(copy_evidence(half, kept, again)) == []
    assert put_back(tmp_path / "backup", None, empty, again, lists, now).faults == []
    with pytest.raises(BackupFailed, match="已有数据"):
        put_back(tmp_path / "backup", None, empty, again, lists, now)


@pytest.mark.databases("sqlite")
def test_what_cannot_be_put_back_is_said_before_anything_is_changed(
    engine: Engine, store: EvidenceStore, empty: Engine, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    folder, again = tmp_path / "backup", FolderStore(tmp_path / "again")
    with pytest.raises(BackupFailed, match="没有完整的备份"):
        put_back(folder, None, empty, again, lists, now)
    name = take_backup(engine, store, lists, folder, now).backup.name
    with pytest.raises(BackupFailed, match="没有备份 2020"):
        put_back(folder, "2020-01-01T000000Z", empty, again, lists, now)
    facts = json.loads((folder / name / "backup.json").read_text("utf-8"))

    def altered(**values: object) -> None:
        (folder / name / "backup.json").write_text(json.dumps({**facts, **values}), "utf-8")

    altered(revision="9999")
    with pytest.raises(BackupFailed, match="先升级程序"):
        put_back(folder, None, empty, again, lists, now)
    altered(kind="postgresql")
    with pytest.raises(BackupFailed, match="QINGYI_DATABASE_URL"):
        put_back(folder, None, empty, again, lists, now)
    for strange in ({"name": "../again"}, {"name": ""}, {"rows": [1]}, {"revision": 1}):
        altered(**strange)
        with pytest.raises(BackupFailed, match="没有完整的备份"):
            put_back(folder, None, empty, again, lists, now)
        assert drop_older(folder, 1) == []
    (folder / name / "backup.json").write_text("[" * 100_000, "utf-8")
    assert list_backups(folder) == []
    altered()
    (folder / name / "lists" / "out.yaml").symlink_to("/etc/passwd")
    with pytest.raises(BackupFailed, match=r"lists/out\.yaml 是链接"):
        put_back(folder, None, empty, again, lists, now)
    (folder / name / "lists" / "out.yaml").unlink()
    (folder / name / "database.db").write_bytes(b"other")
    with pytest.raises(BackupFailed, match="已被改动"):
        put_back(folder, None, empty, again, lists, now)
    assert not again.folder.exists()
    assert inspect(empty).get_table_names() == []


@pytest.mark.databases("sqlite")
def test_a_damaged_database_is_not_taken_for_a_backup(
    engine: Engine, store: EvidenceStore, lists: Path, at_work, now: datetime, tmp_path: Path
) -> None:
    place = Path(engine.url.database)
    engine.dispose()
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'snapshots'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    broken = tmp_path / "broken.db"
    shutil.copy(place, broken)
    with broken.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    damaged = open_engine(f"sqlite:///{broken}")
    with pytest.raises(BackupFailed, match="已损坏"):
        take_backup(damaged, store, lists, tmp_path / "backup", now)
    damaged.dispose()
    assert list_backups(tmp_path / "backup") == []
    assert list((tmp_path / "backup").glob(".new-*")) == []


NO_EVIDENCE = {
    "audit_entries.previous_sha256",
    "audit_entries.sha256",
    "snapshots.main_sha256",
    "page_images.sha256",  # refers to images
    "office_tokens.token_sha256",
    "answered_calls.request_sha256",
    "sign_in_attempts.name_sha256",
    "sign_ins.token_sha256",
    "passed_cases.token_sha256",
    "list_files.sha256",
    "list_version_files.sha256",
}


def test_every_column_that_names_evidence_is_followed() -> None:
    """A new one must be declared as evidence or not, or backups would silently leave it out."""
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns
               if "sha256" in column.name}  # fmt: skip
    named = {str(column.property.columns[0]) for column in NAMING}
    assert named | NO_EVIDENCE == columns
    assert named.isdisjoint(NO_EVIDENCE)
