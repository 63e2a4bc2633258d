"""A replay that shows other records than the WARC's, or carries a byte of its own, is named."""

import gzip
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable

import pytest

from evidence.package import WACZ, WARC, make_wacz
from evidence.replay import replay_faults
from tests.evidence.test_package import NOW, URL
from tests.evidence.test_verification import TRUE, WARC_BYTES

Members = dict[str, bytes]
LINES, ABOUT, ABOUT_SUM = "indexes/index.cdx.gz", "datapackage.json", "datapackage-digest.json"


@pytest.fixture(scope="module")
def wacz() -> bytes:
    return make_wacz(WARC_BYTES, URL, "云溪", NOW)


def named(replay: bytes) -> set[str]:
    return {fault.name.removeprefix(f"{WACZ}/") for fault in replay_faults(replay, WARC_BYTES, TRUE)}


def changed(wacz: bytes, change: Callable[[Members], object]) -> bytes:
    """The replay with changed members, and all hashes in it made again."""
    with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    about = json.loads(members[ABOUT])
    for one in about["resources"]:
        content = members[one["path"]]
        one.update(hash=f"sha256:{hashlib.sha256(content).hexdigest()}", bytes=len(content))
    members[ABOUT] = json.dumps(about, indent=2).encode()
    digest = f"sha256:{hashlib.sha256(members[ABOUT]).hexdigest()}"
    members[ABOUT_SUM] = json.dumps({"path": ABOUT, "hash": digest}, indent=2).encode()
    return packed(members)


def packed(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def index_of(lines: bytes) -> Callable[[Members], None]:
    """Another index, with its blocks described as they are."""

    def change(members: Members) -> None:
        block = members[LINES] = gzip.compress(lines, mtime=0)
        head, first = members["indexes/index.idx"].split(b"\n")[0], lines.split(b" {")[0]
        digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
        row = json.dumps({"offset": 0, "length": len(block), "digest": digest}).encode()
        members["indexes/index.idx"] = head + b"\n" + first + b" " + row + b"\n"

    return change


def test_a_true_replay_has_no_fault(wacz: bytes) -> None:
    assert named(wacz) == set()
    assert named(changed(wacz, lambda members: None)) == set()


def test_an_index_that_leads_elsewhere_is_named_although_every_hash_was_made_again(wacz: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
        lines = gzip.decompress(archive.read(LINES))
    assert named(changed(wacz, index_of(lines))) == set()
    assert named(changed(wacz, index_of(lines.replace(b'"200"', b'"404"')))) == {LINES}
    assert named(changed(wacz, index_of(lines.replace(b'"offset": "2', b'"offset": "3')))) == {LINES}
    assert LINES in named(changed(wacz, index_of(b"")))


CHANGES: dict[str, tuple[str, Callable[[Members], object]]] = {
    "another title": (ABOUT, lambda m: m.update({ABOUT: m[ABOUT].replace(b"{", b'{"title": "x",', 1)})),
    "a fact twice": (
        "pages/pages.jsonl",
        lambda m: m.update({"pages/pages.jsonl": m["pages/pages.jsonl"].replace(b"{", b'{"id": "x",')}),
    ),
    "blocks that are none": (
        "indexes/index.idx",
        lambda m: m.update({"indexes/index.idx": m["indexes/index.idx"] + b"more"}),
    ),
    "another WARC": (f"archive/{WARC}", lambda m: m.update({f"archive/{WARC}": WARC_BYTES + b"\0"})),
}


@pytest.mark.parametrize(("name", "change"), CHANGES.values(), ids=CHANGES.keys())
def test_members_that_say_something_else_are_named(
    wacz: bytes, name: str, change: Callable[[Members], object]
) -> None:
    faults = named(changed(wacz, change)) if name != ABOUT else named(_without_redoing(wacz, change))
    assert name in faults or WACZ in faults


def _without_redoing(wacz: bytes, change: Callable[[Members], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    return packed(members)


def test_a_sum_of_the_description_that_is_another_is_named(wacz: bytes) -> None:
    assert named(_without_redoing(wacz, lambda m: m.update({ABOUT_SUM: b'{"x": 1}'}))) == {ABOUT_SUM}


@pytest.mark.parametrize(
    "change",
    [
        lambda wacz: b"#!/bin/sh\n" + wacz,
        lambda wacz: wacz + b"more",
        lambda wacz: wacz[:-2] + struct.pack("<H", 4) + b"more",
    ],
    ids=["before", "after", "a comment"],
)
def test_bytes_beside_the_members_are_named(wacz: bytes, change: Callable[[bytes], bytes]) -> None:
    assert WACZ in named(change(wacz))
