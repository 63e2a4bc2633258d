"""Every change that a forger makes to a package is named in words, even with recomputed sums."""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText

from evidence import unpacking
from evidence.manifest import Item, Manifest, ManifestFaulty, read_manifest
from evidence.package import MANIFEST, RECORD, SUMS, WACZ, WARC, make_wacz, write_package
from evidence.record import record_pdf
from evidence.verification import verify_package, warc_faults
from evidence.warc import Exchange, write_warc
from tests.evidence.test_package import BODY, NOW, URL

WARC_BYTES = write_warc(
    [Exchange(URL, NOW, [], 200, [("Content-Type", "text/html")], BODY)], [], {"software": "test"}
)
PAGE = {"url": URL, "final_url": URL, "title": "云溪", "institution": "云溪医院"}
FILES = {WARC: WARC_BYTES, "body.bin": BODY}
ITEMS = tuple(Item.of(name, name, "x/y", content) for name, content in FILES.items())
JUDGED = {"findings": [{"quote": "根治", "title": "保证", "law": ["《广告法》第十六条"]}]}
TRUE = Manifest(7, "0" * 64, NOW, PAGE, {"address": "127.0.0.1"}, {"program": "清医"}, JUDGED, ITEMS)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """The derived members of a true package."""
    return {WACZ: make_wacz(WARC_BYTES, URL, "云溪", NOW), RECORD: record_pdf(TRUE, None, None, "12")}


def named(path: Path) -> set[str]:
    return {fault.name for fault in verify_package(path)[1]}


def packed(path: Path, made: dict[str, bytes], manifest: bytes = TRUE.to_bytes(), **files: bytes) -> Path:
    """A package with these members and recomputed sums."""
    write_package(path / "package.zip", manifest, {**FILES, **files}, made)
    return path / "package.zip"


def test_a_true_package_has_no_fault(tmp_path: Path, made: dict[str, bytes]) -> None:
    assert verify_package(packed(tmp_path, made)) == (TRUE, [])


@pytest.mark.parametrize("gone", [RECORD, WACZ])
def test_a_member_that_was_taken_away_is_missed_although_the_sums_were_made_anew(
    tmp_path: Path, made: dict[str, bytes], gone: str
) -> None:
    assert gone in named(packed(tmp_path, {name: content for name, content in made.items() if name != gone}))


def test_a_member_that_was_added_is_named_although_the_sums_were_made_anew(
    tmp_path: Path, made: dict[str, bytes]
) -> None:
    assert named(packed(tmp_path, {**made, "README.txt": b"all is well"})) == {"README.txt"}


def test_a_record_of_another_page_or_of_other_facts_is_named(tmp_path: Path, made: dict[str, bytes]) -> None:
    forged = replace(TRUE, page={**PAGE, "institution": "另一医院"})
    assert named(packed(tmp_path, {**made, RECORD: record_pdf(forged, None, None, "12")})) == {RECORD}
    assert named(packed(tmp_path, {**made, RECORD: b"words in place of a record"})) == {RECORD}


def test_a_record_with_something_laid_over_its_words_is_named(tmp_path: Path, made: dict[str, bytes]) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made[RECORD])))
    note = FreeText(text="作废", rect=(50, 550, 200, 650), font_size="20pt", background_color="ffffff")
    writer.add_annotation(0, note)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert named(packed(tmp_path, {**made, RECORD: buffer.getvalue()})) == {RECORD}


def test_a_replay_of_another_page_is_named(tmp_path: Path, made: dict[str, bytes]) -> None:
    other = make_wacz(WARC_BYTES, "http://127.0.0.1:8001/other.html", "云溪", NOW)
    assert named(packed(tmp_path, {**made, WACZ: other})) == {f"{WACZ}/pages/pages.jsonl"}


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "before": lambda package: b"#!/bin/sh\n" + package,
    "after": lambda package: package + b"more",
    "a comment": lambda package: package[:-2] + struct.pack("<H", 4) + b"more",
    "another package after it": lambda package: package + package,
    "another name at its place": lambda package: package.replace(b"record.pdf", b"record.exe", 1),
    "an extra length": lambda package: package[:28] + b"\x04\x00" + package[30:],
}


@pytest.mark.parametrize("change", BYTES.values(), ids=BYTES.keys())
def test_bytes_beside_the_members_are_named(
    tmp_path: Path, made: dict[str, bytes], change: Callable[[bytes], bytes]
) -> None:
    package = packed(tmp_path, made)
    package.write_bytes(change(package.read_bytes()))
    assert named(package)


