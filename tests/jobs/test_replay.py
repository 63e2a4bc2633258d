"""Evidence replays in the public viewer like the original view; a page that does not is named."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Engine, select
from warcio.archiveiterator import ArchiveIterator

from crawler.browser.replay import replay, viewer_browser
from crawler.errors import ViewerMissing
from evidence.manifest import Manifest
from evidence.warc import Exchange, write_warc
from jobs.replay import ReplayResult, compare_replay
from records.cases.captures import manifest_of, note_replay
from records.database import reading, transaction
from records.models import Capture
from records.settings import settings
from tests.servers.site import Answer, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

WORDS = "我院引进新设备，治愈率98%，永不复发，欢迎来电咨询，热线400-000-1234。"
MORE = "".join(f"<p>第{number}段：门诊时间为每日八时至十七时，请携带证件。</p>" for number in range(40))
HEAD = '<!doctype html><html><head><meta charset="gb2312"><title>特惠</title>'
SCRIPT = "document.getElementById('late').textContent = '脚本写的一段话';".encode("gbk")
GBK = (
    f"{HEAD}<style>h1 {{ background: #246; color: #fff }}</style></head><body><h1>云溪门诊部</h1><p>{WORDS}</p>"
    f'<p id="late"></p>{MORE}<script src="/s.js"></script></body></html>'
).encode("gbk")
HTML = {"Content-Type": "text/html"}


def apart(work):
    """Run in a thread of its own: a worker's shared browser has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work)).result()


def altered(warc: bytes, before: str, after: str) -> bytes:
    """The WARC with other words in its page, and digests that fit them."""
    exchanges = []
    for record in ArchiveIterator(io.BytesIO(warc)):
        if record.rec_type == "response":
            body = record.content_stream().read().replace(before.encode("gbk"), after.encode("gbk"))
            url, headers = record.rec_headers.get_header("WARC-Target-URI"), record.http_headers.headers
            at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
            exchanges.append(Exchange(url, at, [], int(record.http_headers.get_statuscode()), headers, body))
    return write_warc(exchanges, [], {"software": "test"})


async def compared(manifest: Manifest, files: dict[str, bytes]) -> ReplayResult:
    async with viewer_browser() as browser:
        return await compare_replay(browser, settings().viewer_dir, manifest, files)


def test_a_page_replays_as_it_was_seen_and_one_that_does_not_is_named(
    engine: Engine, store, qingyi, register_site
) -> None:
    script = {"Content-Type": "text/javascript"}
    with serving({"/": Answer(GBK, headers=HTML), "/s.js": Answer(SCRIPT, headers=script)}) as site:
        register_site(site.url)
        assert qingyi("crawl", "--no-capture").returncode == 0
        assert qingyi("evidence", "capture").returncode == 0
    done = qingyi("evidence", "replay")
    assert (done.returncode, done.stdout.strip()) == (0, "重放 1 页，与取证时所见一致 1 页"), done.stderr
    with reading(engine) as session:
        (capture,) = session.scalars(select(Capture)).all()
        assert capture.note is None
        manifest = manifest_of(store, capture)
    files = {item.name: store.get(item.sha256) for item in manifest.items}
    whole = files["exchange.warc.gz"]
    one_word = apart(
        compared(manifest, {**files, "exchange.warc.gz": altered(whole, "永不复发", "少有复发")})
    )
    assert "重放时没有命中的文字“" in one_word.said
    without = apart(compared(manifest, {**files, "exchange.warc.gz": altered(whole, "门诊时间", "")}))
    assert "重放的文字与取证时相符" in without.said
    with transaction(engine) as session:
        note_replay(session, capture.id, without.said)
        note_replay(session, capture.id, one_word.said)
    with reading(engine) as session:
        assert session.get_one(Capture, capture.id).note == f"重放：{one_word.said}"


def test_without_the_viewer_it_is_said_how_to_get_it(tmp_path) -> None:
    with pytest.raises(ViewerMissing, match="请运行 make viewer"):
        apart(replay(None, tmp_path, b"", "http://x.test/", (1366, 900)))
