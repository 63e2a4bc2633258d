"""Pages are numerous: they are stored together in packs, each still by its hash."""

import hashlib
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from records.store import packs
from records.store.compression import compressed
from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore, sha256_of
from records.store.folder_store import FolderStore

PAGES = [f"第{number}页".encode() * 40 for number in range(20)]


def _files(store: EvidenceStore) -> list[str]:
    return sorted(path.name for path in store.folder.rglob("*.pack"))


def test_what_is_kept_together_lies_in_one_file_and_is_found_by_its_hash(store: EvidenceStore) -> None:
    names = store.put_many(PAGES)
    assert names == [hashlib.sha256(page).hexdigest() for page in PAGES]
    assert [store.get(name) for name in names] == PAGES
    assert _files(store) == ["1.pack"]


def test_the_same_bytes_are_kept_once_whichever_way_they_come(store: EvidenceStore) -> None:
    alone = store.put(PAGES[0])
    store.put_many([PAGES[0], PAGES[1], PAGES[1]])
    size = (store.folder / "packs" / "1.pack").stat().st_size
    assert store.put_many([PAGES[1]]) == [store.put(PAGES[1])]
    assert (store.folder / "packs" / "1.pack").stat().st_size == size
    assert [path.name for path in store.folder.glob("??/*")] == [alone]


def test_nothing_and_empty_contents_are_fine(store: EvidenceStore) -> None:
    assert store.put_many([]) == []
    assert store.get(store.put_many([b""])[0]) == b""


def test_a_change_in_a_pack_is_noticed_and_the_others_stand(store: EvidenceStore) -> None:
    names = store.put_many(PAGES)
    pack = store.folder / "packs" / "1.pack"
    kept = compressed(PAGES[3])
    pack.write_bytes(pack.read_bytes().replace(kept, kept[:-9] + b"\0" * 9))
    with pytest.raises(EvidenceAltered, match=names[3]):
        store.get(names[3])
    assert store.get(names[4]) == PAGES[4]


def test_a_pack_that_was_cut_off_says_so_by_the_hash(store: EvidenceStore) -> None:
    names = store.put_many(PAGES)
    pack = store.folder / "packs" / "1.pack"
    pack.write_bytes(pack.read_bytes()[:-10])
    with pytest.raises(EvidenceAltered, match=names[-1]):
        store.get(names[-1])


def test_what_a_killed_process_left_behind_is_let_be(store: EvidenceStore) -> None:
    first = store.put_many(PAGES[:2])
    pack = store.folder / "packs" / "1.pack"
    with pack.open("ab") as file:
        file.write(b"half an entry")
    before = pack.read_bytes()
    second = store.put_many(PAGES[2:])
    assert [store.get(name) for name in (*first, *second)] == PAGES
    assert pack.read_bytes() == before
    assert _files(store) == ["1.pack", "2.pack"]


def test_a_pack_that_was_begun_and_never_entered_is_let_be(store: EvidenceStore) -> None:
    store.put_many(PAGES[:1])
    (store.folder / "packs" / "2.pack").write_bytes(b"half an entry")
    with (store.folder / "packs" / "1.pack").open("ab") as file:
        file.write(b"half an entry")
    names = store.put_many(PAGES[1:])
    assert [store.get(name) for name in names] == PAGES[1:]
    assert _files(store) == ["1.pack", "2.pack", "3.pack"]


def test_a_full_pack_grows_no_more(store: EvidenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "_LARGEST", 60)
    names = [store.put_many([page])[0] for page in PAGES[:3]]
    assert _files(store) == ["1.pack", "2.pack", "3.pack"]
    assert [store.get(name) for name in names] == PAGES[:3]


def test_a_lost_index_is_made_again_from_the_packs(store: EvidenceStore, tmp_path: Path) -> None:
    names = store.put_many(PAGES)
    with (store.folder / "packs" / "1.pack").open("ab") as file:
        file.write(b"half an entry")
    copied = tmp_path / "elsewhere"
    (copied / "packs").mkdir(parents=True)
    (copied / "packs" / "1.pack").write_bytes((store.folder / "packs" / "1.pack").read_bytes())
    restored = FolderStore(copied)
    assert [restored.get(name) for name in names] == PAGES
    restored.put_many([b"one more"])
    assert _files(restored) == ["1.pack", "2.pack"]


