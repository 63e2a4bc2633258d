"""One package to hand over: a ZIP that explains itself and can be checked without Qingyi or its database.

manifest.json    the manifest as chained, byte for byte
files/…          the files that the manifest lists
page.wacz        the page to be replayed in any WACZ viewer (replayweb.page and such)
record.pdf       the 电子数据取证记录 for people
stamp.tsr        the time stamp (RFC 3161) over manifest.json, where there is one
SHA256SUMS       all of these, for `sha256sum -c`

and nothing else: `evidence.verification` names every byte that is not one of these.
"""

import contextlib
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from w3lib.url import safe_url_string

from evidence.unpacking import EPOCH

MANIFEST, WACZ, RECORD, STAMP, SUMS = "manifest.json", "page.wacz", "record.pdf", "stamp.tsr", "SHA256SUMS"
WARC = "exchange.warc.gz"


def make_wacz(warc: bytes, url: str, title: str, seen: datetime) -> bytes:
    """A WACZ of one WARC that opens at `url` as it was `seen`."""
    from wacz.main import main as wacz  # noqa: PLC0415 - slow to import, needed for packages only

    with tempfile.TemporaryDirectory() as scratch:
        source, pages, made = (Path(scratch) / name for name in (WARC, "pages.jsonl", WACZ))
        source.write_bytes(warc)
        rows = pages_of(url, title, seen)
        pages.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            failed = wacz(["create", "-f", str(source), "-o", str(made), "-c", "-p", str(pages)])
        if failed or not made.exists():
            raise ValueError(f"cannot make a WACZ of {url}")
        return made.read_bytes()


def pages_of(url: str, title: str, seen: datetime) -> tuple[dict[str, Any], ...]:
    """The rows of a WACZ's list of pages: its head, and the one page."""
    moment = seen.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return (
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"},
        {"id": "page", "url": safe_url_string(url), "ts": moment, "title": title[:200]},
    )


def write_package(path: Path, manifest: bytes, files: Mapping[str, bytes], more: Mapping[str, bytes]) -> None:
    """Write a package: `files` are the manifest's items by name; `more` is PDF, WACZ and stamp by theirs."""
    contents = {MANIFEST: manifest, **{f"files/{name}": content for name, content in files.items()}, **more}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**contents, SUMS: sums.encode()}.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            stored = name.endswith((".gz", ".wacz", ".png", ".jpg", ".pdf"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
