"""A workbook's package (ZIP): how large it may be, and which of its parts hold which sheet."""

import lzma
import posixpath
import zipfile
import zlib

from lxml import etree

from records.sheets.table import FileRefused

MOST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
# Errors of unpacking and parsing malformed content.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    etree.LxmlError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def check_package(name: str, package: zipfile.ZipFile) -> None:
    """Raises FileRefused for a package of too many parts, of parts of one name, too large or damaged."""
    members = package.infolist()
    if len(members) > MOST_PARTS:  # each costs time, an empty one too
        raise FileRefused(f"{name}：压缩包内超过 {MOST_PARTS} 个部分，不是表格软件存的文件")
    if len({member.filename.casefold() for member in members}) < len(members):
        raise FileRefused(f"{name}：压缩包内有重名的部分，不是表格软件存的文件")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise FileRefused(f"{name}：解压后超过 {MOST_UNPACKED // 1_000_000} MB，请拆成几个文件")
    # The sizes are declared by the file; since only so much is read, a larger part fails its checksum.
    if broken := package.testzip():
        raise FileRefused(f"{name}：文件已损坏（{broken}）")


def main_part(package: zipfile.ZipFile, usual: str) -> str:
    """The part that names the sheets."""
    root = parsed(package.read("_rels/.rels"))
    targets = (one.get("Target", "") for one in root if one.get("Type", "").endswith("/officeDocument"))
    return next(targets, usual).lstrip("/")


def sheet_parts(package: zipfile.ZipFile, main: str) -> dict[str, str]:
    """The parts of the worksheets by the numbers under which the main part names them."""
    folder, file = posixpath.split(main)
    found = {}
    for relation in parsed(package.read(posixpath.join(folder, "_rels", f"{file}.rels"))):
        if relation.get("Type", "").endswith("/worksheet"):
            target = relation.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[relation.get("Id", "")] = posixpath.normpath(part)
    return found


def parsed(content: bytes) -> etree._Element:
    """A small part, without entities."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
