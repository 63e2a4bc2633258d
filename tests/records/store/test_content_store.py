"""The evidence store keeps bytes under their hash and notices when they were changed."""

import hashlib

import pytest

from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore


def test_bytes_are_kept_under_their_sha256(store: EvidenceStore) -> None:
    sha256 = store.put(b"page")
    assert sha256 == hashlib.sha256(b"page").hexdigest()
    assert store.get(sha256) == b"page"


def test_the_same_bytes_are_kept_once(store: EvidenceStore) -> None:
    store.put(b"page")
    store.put(b"page")
    assert len([path for path in store.folder.rglob("*") if path.is_file()]) == 1


def test_what_an_older_version_kept_one_folder_deeper_is_found_there(store: EvidenceStore) -> None:
    sha256 = store.put(b"page")
    older = store.folder / sha256[:2] / sha256[2:4] / sha256
    older.parent.mkdir()
    store.path(sha256).rename(older)
    assert store.get(sha256) == b"page"
    assert store.put(b"page") == sha256
    assert [path for path in store.folder.rglob("*") if path.is_file()] == [older]


def test_what_is_kept_cannot_be_written_to_by_accident(store: EvidenceStore) -> None:
    assert store.path(store.put(b"page")).stat().st_mode & 0o777 == 0o440


def test_a_change_on_disk_is_noticed(store: EvidenceStore) -> None:
    sha256 = store.put(b"page")
    path = store.path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"pagE")
    with pytest.raises(EvidenceAltered, match=sha256):
        store.get(sha256)


def test_what_was_never_kept_is_missing(store: EvidenceStore) -> None:
    with pytest.raises(EvidenceMissing):
        store.get("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "G" * 64])
def test_only_a_hash_is_a_name(store: EvidenceStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.get(name)
