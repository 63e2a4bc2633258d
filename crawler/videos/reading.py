"""The text of a video: that in its frames, read as pictures are, and the words spoken in it."""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from crawler.errors import BrowserMissing
from crawler.pages.ocr import read_image, read_pictures
from crawler.videos.addresses import is_video
from crawler.videos.frames import Film, NotAVideo, frames_of
from crawler.videos.speech import heard
from records.snapshots.images import VIDEO, Line, ReadImage

_SHARE = 0.4  # of the time, for drawing frames; the rest is for reading them


def read_media(content: bytes, seconds: float) -> ReadImage:
    """The text of a picture or a video. Never raises."""
    return read_video(content, seconds) if is_video(content) else read_image(content, seconds)


def read_video(content: bytes, seconds: float) -> ReadImage:
    """The text of a video; `fault` names the parts that were seen and heard, and those that were not. Never raises."""
    until = monotonic() + seconds
    try:
        film = frames_of(content, min(seconds * _SHARE, 60.0))
    except (NotAVideo, BrowserMissing) as error:
        return ReadImage((), None, f"{VIDEO}画面和声音都没有识别：{error}"[:200])
    except Exception as error:  # drivers raise anything
        return ReadImage((), None, f"{VIDEO}画面和声音都没有识别：{type(error).__name__}"[:200])
    read = read_pictures([png for _, png in film.frames], max(0.0, until - monotonic()))
    words, sound = heard(content, max(0.0, until - monotonic())) if film.has_sound else ("", "没有声音")
    spoken = [Line(words, 1.0, 0.0, 0.0, 0.0, 0.0)] if words else []
    statement = "；".join(filter(None, (_seen(film), read.fault, sound)))
    return replace(read, lines=(*read.lines, *spoken), fault=f"{VIDEO}{statement}"[:200])


def _seen(film: Film) -> str:
    seconds: Sequence[str] = [f"{second:.0f}" for second, _ in film.frames]
    cut = "，限时已到，后面没有看" if film.is_cut else ""
    return f"全长 {film.length:.0f} 秒，识别了第 {'、'.join(seconds)} 秒的画面，其余画面没有识别{cut}"
