"""Checks a package without Qingyi or its database: it holds the files that its manifest lists, and not a byte
more.

The listed files are checked by their hashes. The files made from them (the sums, the replay, the record) are
made again and compared, so that recomputed sums hide nothing. Every fault is a sentence; no file, whatever
its bytes, raises an error.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from cryptography import x509
from warcio.archiveiterator import ArchiveIterator

from evidence.manifest import Manifest, ManifestFaulty, read_manifest
from evidence.package import MANIFEST, RECORD, STAMP, SUMS, WACZ, WARC
from evidence.pdf_content import content_of_pdf, origin_of_pdf
from evidence.record import record_pdf
from evidence.replay import replay_faults
from evidence.stamp import StampRefused, stamped_at
from evidence.unpacking import Fault, TooMuch, gunzipped, members, unseen_bytes

_CASE = re.compile(r"编号：第\d+号案件：(\d+)一、")


def verify_package(
    path: Path, roots: Sequence[x509.Certificate] = (), *, remake_record: bool = True
) -> tuple[Manifest | None, list[Fault]]:
    """The package's manifest (None where it cannot be read) and everything altered, missing or added.

    With `roots`, it must have a time stamp, and the signature of the stamp must lead to one of them. Without
    `remake_record` (where WeasyPrint is not there) the record's words are not compared. Raises OSError when the file
    cannot be opened.
    """
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                faults = [Fault(path.name, reason) for reason in unseen_bytes(file, archive)]
                manifest, more = _verified(members(archive, faults, path.name), roots, remake_record)
                return manifest, list(dict.fromkeys([*faults, *more]))
        except TooMuch as error:
            return None, [Fault(path.name, str(error))]
        except Exception as error:  # anybody may have made the file: the receiver is told of any error
            return None, [Fault(path.name, f"不是完整的证据包：{error}")]


def _verified(
    contents: Mapping[str, bytes], roots: Sequence[x509.Certificate], remake_record: bool
) -> tuple[Manifest | None, list[Fault]]:
    faults = list(_against_sums(contents))
    try:
        manifest = read_manifest(contents.get(MANIFEST, b""))
    except ManifestFaulty as error:
        return None, [*faults, Fault(MANIFEST, str(error))]
    faults += _against_manifest(contents, manifest)
    warc = contents.get(f"files/{WARC}", b"")
    faults += [Fault(f"files/{WARC}", reason) for reason in warc_faults(warc)]
    if WACZ in contents:
        faults += replay_faults(contents[WACZ], warc, manifest)
    stamped = None
    if STAMP in contents:
        try:
            stamped = stamped_at(contents[STAMP], contents[MANIFEST], roots)
        except StampRefused as error:
            faults.append(Fault(STAMP, str(error)))
    elif roots:
        faults.append(Fault(STAMP, "没有时间戳，无法按所给的根证书核对"))
    if RECORD in contents and remake_record:
        screenshot = contents.get("files/screenshot.png")
        faults += _record_faults(
            contents[RECORD], lambda case: record_pdf(manifest, screenshot, stamped, case)
        )
    return manifest, faults


def _against_sums(contents: Mapping[str, bytes]) -> Iterator[Fault]:
    if SUMS not in contents:
        yield Fault(SUMS, "缺少这个文件")
        return
    sums: dict[str, str] = {}
    for line in contents[SUMS].decode("utf-8", "replace").splitlines():
        sha256, _, name = line.partition("  ")
        if name in sums:
            yield Fault(SUMS, f"两次记载 {name[:100]}")
        sums[name] = sha256
        if name not in contents:
            yield Fault(name[:100], "缺少这个文件")
        elif hashlib.sha256(contents[name]).hexdigest() != sha256:
            yield Fault(name, "内容与 SHA256SUMS 记载的哈希不符")
    for name in contents.keys() - sums.keys() - {SUMS}:
        yield Fault(name, "不在 SHA256SUMS 之内，是后来加入的")


def _against_manifest(contents: Mapping[str, bytes], manifest: Manifest) -> Iterator[Fault]:
    for item in manifest.items:
        content = contents.get(f"files/{item.name}")
        if content is None:
            yield Fault(f"files/{item.name}", f"清单列有“{item.role}”，文件不在")
        elif (hashlib.sha256(content).hexdigest(), len(content)) != (item.sha256, item.size):
            yield Fault(f"files/{item.name}", f"“{item.role}”的内容与清单记载的哈希或大小不符，已被改动")
    for name in (MANIFEST, WACZ, RECORD):
        if name not in contents:
            yield Fault(name, "缺少这个文件")
    expected = {MANIFEST, WACZ, RECORD, STAMP, SUMS, *(f"files/{item.name}" for item in manifest.items)}
    for name in contents.keys() - expected:
        yield Fault(name, "不在清单之内，是后来加入的")
    if manifest.to_bytes() != contents.get(MANIFEST):
        yield Fault(MANIFEST, "不是规范写法，已被改动")


def warc_faults(warc: bytes) -> list[str]:
    """The faults of a WARC: it cannot be read, unpacks to too much, or a record's digest does not fit its
    content."""
    try:
        if not sum(map(len, gunzipped(warc))):
            return ["WARC 不完整"]
        for record in ArchiveIterator(io.BytesIO(warc), check_digests=True):
            while record.raw_stream.read(1 << 16):
                pass
            if record.digest_checker.problems:
                return [f"记录 {record.rec_headers.get_header('WARC-Target-URI')} 的内容与其摘要不符"]
    except TooMuch as error:
        return [f"WARC {error}"]
    except Exception as error:  # warcio raises anything on altered bytes
        return [f"WARC 无法读取：{error}"]
    return []


def _record_faults(record: bytes, again: Callable[[str], bytes]) -> Iterator[Fault]:
    """Where the record differs from one made from the manifest now: in any byte where the same program and the same fonts
    made both, else in its content."""
    try:
        content = content_of_pdf(record)
        case = _CASE.search(content.words)
        made = again(case[1] if case else "")
        if record == made:
            return
        if content != content_of_pdf(made):
            yield Fault(RECORD, "所记内容与按清单重新生成的取证记录不一致，已被改动或替换")
        elif origin_of_pdf(record) == origin_of_pdf(made):
            yield Fault(
                RECORD, "与用同一程序、同名字体重新生成的取证记录不完全相同：已被改动，或字体版本不同"
            )
    except Exception as error:  # as above
        yield Fault(RECORD, f"无法读取：{error}")
