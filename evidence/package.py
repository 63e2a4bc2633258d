"""One package to hand over: a ZIP that explains itself and can be checked without Qingyi or its database.

manifest.json    the manifest as it was chained, byte for byte
files/…          what the manifest lists
page.wacz        the page to be replayed in any WACZ viewer (replayweb.page and such)
record.pdf       the 电子数据取证记录 for people
stamp.tsr        the time stamp (RFC 3161) over manifest.json, where there is one
SHA256SUMS       all of these, for `sha256sum -c`
"""

import contextlib
import hashlib
import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from w3lib.url import safe_url_string
from warcio.archiveiterator import ArchiveIterator

from evidence.manifest import Manifest, ManifestFaulty, read_manifest
from evidence.stamp import StampRefused, stamped_at

MANIFEST, WACZ, RECORD, STAMP, SUMS = "manifest.json", "page.wacz", "record.pdf", "stamp.tsr", "SHA256SUMS"
WARC = "exchange.warc.gz"
_LARGEST = 2 << 30
_EPOCH = (2020, 1, 1, 0, 0, 0)  # the ZIP's own dates say nothing; the manifest's do


@dataclass(frozen=True)
class Fault:
    """One thing in a package that is not as it was: where, and what."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}：{self.reason}"


def make_wacz(warc: bytes, url: str, title: str, seen: datetime) -> bytes:
    """A WACZ of one WARC that opens at `url` as it was `seen`."""
    from wacz.main import main as wacz  # noqa: PLC0415 - slow to import, needed for packages only

    with tempfile.TemporaryDirectory() as scratch:
        source, pages, made = (Path(scratch) / name for name in (WARC, "pages.jsonl", WACZ))
        source.write_bytes(warc)
        moment = seen.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        rows = (
            {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"},
            {"id": "page", "url": safe_url_string(url), "ts": moment, "title": title[:200]},
        )
        pages.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            failed = wacz(["create", "-f", str(source), "-o", str(made), "-c", "-p", str(pages)])
        if failed or not made.exists():
            raise ValueError(f"cannot make a WACZ of {url}")
        return made.read_bytes()


def write_package(path: Path, manifest: bytes, files: Mapping[str, bytes], more: Mapping[str, bytes]) -> None:
    """Write a package: `files` are the manifest's items by name; `more` is PDF, WACZ and stamp by theirs."""
    contents = {MANIFEST: manifest, **{f"files/{name}": content for name, content in files.items()}, **more}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**contents, SUMS: sums.encode()}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            stored = name.endswith((".gz", ".wacz", ".png", ".jpg", ".pdf"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def verify_package(path: Path, roots: Sequence[x509.Certificate] = ()) -> tuple[Manifest | None, list[Fault]]:
    """The package's manifest (None where it cannot be read) and all that is altered, missing or added.

    With `roots`, it must have a time stamp, and the signature of the stamp must lead to one of them. Raises OSError
    when the file cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                return None, [Fault(path.name, f"解开后超过 {_LARGEST >> 30} GiB，不予读取")]
            return _verify(archive, roots)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        return None, [Fault(path.name, f"不是完整的 ZIP 文件：{error}")]


def _verify(
    archive: zipfile.ZipFile, roots: Sequence[x509.Certificate]
) -> tuple[Manifest | None, list[Fault]]:
    contents: dict[str, bytes] = {}
    faults: list[Fault] = []
    for name in archive.namelist():
        try:
            contents[name] = archive.read(name)
        except (zipfile.BadZipFile, EOFError, ValueError) as error:
            contents[name] = b""
            faults.append(Fault(name, f"无法解开：{error}"))
    faults += _against_sums(contents)
    try:
        manifest = read_manifest(contents.get(MANIFEST, b""))
    except ManifestFaulty as error:
        return None, [*faults, Fault(MANIFEST, str(error))]
    faults += _against_manifest(contents, manifest)
    faults += [Fault(f"files/{WARC}", reason) for reason in warc_faults(contents.get(f"files/{WARC}", b""))]
    faults += _wacz_faults(contents.get(WACZ, b""), contents.get(f"files/{WARC}", b""))
    if STAMP in contents:
        try:
            stamped_at(contents[STAMP], contents[MANIFEST], roots)
        except StampRefused as error:
            faults.append(Fault(STAMP, str(error)))
    elif roots:
        faults.append(Fault(STAMP, "没有时间戳，无法按所给的根证书核对"))
    return manifest, list(dict.fromkeys(faults))


def _against_sums(contents: Mapping[str, bytes]) -> Iterator[Fault]:
    if SUMS not in contents:
        yield Fault(SUMS, "缺少这个文件")
        return
    named = set()
    for line in contents[SUMS].decode("utf-8", "replace").splitlines():
        sha256, _, name = line.partition("  ")
        named.add(name)
        if name not in contents:
            yield Fault(name, "缺少这个文件")
        elif hashlib.sha256(contents[name]).hexdigest() != sha256:
            yield Fault(name, "内容与 SHA256SUMS 记载的哈希不符")
    for name in contents.keys() - named - {SUMS}:
        yield Fault(name, "不在 SHA256SUMS 之内，是后来加入的")


def _against_manifest(contents: Mapping[str, bytes], manifest: Manifest) -> Iterator[Fault]:
    names = {f"files/{item.name}" for item in manifest.items}
    for item in manifest.items:
        content = contents.get(f"files/{item.name}")
        if content is None:
            yield Fault(f"files/{item.name}", f"清单列有“{item.role}”，文件不在")
        elif hashlib.sha256(content).hexdigest() != item.sha256:
            yield Fault(f"files/{item.name}", f"“{item.role}”的内容与清单记载的哈希不符，已被改动")
    for name in contents:
        if name.startswith("files/") and name not in names:
            yield Fault(name, "不在清单之内，是后来加入的")
    if manifest.to_bytes() != contents[MANIFEST]:
        yield Fault(MANIFEST, "不是规范写法，已被改动")


def warc_faults(warc: bytes) -> list[str]:
    """What is wrong with a WARC: it cannot be read, or a record's digest does not fit its content."""
    if not _whole(warc):
        return ["WARC 不完整"]
    try:
        for record in ArchiveIterator(io.BytesIO(warc), check_digests=True):
            record.content_stream().read()
            if record.digest_checker.problems:
                return [f"记录 {record.rec_headers.get_header('WARC-Target-URI')} 的内容与其摘要不符"]
    except Exception as error:
        return [f"WARC 无法读取：{error}"]
    return []


def _whole(warc: bytes) -> bool:
    """Whether these bytes are one or more whole gzip members, which warcio does not ask."""
    left = warc
    try:
        while left:
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            member.decompress(left)
            if not member.eof:
                return False
            left = member.unused_data
    except zlib.error:
        return False
    return bool(warc)


def _wacz_faults(wacz: bytes, warc: bytes) -> Iterator[Fault]:
    """What in the WACZ does not fit its own datapackage, or the WARC beside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
            package = json.loads(archive.read("datapackage.json"))
            for resource in package["resources"]:
                content = archive.read(resource["path"])
                if f"sha256:{hashlib.sha256(content).hexdigest()}" != resource["hash"]:
                    yield Fault(f"{WACZ}/{resource['path']}", "内容与 datapackage.json 记载的哈希不符")
            if archive.read(f"archive/{WARC}") != warc:
                yield Fault(f"{WACZ}/archive/{WARC}", "与证据文件中的 WARC 不一致")
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        yield Fault(WACZ, f"无法读取：{error}")