def test_an_index_that_was_begun_and_never_filled_is_made_again(store: EvidenceStore, tmp_path: Path) -> None:
    names = store.put_many(PAGES)
    folder = tmp_path / "elsewhere" / "packs"
    folder.mkdir(parents=True)
    (folder / "1.pack").write_bytes((store.folder / "packs" / "1.pack").read_bytes())
    (folder / "index.db").touch()
    assert [FolderStore(folder.parent).get(name) for name in names] == PAGES


def test_a_lost_pack_keeps_nothing_new_from_being_kept(store: EvidenceStore) -> None:
    (lost,) = store.put_many(PAGES[:1])
    (store.folder / "packs" / "1.pack").unlink()
    names = store.put_many(PAGES[1:])
    assert [store.get(name) for name in names] == PAGES[1:]
    with pytest.raises(EvidenceMissing, match=lost):
        store.get(lost)


def test_where_the_disk_is_full_nothing_is_half_kept(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store.put_many(PAGES[:1])
    with monkeypatch.context() as patched:
        patched.setattr("records.store.packs.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put_many(PAGES[1:])
    assert store.packs.holds([sha256_of(page) for page in PAGES]) == {sha256_of(PAGES[0])}
    assert [store.get(name) for name in store.put_many(PAGES)] == PAGES


def test_many_processes_and_threads_keep_at_once(store: EvidenceStore) -> None:
    with ProcessPoolExecutor(3, get_context("forkserver")) as pool:
        kept = [pool.submit(_keep, store, number) for number in range(6)]
        threads = [threading.Thread(target=_keep, args=(store, number)) for number in range(6, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in kept:
            one.result()
    for number in range(9):
        for page in _pages_of(number):
            assert store.get(sha256_of(page)) == page
    assert _files(store) == ["1.pack"]


def _pages_of(number: int) -> list[bytes]:
    return [f"{number} {place}".encode() * 50 for place in range(10)]


def _keep(store: EvidenceStore, number: int) -> None:
    for page in _pages_of(number):
        store.put_many([page, b"shared by all"])


def test_pages_are_kept_compressed_and_named_by_their_plain_bytes(store: EvidenceStore) -> None:
    page = "".join(f"<p>我院第{number}科室，门诊时间如下。</p>" for number in range(500)).encode()
    (name,) = store.put_many([page])
    assert name == hashlib.sha256(page).hexdigest()
    assert store.get(name) == page
    assert (store.folder / "packs" / "1.pack").stat().st_size < len(page) / 3


def test_what_is_compressed_already_is_kept_and_given_back_as_it_came(store: EvidenceStore) -> None:
    noise = hashlib.shake_256(b"noise").digest(5_000)
    archive = compressed(b"a" * 10_000)
    cut_off = archive[:-3]
    names = store.put_many([noise, archive, cut_off])
    assert [store.get(name) for name in names] == [noise, archive, cut_off]


def test_a_store_of_a_build_that_did_not_compress_is_read(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = compressed(b"a" * 10_000)
    with monkeypatch.context() as earlier:
        earlier.setattr("records.store.packs.compressed", lambda content: content)
        before = store.put_many([*PAGES, archive])
    after = store.put_many([b"new" * 100])
    assert [store.get(name) for name in (*before, *after)] == [*PAGES, archive, b"new" * 100]


def test_a_thread_keeps_few_indexes_open_however_many_stores_it_reads(tmp_path: Path) -> None:
    stores = [FolderStore(tmp_path / str(number)) for number in range(9)]
    names = [store.put_many([PAGES[number]])[0] for number, store in enumerate(stores)]
    opened = [path for path in _opened() if path.name == "index.db" and tmp_path in path.parents]
    assert len(opened) <= 4
    assert [store.get(name) for store, name in zip(stores, names, strict=True)] == PAGES[:9]


def _opened() -> list[Path]:
    """The files that this process has open."""
    descriptors = Path("/proc/self/fd")
    return [one.readlink() for one in descriptors.iterdir() if os.path.lexists(one)]
