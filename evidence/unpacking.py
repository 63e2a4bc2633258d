"""Reads archives that anybody may have made: up to a limit, and checking every byte."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_UNPACKED = 1 << 30  # bytes, of an archive in all
MOST_MEMBERS = 2_000
_PART = 1 << 20
_LOCAL = struct.Struct("<4s5H3L2H")  # APPNOTE 4.3.7
_END = struct.Struct("<4s4H2LH")  # 4.3.16
EPOCH = (2020, 1, 1, 0, 0, 0)  # a package's own dates say nothing; the manifest's do
_KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED, _SIZE_AFTERWARDS = 0x1 | 0x40 | 0x2000, 0x8


def _as_dos(moment: tuple[int, int, int, int, int, int]) -> list[int]:
    """A moment as DOS writes it: time, date."""
    year, month, day, hour, minute, second = moment
    return [hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day]


_MOMENT = _as_dos(EPOCH)


@dataclass(frozen=True)
class Fault:
    """One altered thing in a package: where, and what."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}：{self.reason}"


class TooMuch(Exception):
    """An archive unpacks to more than the limit."""


def members(archive: zipfile.ZipFile, faults: list[Fault], name: str) -> dict[str, bytes]:
    """The members of an archive that can be read; the others are added to `faults`. Raises TooMuch before
    unpacking where the declared sizes exceed the limit; a member never unpacks to more than its declared
    size."""
    entries = archive.infolist()
    if len(entries) > MOST_MEMBERS or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise TooMuch(f"{name} 解开后超过 {MOST_UNPACKED >> 30} GiB 或 {MOST_MEMBERS} 个文件，不予读取")
    contents: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename in contents:
            faults.append(Fault(entry.filename, "有两个同名的文件"))
            continue
        contents[entry.filename] = b""
        if entry.flag_bits & _ENCRYPTED:
            faults.append(Fault(entry.filename, "已加密，无法解开"))
        elif entry.compress_type not in _KINDS:
            faults.append(Fault(entry.filename, f"压缩方法 {entry.compress_type} 不是证据包所用的"))
        else:
            try:
                contents[entry.filename] = archive.read(entry)
            except Exception as error:  # zipfile and zlib raise anything on altered bytes
                faults.append(Fault(entry.filename, f"无法解开：{error}"))
    return contents


def unseen_bytes(file: BinaryIO, archive: zipfile.ZipFile, *, is_ours: bool = True) -> Iterator[str]:
    """The bytes of a ZIP in addition to its members: bytes before, between and after them, comments, other
    names in their local headers. A ZIP that is not `is_ours` has dates of its own."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size))
    end = file.read(_END.size)
    if len(end) < _END.size or end[:4] != b"PK\x05\x06" or archive.comment:
        yield "ZIP 的结尾之后还有内容"
        return
    _, disk, first_disk, here, entries, directory_size, directory, _ = _END.unpack(end)
    if disk or first_disk or here != entries or directory + directory_size + _END.size != size:
        yield "ZIP 的开头之前或目录前后还有内容"
    position = 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if entry.header_offset != position:
            yield f"{entry.filename} 之前还有不属于任何文件的内容"
        file.seek(entry.header_offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            yield f"{entry.filename} 所在之处不是文件的开头"
            return
        _, version, flags, kind, *moment, crc, packed, unpacked, name_length, more_length = _LOCAL.unpack(
            head
        )
        raw = file.read(name_length)
        written = (crc, packed, unpacked, kind, flags, version, moment)
        sizes = (entry.CRC, entry.compress_size, entry.file_size, entry.compress_type, entry.flag_bits)
        if written != (*sizes, entry.extract_version, _MOMENT if is_ours else _as_dos(entry.date_time)):
            yield f"{entry.filename} 的开头与 ZIP 的目录不一致"
        if raw.decode("utf-8" if flags & 0x800 else "cp437", "replace") != entry.orig_filename:
            yield f"{entry.filename} 在其所在之处另有名称"
        if more_length or entry.extra or entry.comment or flags & _SIZE_AFTERWARDS:
            yield f"{entry.filename} 带有附加的内容"
        about = (entry.date_time, entry.create_system, entry.create_version, entry.external_attr)
        is_as_written = about == (EPOCH, 3, 20, 0o600 << 16) or not is_ours
        if not is_as_written or entry.internal_attr or entry.reserved or entry.volume:
            yield f"{entry.filename} 在 ZIP 目录中的日期或属性不是证据包所写的"
        position = entry.header_offset + _LOCAL.size + name_length + more_length + entry.compress_size
    if position != directory:
        yield "最后一个文件与 ZIP 的目录之间还有内容"


def gunzipped(content: bytes) -> Iterator[bytes]:
    """The content of one or more whole gzip members, part by part. Raises TooMuch beyond the limit, and
    ValueError for a truncated member."""
    left, taken = content, 0
    while left:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not member.eof:
            try:
                part = member.decompress(left, _PART)
            except zlib.error as error:
                raise ValueError(str(error)) from error
            left = member.unconsumed_tail
            taken += len(part)
            if taken > MOST_UNPACKED:
                raise TooMuch(f"解开后超过 {MOST_UNPACKED >> 30} GiB，不予读取")
            if not part and not left and not member.eof:
                raise ValueError("不完整")
            yield part
        left = member.unused_data
