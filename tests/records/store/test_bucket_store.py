"""Evidence in a bucket that several machines share: a server of S3, and the index in PostgreSQL."""

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import Engine

from records.backups.evidence_copy import find_faults, move_evidence
from records.storage_faults import StorageFailed
from records.store import gathering
from records.store.bucket_index import Pack
from records.store.bucket_store import BucketStore
from records.store.content_store import EvidenceAltered, EvidenceMissing, sha256_of
from records.store.folder_store import FolderStore
from records.store.gathering import gather, index_again
from records.store.pack_format import written_entries
from tests.servers.s3 import S3Server

pytestmark = pytest.mark.databases("postgresql")
PAGES = [f"第{number}页 ".encode() * 400 for number in range(6)]
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def bucket_store(engine: Engine, s3: S3Server) -> BucketStore:
    return BucketStore(s3.new_bucket(), engine.url.render_as_string(hide_password=False))


def object_of(store: BucketStore, key: str) -> dict[str, str]:
    _, _, bucket, prefix = store.bucket.url.split("/", 3)
    return {"Bucket": bucket, "Key": f"{prefix}/{key}"}


def test_what_is_kept_together_is_one_object_and_is_had_by_its_hash(
    bucket_store: BucketStore, s3: S3Server
) -> None:
    names = bucket_store.put_many([*PAGES, PAGES[0], b""])
    assert names == [sha256_of(page) for page in [*PAGES, PAGES[0], b""]]
    assert len(s3.keys(bucket_store.bucket)) == 1
    assert [bucket_store.get(name) for name in names] == [*PAGES, PAGES[0], b""]
    assert set(bucket_store.names()) == bucket_store.holds([*names, "0" * 64]) == set(names)
    (pack,) = bucket_store.index.list_packs()
    assert pack.size < sum(map(len, PAGES)) / 3, "it is compressed"


def test_what_is_there_is_not_sent_again(bucket_store: BucketStore, s3: S3Server) -> None:
    bucket_store.put(PAGES[0])
    assert bucket_store.put(PAGES[0]) == sha256_of(PAGES[0])
    bucket_store.put_many(PAGES[:2])
    assert len(s3.keys(bucket_store.bucket)) == 2


def test_what_another_machine_keeps_at_the_same_moment_has_one_place(bucket_store: BucketStore) -> None:
    other = pickle.loads(pickle.dumps(bucket_store))
    with ThreadPoolExecutor(8) as machines:
        list(machines.map(lambda at: (other if at % 2 else bucket_store).put_many(PAGES), range(16)))
    assert sorted(bucket_store.names()) == sorted(sha256_of(page) for page in PAGES)
    assert [other.get(sha256_of(page)) for page in PAGES] == PAGES


def test_what_is_not_kept_or_was_altered_is_told(bucket_store: BucketStore, s3: S3Server) -> None:
    with pytest.raises(EvidenceMissing):
        bucket_store.get("0" * 64)
    with pytest.raises(ValueError, match="not a SHA-256"):
        bucket_store.get("../secret")
    noise = os.urandom(1_000)  # cannot be compressed: every byte of the object is one of it
    name = bucket_store.put(noise)
    (pack,) = bucket_store.index.list_packs()
    where = object_of(bucket_store, pack.name)
    whole = s3.operator.get_object(**where)["Body"].read()
    s3.operator.put_object(**where, Body=whole.replace(noise[:8], bytes(8)))
    with pytest.raises(EvidenceAltered):
        bucket_store.get(name)
    s3.operator.delete_object(**where)
    with pytest.raises(EvidenceMissing):
        bucket_store.get(name)


def test_a_bucket_that_is_not_there_is_a_fault_of_ours(bucket_store: BucketStore, s3: S3Server) -> None:
    assert bucket_store.fault() is None
    gone = replace(bucket_store, bucket=replace(bucket_store.bucket, url="s3://nobodys/of/qingyi"))
    with pytest.raises(StorageFailed, match="s3://nobodys/of/qingyi 无法写入"):
        gone.put(PAGES[0])
    assert not list(bucket_store.names()), "what was not kept is not indexed"
    assert "无法读取" in (gone.fault() or "")
    assert "a-secret" not in repr(gone)


def test_a_server_that_locks_keeps_what_was_kept(engine: Engine, s3: S3Server) -> None:
    url = engine.url.render_as_string(hide_password=False)
    locked = BucketStore(s3.new_bucket(locked_days=30), url)
    name = locked.put(PAGES[0])
    (pack,) = locked.index.list_packs()
    where = object_of(locked, pack.name)
    version = s3.operator.head_object(**where)
    assert version["ObjectLockMode"] == "COMPLIANCE"
    assert version["ObjectLockRetainUntilDate"] > datetime.now(UTC) + timedelta(days=29)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.operator.delete_object(**where, VersionId=version["VersionId"])
    assert locked.get(name) == PAGES[0]


def test_small_packs_become_a_large_one(bucket_store: BucketStore, s3: S3Server) -> None:
    for page in PAGES:
        bucket_store.put(page)
    sizes = [pack.size for pack in bucket_store.index.list_packs()]
    assert gather(bucket_store).large == 0, "they do not make up a large one yet"
    done = gather(bucket_store, large=sum(sizes[:5]))
    assert (done.small, done.large, done.faults) == (5, 1, ())
    assert [pack.size for pack in bucket_store.index.list_packs()] == [sizes[5], sum(sizes[:5])]
    assert len(s3.keys(bucket_store.bucket)) == 2
    assert [bucket_store.get(sha256_of(page)) for page in PAGES] == PAGES


