"""Replays evidence as the public would, and compares it with the original view."""

import asyncio
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.async_api import Browser
from sqlalchemy import Engine

from crawler.browser.replay import NotReplayed, replay, viewer_browser
from crawler.platforms import read_site_page
from crawler.workers.page_reader import shared_reader
from evidence.likeness import pictures_alike, words_alike
from evidence.manifest import Manifest, ManifestFaulty
from evidence.package import WARC, make_wacz
from records.cases.captures import captures_since, manifest_of, note_replay
from records.database import reading, transaction
from records.settings import settings
from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore

# Below these a page differs from its original view: a clock, a counter, or an element as high as the window
# changes less.
_SAME_WORDS, _SAME_PICTURE = 0.95, 0.85


@dataclass(frozen=True)
class ReplayResult:
    """How a capture replays: how alike words and picture are (None: nothing to compare), and the message to
    report."""

    number: int
    url: str
    words: float | None
    picture: float | None
    said: str

    @property
    def is_as_seen(self) -> bool:
        """Whether the replay matches the original view."""
        return not self.said

    @staticmethod
    def share(alike: float | None) -> str:
        """The likeness as a percentage."""
        return "—" if alike is None else f"{alike:.0%}"


def replay_captures(
    engine: Engine,
    store: EvidenceStore,
    since: datetime,
    case_ids: Sequence[int],
    progress: Callable[[int], None],
) -> list[ReplayResult]:
    """Replay the captures taken since (or those of the cases), compare each with its original view, and note
    the differences with it. Raises BrowserMissing and ViewerMissing."""
    with reading(engine) as session:
        captures = captures_since(session, since, case_ids)
    found: list[ReplayResult] = []

    async def replay_all() -> None:
        async with viewer_browser() as browser:
            for capture in captures:
                try:
                    manifest = manifest_of(store, capture)
                    files = {item.name: store.get(item.sha256) for item in manifest.items}
                    result = await compare_replay(browser, settings().viewer_dir, manifest, files)
                except (EvidenceMissing, EvidenceAltered, ManifestFaulty) as error:
                    result = ReplayResult(capture.number, "", None, None, f"证据不完整：{error}")
                with transaction(engine) as session:
                    note_replay(session, capture.id, result.said)
                found.append(result)
                progress(1)

    if captures:
        asyncio.run(replay_all())
    return found


async def compare_replay(
    browser: Browser, viewer: Path, manifest: Manifest, files: dict[str, bytes]
) -> ReplayResult:
    """Replay one capture, and compare it with its original view. `files` are the manifest's. Raises
    ViewerMissing."""
    number, url = manifest.number, str(manifest.page["final_url"])
    picture, dom = files.get("screenshot.png"), files.get("dom.html")
    if picture is None or dom is None:
        return ReplayResult(number, url, None, None, "")  # it was never rendered: its notes say so already
    try:
        wacz = make_wacz(files[WARC], url, str(manifest.page["title"] or ""), manifest.captured_at)
        shown = await replay(browser, viewer, wacz, url, struct.unpack(">II", picture[16:24]))
    except (NotReplayed, ValueError) as error:
        return ReplayResult(number, url, 0.0, 0.0, str(error))
    seen, again = _words(dom.decode("utf-8", "replace"), url), _words(shown.html, url)
    words, looks = words_alike(seen, again), pictures_alike(picture, shown.screenshot)
    notes = []
    plain = "".join(again.split())
    quotes = [str(finding["quote"]) for finding in manifest.judgement["findings"]]
    if lost := [
        quote
        for quote in quotes
        if (sought := "".join(quote.split())) in "".join(seen.split()) and sought not in plain
    ]:
        notes.append(f"重放时没有命中的文字“{lost[0][:30]}”")
    if words < _SAME_WORDS:
        notes.append(f"重放的文字与取证时相符 {words:.0%}")
    if looks < _SAME_PICTURE:
        notes.append(f"重放的画面与截图相符 {looks:.0%}")
    return ReplayResult(number, url, words, looks, "，".join(notes))


def _words(html: str, url: str) -> str:
    return shared_reader().read(read_site_page, html, url).text.text
