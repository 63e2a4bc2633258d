"""Checks the replay of a package (WACZ): every byte of it is made from the WARC and the manifest."""

import hashlib
import importlib.util
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from evidence.manifest import Manifest
from evidence.package import WACZ, WARC, make_wacz, pages_of
from evidence.unpacking import Fault, gunzipped, members, unseen_bytes

_PAGES, _LINES, _BLOCKS = "pages/pages.jsonl", "indexes/index.cdx.gz", "indexes/index.idx"
_ABOUT, _ABOUT_SUM = "datapackage.json", "datapackage-digest.json"
_MEMBERS = {_PAGES, _LINES, _BLOCKS, f"archive/{WARC}", _ABOUT, _ABOUT_SUM}
_FACTS = {"profile", "resources", "created", "wacz_version", "software"}
_SOFTWARE, _VERSION = re.compile(r"py-wacz \d+(?:\.\d+){1,3}"), re.compile(r"\d+(?:\.\d+){1,3}")
_PLAIN_GZIP = b"\x1f\x8b\x08\x00"  # a member without a name, a comment or more (RFC 1952, 2.3)


def can_make_replays() -> bool:
    """Whether the program that makes replays is there: only with it is the index made again."""
    return importlib.util.find_spec("wacz") is not None


def replay_faults(wacz: bytes, warc: bytes, manifest: Manifest) -> Iterator[Fault]:
    """The parts of a WACZ that its WARC and the manifest do not account for."""
    try:
        found: list[Fault] = []
        with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
            found += (Fault(WACZ, why) for why in unseen_bytes(io.BytesIO(wacz), archive, is_ours=False))
            contents = members(archive, found, WACZ)
        yield from (
            Fault(WACZ if fault.name == WACZ else _named(fault.name), fault.reason) for fault in found
        )
        for name in sorted(contents.keys() ^ _MEMBERS):
            yield Fault(_named(name), "缺少这个文件" if name in _MEMBERS else "不属于重放文件，是后来加入的")
        if contents.get(f"archive/{WARC}") != warc:
            yield Fault(_named(f"archive/{WARC}"), "与证据文件中的 WARC 不一致")
        yield from (Fault(_named(name), why) for name, why in _against_itself(contents))
        yield from (Fault(_named(name), why) for name, why in _against_manifest(contents, warc, manifest))
    except Exception as error:  # anybody may have made the file: the receiver is told of any error
        yield Fault(WACZ, f"无法读取：{error}")


def _named(name: str) -> str:
    return f"{WACZ}/{name}"


def _against_itself(contents: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Where the description and the index of blocks are not exactly those of the other members."""
    about = json.loads(contents[_ABOUT])
    listed: list[dict[str, Any]] = [
        {
            "name": path.rpartition("/")[2],
            "path": path,
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "bytes": len(content),
        }
        for path, content in contents.items()
        if path not in {_ABOUT, _ABOUT_SUM}
    ]
    if not _is_in_order(about, contents[_ABOUT]) or about["profile"] != "data-package":
        yield _ABOUT, "所记的事实不是重放程序所写的"
    by_path = {one["path"]: one for one in about["resources"]}
    for one in listed:
        if by_path.pop(one["path"], None) != one:
            yield one["path"], "内容与 datapackage.json 记载的哈希不符"
    for path in by_path:
        yield str(path), "缺少这个文件"
    about_sum = {"path": _ABOUT, "hash": f"sha256:{hashlib.sha256(contents[_ABOUT]).hexdigest()}"}
    if _written(about_sum) != contents[_ABOUT_SUM]:
        yield _ABOUT_SUM, "内容与 datapackage.json 的哈希不符"
    if _blocks_of(contents[_LINES], contents[_BLOCKS]) != contents[_BLOCKS]:
        yield _BLOCKS, "与索引 index.cdx.gz 不符"


def _is_in_order(about: dict[str, Any], content: bytes) -> bool:
    datetime.fromisoformat(about["created"])
    return (
        about.keys() == _FACTS
        and _SOFTWARE.fullmatch(about["software"]) is not None
        and _VERSION.fullmatch(about["wacz_version"]) is not None
        and _written(about) == content
    )


def _written(facts: object) -> bytes:
    """As py-wacz writes JSON."""
    return json.dumps(facts, indent=2).encode()


def _blocks_of(lines: bytes, said: bytes) -> bytes:
    """The index of blocks, made again from the compressed lines, with the lengths that `said` gives."""
    made = [said.split(b"\n", 1)[0]]
    if json.loads(made[0].removeprefix(b"!meta 0 ")) != {
        "format": "cdxj-gzip-1.0",
        "filename": "index.cdx.gz",
    }:
        return b""
    at = 0
    for row in said.splitlines()[1:]:
        length = int(json.loads(row[row.index(b" {") :])["length"])
        block = lines[at : at + length]
        if not block.startswith(_PLAIN_GZIP):
            return b""
        first = b"".join(gunzipped(block)).split(b" {", 1)[0]
        digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
        made.append(first + b" " + json.dumps({"offset": at, "length": length, "digest": digest}).encode())
        at += length
    return b"\n".join((*made, b"")) if at == len(lines) else b""


def _against_manifest(
    contents: Mapping[str, bytes], warc: bytes, manifest: Manifest
) -> Iterator[tuple[str, str]]:
    """Where the pages are not the manifest's, or the index leads to other records than one made now does."""
    page = manifest.page
    about_page = page["final_url"], page["title"] or "", manifest.captured_at
    rows = b"".join(json.dumps(row).encode() + b"\n" for row in pages_of(*about_page))
    if contents[_PAGES] != rows:
        yield _PAGES, "所记的页面与清单不符"
    if can_make_replays():
        with zipfile.ZipFile(io.BytesIO(make_wacz(warc, *about_page))) as again:
            made = b"".join(gunzipped(again.read(_LINES)))
        if b"".join(gunzipped(contents[_LINES])) != made:
            yield _LINES, "索引与按 WARC 重新生成的不符，重放时会显示别的内容"
