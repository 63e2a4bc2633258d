"""A package can be checked by anyone: by us without a database, by sha256sum, by warcio and by a WACZ validator."""

import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from evidence.manifest import Item, Manifest, ManifestFaulty, read_manifest
from evidence.package import (
    MANIFEST,
    RECORD,
    SUMS,
    WACZ,
    WARC,
    make_wacz,
    write_package,
)
from evidence.record import record_pdf
from evidence.unpacking import EPOCH
from evidence.verification import verify_package, warc_faults
from evidence.warc import Exchange, Resource, write_warc

NOW = datetime(2026, 11, 24, 9, 0, 1, 250_000, tzinfo=UTC)
URL = "http://127.0.0.1:8001/云溪.html?b=2&a=1"
BODY = "<!doctype html><title>云溪</title><p>根治各种疑难杂症".encode()


@pytest.fixture(scope="module")
def warc() -> bytes:
    crawled = Exchange(
        URL,
        NOW,
        [("User-Agent", "Qingyi"), ("X-Odd", "two\r\nlines")],
        200,
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")],
        BODY,
        address="127.0.0.1",
    )
    return write_warc([crawled], [Resource(f"urn:dom:{URL}", "text/html", BODY, NOW)], {"software": "test"})


@pytest.fixture(scope="module")
def manifest(warc: bytes) -> Manifest:
    return Manifest(
        number=3,
        previous="0" * 64,
        captured_at=NOW,
        page={"url": URL, "final_url": URL, "title": "云溪", "institution": "云溪医院"},
        server={"address": "127.0.0.1", "certificates": []},
        collector={"program": "清医", "browser": "Chromium"},
        judgement={
            "findings": [{"quote": "根治各种疑难杂症", "title": "保证治愈", "law": ["《广告法》第十六条"]}]
        },
        items=(
            Item.of(WARC, "HTTP 交互记录", "application/warc", warc),
            Item.of("body.bin", "响应正文", "text/html", BODY),
        ),
    )


@pytest.fixture
def package(tmp_path: Path, warc: bytes, manifest: Manifest) -> Path:
    path = tmp_path / "package.zip"
    more = {WACZ: make_wacz(warc, URL, "云溪", NOW), RECORD: record_pdf(manifest, None)}
    write_package(path, manifest.to_bytes(), {WARC: warc, "body.bin": BODY}, more)
    return path


def altered(package: Path, name: str, content: bytes | None) -> Path:
    """The package with one file changed, added, or (None) left out."""
    path = package.with_name("altered.zip")
    with zipfile.ZipFile(package) as before, zipfile.ZipFile(path, "w") as after:
        for entry in before.infolist():
            if entry.filename != name:
                after.writestr(entry, before.read(entry))
        if content is not None:
            after.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return path


def test_a_whole_package_has_no_faults(package: Path, manifest: Manifest) -> None:
    found, faults = verify_package(package)
    assert faults == []
    assert found == manifest


def test_sha256sum_agrees(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "open")
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", SUMS],
        cwd=tmp_path / "open",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_warcio_and_a_wacz_validator_agree(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "open")
    programs = Path(sys.executable).parent
    for command in (
        [programs / "warcio", "check", tmp_path / "open" / "files" / WARC],
        [programs / "wacz", "validate", "-f", tmp_path / "open" / WACZ],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["files/body.bin", f"files/{WARC}", WACZ, RECORD, MANIFEST])
def test_what_was_altered_is_named(package: Path, name: str) -> None:
    with zipfile.ZipFile(package) as archive:
        content = bytearray(archive.read(name))
    content[len(content) // 2] ^= 1
    _, faults = verify_package(altered(package, name, bytes(content)))
    assert name in {fault.name for fault in faults}


def test_what_is_missing_or_was_added_is_named(package: Path) -> None:
    _, faults = verify_package(altered(package, "files/body.bin", None))
    assert {fault.name for fault in faults} == {"files/body.bin"}
    _, faults = verify_package(altered(package, "files/later.txt", b"later"))
    assert {fault.name for fault in faults} == {"files/later.txt"}


def test_sums_made_anew_do_not_hide_a_change(package: Path, warc: bytes, manifest: Manifest) -> None:
    """A changed file with recomputed sums still contradicts the manifest."""
    forged = package.with_name("forged.zip")
    with zipfile.ZipFile(package) as archive:
        more = {name: archive.read(name) for name in (WACZ, RECORD)}
    write_package(forged, manifest.to_bytes(), {WARC: warc, "body.bin": b"harmless"}, more)
    _, faults = verify_package(forged)
    assert [fault.name for fault in faults] == ["files/body.bin"]
    assert "已被改动" in faults[0].reason


@pytest.mark.parametrize("content", [b"", b"PK", b"nothing of the kind" * 50])
def test_what_is_no_package_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    manifest, faults = verify_package(path)
    assert manifest is None
    assert faults


def test_a_record_says_what_the_manifest_says(manifest: Manifest) -> None:
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(record_pdf(manifest, None, NOW, "7"))).pages
    )
    plain = "".join(text.split())
    for words in (
        "电子数据取证记录",
        "云溪医院",
        "根治各种疑难杂症",
        manifest.sha256,
        "2026年11月24日17:00:01",
    ):
        assert words in plain
    for item in manifest.items:
        assert item.sha256 in plain


