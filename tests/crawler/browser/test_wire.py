"""The bytes kept of a page in the browser are those that came over the wire."""

import gzip
import io

import pytest
from sqlalchemy import Engine, select
from warcio.archiveiterator import ArchiveIterator

from crawler.browser.wire import header_value
from evidence.manifest import read_manifest
from records.database import reading
from records.models import Capture
from tests.servers.site import Answer, serving

ADVERT = "我院治愈率98%，永不复发，欢迎来电咨询，热线400-000-1234。"
GBK_PAGE = (
    '<!doctype html><html><head><meta charset="gb2312"><title>特惠</title>'
    '<link rel="stylesheet" href="/样.css"><script src="/s.js"></script><script src="/packed.js"></script></head>'
    f'<body><p>{ADVERT}</p><iframe src="OTHER/inner.html"></iframe>'
    + "<p>门诊时间为每日八时至十七时。</p>" * 30
    + "</body></html>"
).encode("gbk")
SCRIPT = "window.words = '脚本里的字';".encode("gbk")
STYLE = "p::after { content: '样式里的字' }".encode("gbk")
INNER = '<meta charset="gbk"><p>框架里的字</p><script src="/s.js"></script>'.encode("gbk")
PACKED = "// 压缩过的脚本\n".encode() * 50
HEADERS = {"X-Dept": "皮肤科".encode().decode("latin-1"), "X-Raw": "白癜风".encode("gbk").decode("latin-1")}


@pytest.mark.parametrize(
    "written", ["皮肤科".encode(), "白癜风".encode("gbk"), bytes(range(32, 256)), b"plain"]
)
def test_a_header_is_had_back_from_what_the_protocol_shows(written: bytes) -> None:
    undefined = {0x81, 0x8D, 0x8F, 0x90, 0x9D}  # windows-1252 leaves them unchanged
    shown = "".join(chr(byte) if byte in undefined else bytes([byte]).decode("cp1252") for byte in written)
    assert header_value(shown).encode("latin-1") == written


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_every_kind_of_answer_is_kept_as_it_came(engine: Engine, store, qingyi, register_site) -> None:
    html = {"Content-Type": "text/html", **HEADERS}
    script, style = {"Content-Type": "text/javascript"}, {"Content-Type": "text/css"}
    packed = {**script, "Content-Encoding": "gzip"}
    framed = {"/inner.html": Answer(INNER, headers=html), "/s.js": Answer(SCRIPT, headers=script)}
    pages = {
        "/s.js": Answer(SCRIPT, headers=script),
        "/%E6%A0%B7.css": Answer(STYLE, headers=style),
        "/packed.js": Answer(gzip.compress(PACKED), headers=packed),
    }
    # The frame is another site's, which a browser would keep in a process of its own.
    with serving(pages) as site, serving(framed, "127.0.0.2") as other:
        page = GBK_PAGE.replace(b"OTHER", other.url.encode())
        site.pages["/"] = Answer(page, headers=html)
        register_site(site.url)
        assert qingyi("crawl", "--no-capture").returncode == 0
        done = qingyi("evidence", "capture")
        assert done.returncode == 0, done.stderr
    served = {
        **{
            f"{site.url}{path}": body
            for path, body in (("/", page), ("/s.js", SCRIPT), ("/packed.js", PACKED))
        },
        f"{site.url}/%E6%A0%B7.css": STYLE,
        f"{other.url}/inner.html": INNER,
        f"{other.url}/s.js": SCRIPT,
    }
    with reading(engine) as session:
        captures = session.scalars(select(Capture)).all()
        manifests = [read_manifest(store.get(capture.manifest_sha256)) for capture in captures]
    manifest = next(one for one in manifests if one.page["url"] == f"{site.url}/")
    assert not [note for note in manifest.notes if "编码" in note or "原始字节" in note]
    items = {item.name: item for item in manifest.items}
    kept: dict[str, list[bytes]] = {}
    heads: list[bytes] = []
    warc = store.get(items["exchange.warc.gz"].sha256)
    for record in ArchiveIterator(io.BytesIO(warc), no_record_parse=True):
        if record.rec_type != "response":
            continue
        head, _, body = record.content_stream().read().partition(b"\r\n\r\n")
        url = record.rec_headers.get_header("WARC-Target-URI")
        kept.setdefault(url, []).append(body)
        if url == f"{site.url}/":
            heads.append(head)
    assert {url: set(kept[url]) for url in served} == {url: {body} for url, body in served.items()}
    assert len(kept[f"{site.url}/"]) == 2, "as it was crawled, and as it was captured"
    for head in heads:
        assert "X-Dept: 皮肤科".encode() in _title_case(head)
        assert b"X-Raw: " + "白癜风".encode("gbk") in _title_case(head)
    dom = store.get(items["dom.html"].sha256).decode()
    assert ADVERT in dom


def _title_case(head: bytes) -> bytes:
    """The crawl keeps headers' names in lower case."""
    lines = [line.partition(b": ") for line in head.split(b"\r\n")]
    return b"\r\n".join(name.title() + colon + value for name, colon, value in lines)
