"""Real videos, recorded by the browser while it draws words."""

import asyncio
import base64
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from crawler.browser.launch import launch_options

Done = TypeVar("Done")
_RECORD = """async ({kind, lines, sound}) => {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  canvas.width = 640; canvas.height = 360;
  const stream = canvas.captureStream(20), parts = [];
  if (sound) {
    const audio = new AudioContext(), tone = audio.createOscillator(), out = audio.createMediaStreamDestination();
    tone.connect(out); tone.start();
    stream.addTrack(out.stream.getAudioTracks()[0]);
  }
  const recorder = new MediaRecorder(stream, {mimeType: kind});
  recorder.ondataavailable = event => parts.push(event.data);
  const ended = new Promise(done => { recorder.onstop = done; });
  recorder.start();
  for (const line of lines) {
    for (let drawn = 0; drawn < 10; drawn++) {
      context.fillStyle = "white"; context.fillRect(0, 0, 640, 360);
      context.fillStyle = "black"; context.font = "48px sans-serif"; context.fillText(line, 40, 190);
      await new Promise(done => setTimeout(done, 100));
    }
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}"""


@cache
def film(kind: str, lines: Sequence[str], *, sound: bool = False) -> bytes:
    """A video of type `kind` that shows each line for a second."""
    return apart(lambda: asyncio.run(_recorded(kind, list(lines), sound)))


def apart(work: Callable[[], Done]) -> Done:
    """Do it in a thread of its own: the tests' shared browser may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


async def _recorded(kind: str, lines: list[str], sound: bool) -> bytes:
    from playwright.async_api import async_playwright

    options = launch_options()
    options["args"] = [*options["args"], "--autoplay-policy=no-user-gesture-required"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options)
        page = await browser.new_page()
        written = await page.evaluate(_RECORD, {"kind": kind, "lines": lines, "sound": sound})
        await browser.close()
    return base64.b64decode(written)