def test_a_record_says_where_how_and_with_what_and_is_signed_by_two(manifest: Manifest) -> None:
    collector = {
        "program": "清医",
        "place": "",
        "network": ["电信专线", "DNS 服务器 192.0.2.53"],
        "clock": ["数据库时钟：相差 +0.1 秒"],
        "tools": ["清医 0.1.0", "warcio 1.8.1"],
        "steps": [
            {"at": "2026-11-24T09:00:01+00:00", "what": "打开网页"},
            {"at": "2026-11-24T09:00:09+00:00", "what": "截取整页画面"},
        ],
    }
    record = record_pdf(replace(manifest, collector=collector), None, NOW, "7")
    plain = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(record)).pages).split())
    for words in (
        "网络环境电信专线；DNS服务器192.0.2.53",
        "时钟核对数据库时钟：相差+0.1秒",
        "工具及版本清医0.1.0；warcio1.8.1",
        "取证地点",
        "2026年11月24日17:00:09（北京时间）截取整页画面",
        "取证人员（一）",
        "取证人员（二）",
        "执法证号",
        "见证人",
    ):
        assert words in plain
    assert plain.index("打开网页") < plain.index("截取整页画面")


def test_no_row_of_a_record_and_no_signatures_go_over_two_pages(manifest: Manifest) -> None:
    finding = {
        "quote": "治愈率98%",
        "title": "宣称治愈率",
        "law": ["《医疗广告管理办法》第七条第（二）项"] * 6,
    }
    steps = [{"at": "2026-11-24T09:00:01+00:00", "what": "打开网页"}]
    collector = {"steps": steps, "record_layout": 2}
    for count in (14, 17, 20):
        judgement = {**manifest.judgement, "findings": [finding] * count}
        long = replace(manifest, collector=collector, judgement=judgement)
        made = PdfReader(io.BytesIO(record_pdf(long, None, NOW, "7"))).pages
        pages = ["".join(page.extract_text().split()) for page in made]
        assert all(page.count("治愈率98%") * 6 == page.count("办法》") for page in pages)
        signed = [page for page in pages if "执法证号" in page]
        assert len(signed) == 1
        assert "核对无误" in signed[0]
        assert "见证人" in signed[0]


def test_a_record_of_an_earlier_look_is_made_again_as_it_was(manifest: Manifest) -> None:
    looks = {"visitor": "手机访客", "picture": 0.86}
    earlier, now = (
        record_pdf(replace(manifest, collector={"looks": looks, **more}), None, NOW, "7")
        for more in ({}, {"record_layout": 2})
    )
    told = [PdfReader(io.BytesIO(made)).pages[0].extract_text() for made in (earlier, now)]
    assert "{'visitor': '手机访客', 'picture': 0.86}" in told[0]
    assert "只给手机访客看；与监测程序所见的画面相似 86%" in told[1]
    assert not {word for word in ("record_layout", "looks", "visitor") if word in told[1]}


def test_a_manifest_reads_as_it_was_written(manifest: Manifest) -> None:
    assert read_manifest(manifest.to_bytes()).to_bytes() == manifest.to_bytes()
    for bad in (b"", b"[]", b"{}", b'{"format":"other"}', manifest.to_bytes()[:-20]):
        with pytest.raises(ManifestFaulty):
            read_manifest(bad)


def test_a_warc_whose_record_was_changed_is_told(warc: bytes) -> None:
    assert warc_faults(warc) == []
    assert warc_faults(b"")
    assert warc_faults(warc[: len(warc) // 2])
