"""The videos of a page that are files."""

import pytest

from crawler.videos.addresses import is_video, media_addresses, video_addresses

URL = "http://a.example/page/"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<video src="a.mp4"></video>', ["http://a.example/page/a.mp4"]),
        ('<video><source src="/b.webm?x=1"></video>', ["http://a.example/b.webm?x=1"]),
        ('<VIDEO SRC="//c.example/c.MOV"></VIDEO>', ["http://c.example/c.MOV"]),
        ('<base href="/films/"><video src="d.m4v"></video>', ["http://a.example/films/d.m4v"]),
        ('<video src="blob:x"></video><video src="live.m3u8"></video>', []),
        ('<iframe src="http://player.example/v.html"></iframe>', []),
    ],
)
def test_files_are_found_and_streams_and_players_are_not(html: str, found: list[str]) -> None:
    assert video_addresses(html, URL) == found


def test_a_post_names_its_videos_and_a_page_shows_at_most_two() -> None:
    assert video_addresses("<p>文</p>", URL, ["http://v.example/1.mp4", "http://v.example/player"]) == [
        "http://v.example/1.mp4"
    ]
    many = "".join(f'<video src="{number}.mp4"></video>' for number in range(9))
    assert len(video_addresses(many, URL)) == 2


def test_pictures_come_first_and_the_poster_frame_among_them() -> None:
    html = '<video poster="/p.jpg" src="/v.mp4"></video>'
    assert media_addresses(html, URL, (), ()) == ["http://a.example/p.jpg", "http://a.example/v.mp4"]


def test_a_videos_file_is_known_by_its_beginning() -> None:
    assert is_video(b"\x1aE\xdf\xa3\x01")
    assert is_video(b"\0\0\0\x20ftypisom")
    assert not is_video(b"\x89PNG\r\n\x1a\n")
    assert not is_video(b"")
