"""Text in pictures: read in parallel with the crawl, once by content, and judged with the page."""

import os
from base64 import b64encode
from datetime import UTC, datetime

import psutil
import pytest
from sqlalchemy import Engine, select

from benchmarks.drawn_pictures import KINDS
from crawler.pages.ocr import may_carry_advert, read_image, reading_order, size_of
from crawler.pages.pictures import image_addresses
from crawler.workers.picture_reader import ImageReading
from records.database import reading, transaction
from records.models import Case, Image, PageImage
from records.snapshots.images import Line, keep_image, paragraphs
from records.store.content_store import EvidenceStore
from tests.crawler.test_kills import own_processes
from tests.drawn import animated, poster, slanted, transparent
from tests.records import registered
from tests.servers.site import Answer, page, serving
from tests.waiting import wait_for

LINES = ["云溪男科医院", "治愈率高达98%", "签约治疗无效退款", "祖传秘方专治疑难杂症"]


@pytest.mark.slow
def test_a_poster_is_read_line_by_line_with_boxes() -> None:
    read = read_image(poster(LINES))
    assert [line.text for line in read.lines] == LINES
    first, second = read.lines[:2]
    assert first.y < second.y
    assert 50 < first.x < 70
    assert read.preview is not None
    assert read.preview.startswith(b"\xff\xd8")


@pytest.mark.slow
def test_a_long_poster_is_cut_and_no_line_is_lost_or_read_twice() -> None:
    many = [f"第{number}行祖传秘方专治疑难杂症" for number in range(1, 41)]
    read = read_image(poster(many, size=36))
    assert [line.text for line in read.lines] == many


def test_a_picture_whose_time_is_up_says_how_far_it_is_read() -> None:
    read = read_image(poster(LINES), seconds=0.0)
    assert (read.lines, read.fault) == ((), "本页限时已用完，只识别了图片上部的 0%")
    assert read.preview is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (transparent(LINES[:3], "black"), LINES[:3]),
        (transparent(LINES[:3], "white"), LINES[:3]),
        (
            animated(["云溪男科医院", "治愈率高达98%", "云溪男科医院"]),
            ["云溪男科医院", "治愈率高达98%"],
        ),
        (slanted(LINES[:3], 8), LINES[:3]),
        (slanted(LINES[:3], -12), LINES[:3]),
    ],
    ids=["on nothing", "light on nothing", "animated", "rising", "falling"],
)
def test_posters_of_other_kinds_are_read(content: bytes, lines: list[str]) -> None:
    read = read_image(content)
    assert read.fault is None
    assert sorted(line.text for line in read.lines) == sorted(lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        *("several columns", "columns beside lines", "slanted 30°", "turned right", "turned left"),
        *("upside down", "on a busy ground"),
    ],
)
def test_other_ways_of_setting_words_are_read_in_their_order(kind: str) -> None:
    drawn = KINDS[kind](36)
    assert tuple(line.text for line in read_image(drawn.content).lines) == drawn.lines


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ("A 0 0 400 40; B 0 60 400 40", "AB"),
        ("A 0 0 40 400; B 60 0 40 400; C 120 10 40 300", "CBA"),
        ("A 50 0 300 40; B 0 60 40 400; C 360 60 40 400", "ACB"),
        ("A 0 0 40 400; B 60 0 300 40; C 400 0 40 400", "CAB"),
        ("A 0 0 40 200; B 60 0 40 200; C 0 300 40 200; D 60 300 40 200", "BADC"),
        ("A 0 0 30 40; B 40 0 30 40", "AB"),
    ],
    ids=[
        "lines",
        "columns",
        "heading and columns",
        "columns around a line",
        "two rows of columns",
        "single marks",
    ],
)
def test_columns_are_put_in_order_from_the_right(places: str, order: str) -> None:
    def line(written: str) -> Line:
        name, *box = written.split()
        return Line(name * (2 if float(box[3]) > 100 or float(box[2]) > 100 else 1), 1.0, *map(float, box))

    assert "".join(line.text[0] for line in reading_order([line(one) for one in places.split("; ")])) == order


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, poster(LINES)[:400]])
def test_what_is_no_picture_does_no_harm(content: bytes) -> None:
    size_of(content)
    read_image(content)


