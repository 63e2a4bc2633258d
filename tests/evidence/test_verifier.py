"""The verifier that receivers get: a separate wheel that finds the same faults as `qingyi evidence verify`,
without Qingyi."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.manifest import Item, Manifest
from evidence.package import WARC, write_package
from evidence.warc import Exchange, write_warc
from records.settings import PROJECT

OURS = {
    "records",
    "crawler",
    "api",
    "jobs",
    "classifiers",
    "reports",
    "telemetry",
    "qingyi",
    "sqlalchemy",
    "scrapy",
    "fastapi",
    "httpx",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked into a folder of its own."""
    folder = tmp_path_factory.mktemp("verifier")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--wheel-dir", folder, PROJECT / "verifier"]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    if "No matching distribution found for setuptools" in built.stderr:
        pytest.skip("what builds a wheel cannot be had without a network")
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("qingyi_verify-*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", folder / "site", wheel], check=True
    )
    return folder / "site"


def verify(site: Path, *packages: Path) -> subprocess.CompletedProcess[str]:
    """Run it, and fail where it reached for anything of Qingyi's."""
    program = (
        "import sys, qingyi_verify, evidence\n"
        f"assert evidence.__file__.startswith({str(site)!r})\n"
        "try: qingyi_verify.main()\n"
        f"finally: assert not {OURS!r} & set(sys.modules), {OURS!r} & set(sys.modules)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *packages],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )


def a_package(path: Path) -> Path:
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    warc = write_warc([Exchange("http://a.test/", at, [], 200, [], b"<p>x")], [], {"software": "test"})
    page = {"url": "http://a.test/", "final_url": "http://a.test/", "title": "题"}
    item = Item.of(WARC, "HTTP 交互记录", "application/warc", warc)
    manifest = Manifest(1, None, at, page, {}, {}, {"findings": []}, (item,))
    write_package(path, manifest.to_bytes(), {WARC: warc}, {})
    return path


@pytest.mark.slow
def test_it_finds_by_itself_what_was_altered(installed: Path, tmp_path: Path) -> None:
    whole = a_package(tmp_path / "whole.zip")
    found = verify(installed, whole)
    assert "page.wacz：缺少这个文件" in found.stdout, found.stdout + found.stderr
    altered = tmp_path / "altered.zip"
    altered.write_bytes(whole.read_bytes().replace("题".encode(), "头".encode()) + b"more")
    done = verify(installed, whole, altered)
    assert (done.returncode, "ZIP 的结尾之后还有内容" in done.stdout) == (1, True), done.stdout + done.stderr
    nothing = verify(installed, tmp_path / "none.zip")
    assert (nothing.returncode, "无法读取" in nothing.stdout, nothing.stderr) == (1, True, "")
