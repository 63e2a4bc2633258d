"""The evidence of flagged pages: taken by the browser, chained, checked, exported and verified, by the commands."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from evidence.manifest import read_manifest
from records.database import reading
from records.models import Capture
from records.store.compression import compressed
from records.store.content_store import EvidenceStore
from tests.servers.site import Answer, page, serving
from tests.servers.stamping import authority

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

ADVERT = "我院治愈率98%，永不复发，欢迎来电咨询，热线400-000-1234。"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000000030101"
    "00c9fe92ef0000000049454e44ae426082"
)
PAGES = {
    "/": Answer(page("/advert.html", "/gone.html")),
    "/advert.html": Answer(
        f"<meta charset=utf-8><title>特惠</title><img src=/a.png><p>{ADVERT}</p><script>alert(1); window.open('/')</script>"
        + "<p>门诊时间为每日八时至十七时。</p>" * 30
    ),
    "/gone.html": Answer(page(words="我院包治百病，无效退款。" * 3)),
    "/a.png": Answer(PICTURE, headers={"Content-Type": "image/png"}),
}


@pytest.fixture
def manifests(engine: Engine, store: EvidenceStore):
    def read():
        with reading(engine) as session:
            rows = session.scalars(select(Capture).order_by(Capture.number)).all()
        return [read_manifest(store.get(row.manifest_sha256)) for row in rows]

    return read


def test_flagged_pages_are_captured_chained_exported_and_verified(
    qingyi, register_site, manifests, store: EvidenceStore, tmp_path: Path
) -> None:
    with serving(dict(PAGES)) as site, authority(tmp_path) as (stamping, root):
        register_site(site.url)
        assert qingyi("crawl", "--no-capture").returncode == 0
        del site.pages["/gone.html"]
        done = qingyi("evidence", "capture", QINGYI_STAMP_URL=stamping)
        assert done.returncode == 0, done.stderr
        assert "取证 2 页" in done.stdout
    first, second = manifests()
    assert (first.number, first.previous) == (1, None)
    assert (second.number, second.previous) == (2, first.sha256)
    advert = next(manifest for manifest in (first, second) if manifest.page["url"].endswith("/advert.html"))
    items = {item.name: item for item in advert.items}
    assert {"exchange.warc.gz", "body.bin", "text.json", "dom.html", "screenshot.png", "boxes.json"} <= set(
        items
    )
    assert store.get(items["screenshot.png"].sha256).startswith(b"\x89PNG")
    boxes = json.loads(store.get(items["boxes.json"].sha256))
    assert any(box["width"] > 10 for box in boxes), "the words are found on the picture"
    assert first.server["address"] == "127.0.0.1"
    assert [note for note in first.collector["clock"] if stamping in note]
    done_in_order = [step["what"][:6] for step in first.collector["steps"]]
    assert done_in_order[0] == "巡查程序抓取"
    assert len(done_in_order) == 7, done_in_order
    moments = [step["at"] for step in first.collector["steps"]]
    assert moments == sorted(moments)
    assert first.judgement["findings"]
    assert qingyi("evidence", "check").stdout.strip() == "2 份取证记录全部相符"

    package = tmp_path / "package.zip"
    assert qingyi("evidence", "export", "1", "-o", str(package)).returncode == 0
    verified = qingyi("evidence", "verify", str(package), QINGYI_DATABASE_URL="sqlite:////nowhere/x.db")
    assert verified.returncode == 0, verified.stdout
    assert "完整无改动。第 1 号取证" in verified.stdout
    (tmp_path / "root.crt").write_bytes(root)
    trusting = ("evidence", "verify", str(package), "--roots")
    assert qingyi(*trusting, str(tmp_path / "root.crt")).returncode == 0
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as (_, other):
        (tmp_path / "other.crt").write_bytes(other)
    doubted = qingyi(*trusting, str(tmp_path / "other.crt"))
    assert doubted.returncode == 1
    assert "stamp.tsr：时间戳的签名无法验证" in doubted.stdout
    assert qingyi(*trusting, str(package)).returncode == 2


def test_evidence_that_was_changed_is_named(qingyi, register_site, manifests, store: EvidenceStore) -> None:
    with serving(dict(PAGES)) as site:
        register_site(site.url)
        assert "取证 2 页" in qingyi("crawl").stdout
    first, _ = manifests()
    text = next(item for item in first.items if item.name == "text.json")
    content = store.get(text.sha256)
    (pack,) = store.folder.glob("packs/*.pack")
    kept = compressed(content)
    pack.write_bytes(pack.read_bytes().replace(kept, kept[:-1] + bytes([kept[-1] ^ 1])))
    done = qingyi("evidence", "check")
    assert done.returncode == 1
    assert "text.json" in done.stdout
    refused = qingyi("evidence", "export", "1")
    assert refused.returncode == 2
    assert "已被改动" in refused.stderr
    path = store.path(first.sha256)
    path.unlink()
    assert "证据库中没有" in qingyi("evidence", "check").stdout


def test_a_case_without_evidence_and_a_file_that_is_none_are_told(qingyi, tmp_path: Path) -> None:
    assert "没有案件 7" in qingyi("evidence", "export", "7").stderr
    assert qingyi("evidence", "verify", str(tmp_path / "none.zip")).returncode == 2
    (tmp_path / "bad.zip").write_bytes(b"bad")
    done = qingyi("evidence", "verify", str(tmp_path / "bad.zip"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_page_that_is_utf8_without_saying_so_is_shown_as_what_it_is(
    qingyi, register_site, manifests, store: EvidenceStore
) -> None:
    undeclared = Answer(
        f"<title>特惠</title><p>{ADVERT}</p>" + "<p>门诊时间为每日八时至十七时。</p>" * 30,
        headers={"Content-Type": "text/html"},
    )
    with serving({"/": Answer(page("/advert.html")), "/advert.html": undeclared}) as site:
        register_site(site.url)
        done = qingyi("crawl")
        assert done.returncode == 0, done.stderr
        asked = site.paths().count("/advert.html")
    (manifest,) = manifests()
    items = {item.name: item for item in manifest.items}
    assert any("没有声明编码" in note for note in manifest.notes)
    assert ADVERT in store.get(items["dom.html"].sha256).decode()
    boxes = json.loads(store.get(items["boxes.json"].sha256))
    assert boxes, "the browser found the words where it shows them"
    assert b"charset" not in store.get(items["body.bin"].sha256)
    # Once by the crawl, once by the browser as the monitor; it is shown from the kept bytes, which are not
    # fetched again.
    assert asked == 2