def test_icons_are_not_read() -> None:
    assert not may_carry_advert((64, 64))
    assert not may_carry_advert((1200, 90))
    assert may_carry_advert((600, 400))
    html = '<img src=a.jpg width=20><img data-src="/b.jpg" src=dot.gif><img src=c.svg><img src="data:x"><img src=d.jpg>'
    assert image_addresses(html, "http://x/p/") == ["http://x/b.jpg", "http://x/p/d.jpg"]


def test_lines_of_one_sentence_are_put_together() -> None:
    def line(text: str, y: float, height: float = 40) -> Line:
        return Line(text, 1.0, 0, y, 300, height)

    assert paragraphs([line("治愈率高达", 0), line("98%", 50), line("热线", 400)]) == [
        "治愈率高达 98%",
        "热线",
    ]
    assert paragraphs([line("大标题", 0, 120), line("小字", 130, 30)]) == ["大标题", "小字"]


@pytest.mark.crawl
def test_a_page_of_pictures_alone_is_flagged_by_what_they_say(engine: Engine, qingyi, register_site) -> None:
    inline = f"data:image/png;base64,{b64encode(poster(LINES)).decode()}"
    picture = Answer(poster(LINES), headers={"Content-Type": "image/png"})
    shown = page(words="我院门诊时间为每日八时至十七时，欢迎监督。") + '<img src="/poster.png">'
    pages = {
        "/": Answer(shown.replace("<nav>", '<nav><a href="/b.html">b</a>')),
        "/c.html": Answer(page(words="我院门诊时间为每日八时至十七时。") + f'<img src="{inline}">'),
        "/b.html": Answer(
            shown
            + '<a href="/c.html">c</a><img src="/copy.png"><img src="/missing.png"><img src="/text.png">'
        ),
        "/poster.png": picture,
        "/copy.png": picture,
        "/text.png": Answer("not a picture"),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        assert len(session.scalars(select(Image)).all()) == 1, "the same picture is read once"
        assert len(session.scalars(select(PageImage)).all()) == 3
        cases = session.scalars(select(Case)).all()
        assert len(cases) == 3
        quotes = {finding.quote for finding in cases[0].judgement.findings}
        assert any("98%" in quote for quote in quotes)
        assert cases[0].judgement.images[0]["sha256"] == session.scalars(select(Image.sha256)).one()
    assert sum(path == "/poster.png" for path in site.paths()) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_reading_goes_on_when_its_process_is_killed(engine: Engine, store: EvidenceStore) -> None:
    now = datetime.now(UTC)
    with transaction(engine) as session:
        own_site = registered.site(session)
    kept = registered.snapshot(engine, store, own_site, now, url=own_site.address, text="门诊")
    with transaction(engine) as session:
        for number in range(3):
            picture = poster([*LINES, f"第{number}张"])
            keep_image(session, store, kept.id, f"http://127.0.0.1/{number}.png", picture, size_of(picture))
    before = {child.pid for child in own_processes(os.getpid())}
    images = ImageReading(engine, store)
    images.start()

    def begun() -> list[psutil.Process]:
        return [child for child in own_processes(os.getpid()) if child.pid not in before]

    wait_for(begun, "no process reads")
    begun()[0].kill()
    images.finish(lambda _: None)
    with reading(engine) as session:
        read = session.scalars(select(Image)).all()
    faults = [image.fault for image in read if image.fault]
    assert [fault.split(":")[0] for fault in faults] == ["识别这张图片时进程被系统终止"]
    assert sum("98%" in str(image.lines) for image in read) == 2


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_another_picture_on_the_same_words_is_a_change(engine: Engine, qingyi, register_site) -> None:
    words = "我院门诊时间为每日八时至十七时，欢迎监督，急诊二十四小时开放。" * 2
    png = {"Content-Type": "image/png"}
    pages = {
        "/": Answer(page(words=words) + '<img src="/lawful.png">'),
        "/lawful.png": Answer(poster(["门诊时间公告", "周一至周五开诊"]), headers=png),
        "/poster.png": Answer(poster(LINES), headers=png),
    }
    with serving(pages) as site:
        register_site(site.url)
        assert qingyi("crawl", "--no-capture").returncode == 0
        pages["/"] = Answer(page(words=words) + '<img src="/poster.png">')
        assert qingyi("crawl", "--site", f"{site.url}/", "--no-capture").returncode == 0
    with reading(engine) as session:
        assert len(session.scalars(select(Case)).all()) == 1