def test_a_gap_between_members_is_named(tmp_path: Path, made: dict[str, bytes]) -> None:
    package = packed(tmp_path, made)
    with zipfile.ZipFile(package, "a") as archive:
        archive.fp.seek(archive.start_dir)
        archive.fp.write(b"hidden")
        archive.start_dir += 6
        archive._didModify = True
    assert verify_package(package)[1]


def test_two_members_of_one_name_are_named(tmp_path: Path, made: dict[str, bytes]) -> None:
    package = packed(tmp_path, made)
    with zipfile.ZipFile(package, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MANIFEST, b"{}")
    assert MANIFEST in named(package)


FACTS = [
    ("page", "一页文字，而不是事实"),
    ("page", {"url": URL}),
    ("page", {**PAGE, "url": 5}),
    ("items", "x"),
    ("items", [{"name": "a"}]),
    ("items", [{**vars(ITEMS[0]), "name": "../../etc/passwd"}]),
    ("items", [vars(ITEMS[0]), vars(ITEMS[0])]),
    ("items", [{**vars(ITEMS[0]), "size": "1"}]),
    ("number", "7"),
    ("number", True),
    ("number", 7.5),
    ("captured_at", "2026-11-24T09:00:00"),
    ("captured_at", "yesterday"),
    ("previous", "no hash"),
    ("judgement", {"findings": ["x"]}),
    ("judgement", {"findings": [{"quote": "a", "title": "b", "law": "c"}]}),
    ("notes", [1]),
    ("server", []),
    ("more", {}),
    ("format", ["qingyi-evidence/1"]),
]


@pytest.mark.parametrize(("name", "value"), FACTS)
def test_words_in_place_of_facts_are_named_with_their_place(name: str, value: object) -> None:
    facts = {**json.loads(TRUE.to_bytes()), name: value}
    with pytest.raises(
        ManifestFaulty, match=r"page|items|number|captured_at|previous|judgement|notes|server|more|格式|两次"
    ):
        read_manifest(json.dumps(facts).encode())


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b'{"a":' * 100_000, b'{"number":' + b"9" * 5_000 + b"}", b"null", b"\xff"]
)
def test_a_manifest_that_breaks_readers_is_told(
    tmp_path: Path, made: dict[str, bytes], content: bytes
) -> None:
    manifest, faults = verify_package(packed(tmp_path, made, content))
    assert manifest is None
    assert MANIFEST in {fault.name for fault in faults}


def test_an_encrypted_member_and_a_method_of_compression_that_is_not_ours_are_named(
    tmp_path: Path, made: dict[str, bytes]
) -> None:
    package = packed(tmp_path, made)
    content = bytearray(package.read_bytes())
    directory = content.rindex(b"PK\x01\x02", 0, content.rindex(SUMS.encode()))
    content[directory + 8] |= 1
    package.write_bytes(content)
    assert SUMS in named(package)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(MANIFEST, TRUE.to_bytes())
    assert MANIFEST in named(package)


def test_what_unpacks_to_too_much_is_read_no_further(
    tmp_path: Path, made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 20 << 20)
    bomb = gzip.compress(bytes(40 << 20))
    assert len(bomb) < 100_000
    assert any("不予读取" in reason for reason in warc_faults(bomb))
    package = packed(tmp_path, made)
    with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(40 << 20))
    manifest, faults = verify_package(package)
    assert manifest is None
    assert "不予读取" in faults[0].reason


def test_a_warc_whose_body_says_that_it_is_packed_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1 << 20)
    body = gzip.compress(bytes(60 << 20))
    exchange = Exchange(URL, NOW, [], 200, [("Content-Encoding", "gzip")], body)
    assert warc_faults(write_warc([exchange], [], {"software": "test"})) == []


@pytest.fixture(scope="module")
def without_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose record is missing, since making one for comparison takes a second."""
    path = tmp_path_factory.mktemp("package") / "package.zip"
    write_package(path, TRUE.to_bytes(), FILES, {WACZ: make_wacz(WARC_BYTES, URL, "云溪", NOW)})
    return path


@given(data=st.data())
def test_no_change_of_bytes_ends_in_anything_but_words(without_record: Path, data: st.DataObject) -> None:
    whole = without_record.read_bytes()
    missing = verify_package(without_record)[1]
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = without_record.with_name("altered.zip")
    path.write_bytes(content)
    faults = verify_package(path)[1]
    assert bytes(content) == whole or set(faults) - set(missing)
    assert all(map(str, faults))
