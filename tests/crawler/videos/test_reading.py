"""A video's frames are read as pictures are; its parts that were not seen or heard are named."""

import re
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from crawler.videos.frames import moments
from crawler.videos.reading import read_media
from crawler.videos.speech import heard
from records.database import reading
from records.models import Case, Image, PlannedPage
from records.snapshots.images import videos_of
from tests.crawler.videos.filmed import apart, film
from tests.servers.site import Answer, page, serving

LINES = ("签约治疗无效退款", "治愈率高达98%")
MP4, WEBM = "video/mp4", "video/webm"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "sound", "said"),
    [(MP4, False, "没有声音"), (WEBM, True, "有声音，没有安装语音识别模型，没有识别")],
)
def test_the_words_in_a_videos_frames_are_read_in_their_order(kind: str, sound: bool, said: str) -> None:
    read = apart(lambda: read_media(film(kind, LINES, sound=sound), 60.0))
    assert [line.text for line in read.lines] == list(LINES)
    assert read.preview is not None
    assert read.fault is not None
    assert re.fullmatch(
        rf"视频：全长 \d+ 秒，识别了第 [\d、]+ 秒的画面，其余画面没有识别；{said}", read.fault
    )


@pytest.mark.slow
def test_the_words_that_an_installed_model_hears_are_text_of_the_video(tmp_path: Path, monkeypatch) -> None:
    installed(tmp_path, monkeypatch, "return f'三个疗程断根 {len(content) > 0}'")
    read = apart(lambda: read_media(film(WEBM, LINES, sound=True), 60.0))
    assert [line.text for line in read.lines] == [*LINES, "三个疗程断根 True"]
    assert read.fault is not None
    assert read.fault.endswith("声音由 listener 识别")


def test_a_model_that_fails_is_named(tmp_path: Path, monkeypatch) -> None:
    installed(tmp_path, monkeypatch, "raise MemoryError")
    assert heard(b"", 1.0) == ("", "声音没有识别：listener 出错（MemoryError）")


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A package that offers a model of speech."""
    folder.joinpath("listener.py").write_text(f"def hear(content, seconds):\n    {body}\n")
    about = folder / "listener-1.0.dist-info"
    about.mkdir()
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: listener\nVersion: 1.0\n")
    about.joinpath("entry_points.txt").write_text("[qingyi.speech]\nlistener = listener:hear\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "listener", raising=False)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"\0\0\0\x18ftypisom" + bytes(500), b"\x1aE\xdf\xa3" + bytes(500)])
def test_bytes_that_only_begin_like_a_video_are_said_not_to_be_seen(content: bytes) -> None:
    read = apart(lambda: read_media(content, 30.0))
    assert read.lines == ()
    assert read.fault is not None
    assert read.fault.startswith("视频：画面和声音都没有识别：浏览器无法播放")


@pytest.mark.slow
def test_a_video_whose_time_is_up_says_so() -> None:
    read = apart(lambda: read_media(film(WEBM, LINES, sound=True), 0.1))
    assert (read.lines, read.fault) == ((), "视频：画面和声音都没有识别：限时内没有取得画面")


def test_frames_are_spread_over_the_video_and_bounded() -> None:
    assert moments(0.3) == [0.15]
    assert moments(4.0) == [0.5, 1.5, 2.5, 3.5]
    assert len(moments(7_200.0)) == 12
    assert moments(7_200.0)[-1] > 6_800


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_video_is_collected_read_and_judged_with_its_page(engine: Engine, qingyi, register_site) -> None:
    shown = page(words="我院门诊时间为每日八时至十七时，欢迎监督。")
    pages = {
        "/": Answer(f'{shown}<video src="/film.mp4"></video><video><source src="/gone.webm"></video>'),
        "/film.mp4": Answer(film(MP4, LINES), headers={"Content-Type": "video/mp4"}),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        case = session.scalars(select(Case)).one()
        image = session.scalars(select(Image)).one()
        assert {part["sha256"] for part in case.judgement.images} == {image.sha256}
        assert any("98%" in finding.quote for finding in case.judgement.findings)
        ((url, statement),) = videos_of(session, case.judgement.snapshot_id)
        assert url == f"{site.url}/film.mp4"
        assert statement.startswith("视频：全长 ")
        reasons = session.scalars(select(PlannedPage.reason).where(PlannedPage.reason.contains("视频"))).all()
        assert reasons == [f"视频未取得，没有看：{site.url}/gone.webm"]