def test_a_pack_of_many_parts_is_gathered(bucket_store: BucketStore) -> None:
    noise = [os.urandom(5 << 20) for _ in range(3)]  # an object's parts have 8 MB
    names = [bucket_store.put(one) for one in noise]
    assert gather(bucket_store, large=15 << 20).large == 1
    assert [bucket_store.get(name) for name in names] == noise


def test_a_reader_whose_pack_is_gathered_meanwhile_finds_the_new_one(
    bucket_store: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [bucket_store.put(page) for page in PAGES]
    find, asked = type(bucket_store.index).find, []

    def find_and_be_overtaken(index, sha256):
        found = find(index, sha256)
        if not asked:
            asked.append(sha256)
            assert gather(bucket_store, large=1 + bucket_store.index.list_packs()[0].size).large
        return found

    monkeypatch.setattr(type(bucket_store.index), "find", find_and_be_overtaken)
    assert bucket_store.get(names[0]) == PAGES[0]


def test_a_damaged_pack_is_left_as_it_is_and_told(bucket_store: BucketStore, s3: S3Server) -> None:
    noise = [os.urandom(2_000) for _ in range(4)]
    names = [bucket_store.put(one) for one in noise]
    packs = bucket_store.index.list_packs()
    where = object_of(bucket_store, packs[1].name)
    whole = s3.operator.get_object(**where)["Body"].read()
    s3.operator.put_object(**where, Body=whole.replace(noise[1][:8], bytes(8)))
    done = gather(bucket_store, large=sum(pack.size for pack in packs))
    assert done.faults == (f"证据 {names[1]} 的内容已被改动（{packs[1].name}）",)
    assert [bucket_store.get(name) for name in names[::2]] == noise[::2]
    assert packs[1] in bucket_store.index.list_packs()


@pytest.mark.parametrize("killed_at", ["replace", "delete"])
def test_gathering_that_was_killed_is_put_in_order(
    bucket_store: BucketStore, s3: S3Server, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    for page in PAGES:
        bucket_store.put(page)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        if killed_at == "replace":
            patched.setattr("records.store.bucket_index.BucketIndex.replace", killed)
        else:
            patched.setattr(gathering, "_remove", killed)
        gather(bucket_store, large=sum(pack.size for pack in bucket_store.index.list_packs()))
    assert [bucket_store.get(sha256_of(page)) for page in PAGES] == PAGES
    assert len(s3.keys(bucket_store.bucket)) == len(PAGES) + 1
    assert index_again(bucket_store).removed == 0, "they may be somebody's who is about to note them"
    done = index_again(bucket_store, LATER)
    assert (done.added, done.lost) == (0, ())
    assert done.removed == (1 if killed_at == "replace" else len(PAGES))
    assert [bucket_store.get(sha256_of(page)) for page in PAGES] == PAGES


def test_an_index_that_was_lost_is_made_again(bucket_store: BucketStore, s3: S3Server) -> None:
    names = [bucket_store.put(page) for page in PAGES]
    packs = bucket_store.index.list_packs()
    for pack in packs:
        bucket_store.index.forget(pack.name)
    assert not list(bucket_store.names())
    assert index_again(bucket_store, LATER).added == len(PAGES)
    assert [bucket_store.get(name) for name in names] == PAGES
    s3.operator.delete_object(**object_of(bucket_store, packs[2].name))
    assert index_again(bucket_store).lost == (f"{packs[2].name} 不在存储桶中，其中有 1 件证据",)
    with pytest.raises(EvidenceMissing):
        bucket_store.get(names[2])


def test_a_pack_that_was_put_and_not_noted_is_taken_up(bucket_store: BucketStore) -> None:
    entries, _ = written_entries({sha256_of(PAGES[0]): PAGES[0]}, 0)
    bucket_store.bucket.objects.put("packs/2026/11/29/010203-killed.pack", entries)
    assert index_again(bucket_store, LATER).added == 1
    assert bucket_store.get(sha256_of(PAGES[0])) == PAGES[0]
    assert bucket_store.index.list_packs() == [Pack("packs/2026/11/29/010203-killed.pack", len(entries))]


def test_a_folder_is_moved_and_may_be_stopped_anywhere(
    bucket_store: BucketStore, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"另一页{number}".encode() * 30 for number in range(60)]
    store.put_many(many[:40])
    alone = [store.put(page) for page in [*many[40:], *PAGES]]
    monkeypatch.setattr("records.backups.evidence_copy._AT_ONCE", 10)
    stopped = []

    def stop(count: int) -> None:
        stopped.append(count)
        if len(stopped) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(move_evidence(store, bucket_store, stop))
    assert list(move_evidence(store, bucket_store)) == []
    assert sorted(bucket_store.names()) == sorted(store.names())
    assert list(find_faults(store.names(), bucket_store)) == []
    assert len(bucket_store.index.list_packs()) <= 10, "what was a file is in packs, too"
    store.path(alone[0]).chmod(0o600)
    store.path(alone[0]).write_bytes(b"altered")
    fresh = replace(bucket_store, bucket=bucket_store.bucket)
    assert list(move_evidence(store, fresh)) == [], "it is there, whole"
