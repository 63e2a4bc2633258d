"""The frames of a video, drawn by the browser: it has the decoders, and shuts hostile bytes in."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawler.browser.launch import launch_options

_MOST_FRAMES, _INTERVAL = 12, 1.0  # seconds between frames of a short video
_ADDRESS = "http://video.invalid/"
_OPEN = """async () => {
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const blob = await (await fetch("file")).blob();
  const loaded = new Promise((done, fail) => {
    video.onloadeddata = done;
    video.onerror = () => fail(video.error.message);
  });
  video.src = URL.createObjectURL(blob);
  await loaded;
  if (!isFinite(video.duration)) {  // a recording that was streamed says its length at its end
    const known = new Promise(done => { video.onseeked = done; });
    video.currentTime = 1e7;
    await known;
  }
  const length = isFinite(video.duration) ? video.duration : video.currentTime;
  return {length, width: video.videoWidth, sound: video.captureStream().getAudioTracks().length > 0};
}"""
_DRAW = """async ({second, width}) => {
  const video = document.querySelector("video"), canvas = document.createElement("canvas");
  const there = new Promise(done => { video.onseeked = done; });
  video.currentTime = second;
  await there;
  canvas.width = Math.min(video.videoWidth, width);
  canvas.height = Math.round(video.videoHeight * canvas.width / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").split(",")[1];
}"""
_WIDEST = 1_280  # pixels


class NotAVideo(Exception):
    """The browser plays nothing; the message says why, in Chinese."""


@dataclass(frozen=True)
class Film:
    """Frames as PNG, each with its second; the video's length in seconds, and whether it has sound. `is_cut`: the time was
    up before its last frame."""

    frames: Sequence[tuple[float, bytes]]
    length: float
    has_sound: bool
    is_cut: bool


def frames_of(content: bytes, seconds: float) -> Film:
    """The frames of a video at intervals, as many as `seconds` allow. Raises BrowserMissing and NotAVideo."""
    return asyncio.run(_frames(content, seconds))


async def _frames(content: bytes, seconds: float) -> Film:
    from playwright.async_api import Error, Route, async_playwright  # noqa: PLC0415 - with the first video

    async def answer(route: Route) -> None:
        body: Any = content if route.request.url == f"{_ADDRESS}file" else "<!doctype html><body></body>"
        kind = "application/octet-stream" if body is content else "text/html"
        await route.fulfill(body=body, content_type=kind)

    options = launch_options()
    options["args"] = [*options["args"], "--host-resolver-rules=MAP * ~NOTFOUND"]
    drawn: list[tuple[float, bytes]] = []
    about: dict[str, Any] = {}
    try:
        async with async_playwright() as playwright, asyncio.timeout(seconds):
            browser = await playwright.chromium.launch(**options)
            try:
                page = await browser.new_page()
                await page.route("**/*", answer)
                await page.goto(_ADDRESS)
                about = await page.evaluate(_OPEN)
                for second in moments(about["length"]):
                    png = await page.evaluate(_DRAW, {"second": second, "width": _WIDEST})
                    drawn.append((second, base64.b64decode(png)))
            finally:
                await browser.close()
    except Error as error:
        raise NotAVideo(f"浏览器无法播放：{str(error).splitlines()[0][:80]}") from error
    except TimeoutError as error:
        if not drawn:
            raise NotAVideo("限时内没有取得画面") from error
    if not about["width"]:
        raise NotAVideo("没有画面")
    return Film(drawn, about["length"], about["sound"], len(drawn) < len(moments(about["length"])))


def moments(length: float) -> list[float]:
    """The seconds of the frames: the middles of equal parts."""
    count = max(1, min(_MOST_FRAMES, round(length / _INTERVAL)))
    return [round(length * (place + 0.5) / count, 2) for place in range(count)]
