"""Watches from outside how much memory the browser takes, and ends the page that takes too much.

The memory of a page cannot be bounded from within its process: a script can fill a gigabyte in a second.
"""

import threading
import time
from functools import lru_cache

import psutil

MOST_BYTES = 800 << 20  # of all processes of the browser together, without shared memory
_EVERY_SECONDS = 0.25
_NEAR, _NEAR_SECONDS = MOST_BYTES // 3, 0.04  # a page that has taken this much is looked at more often
REASON = f"浏览器占用的内存超过 {MOST_BYTES >> 20} MiB，已中止这一页"


class MemoryWatch:
    """Watches the browsers that this process has started, until it ends."""

    def __init__(self) -> None:
        self._ended: list[float] = []  # monotonic seconds
        threading.Thread(target=self._watch, name="memory-watch", daemon=True).start()

    def has_ended_since(self, moment: float) -> bool:
        """Whether a page was ended after a moment (monotonic seconds)."""
        return any(at >= moment for at in self._ended)

    def _watch(self) -> None:
        taken: dict[psutil.Process, int] = {}
        while True:
            is_near = sum(taken.values()) > _NEAR
            time.sleep(_NEAR_SECONDS if is_near else _EVERY_SECONDS)
            taken = _taken()
            if sum(taken.values()) <= MOST_BYTES:
                continue
            if pages := {process: size for process, size in taken.items() if _shows_a_page(process)}:
                self._ended.append(time.monotonic())
                _end(max(pages, key=lambda process: pages[process]))


@lru_cache(maxsize=1)
def memory_watch() -> MemoryWatch:
    """This process's watch; it starts with the first call."""
    return MemoryWatch()


def _taken() -> dict[psutil.Process, int]:
    """The browser's processes, with the private bytes of each."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            if "chrom" in process.name():
                memory = process.memory_info()
                found[process] = memory.rss - memory.shared
        except psutil.Error:  # they come and go
            continue
    return found


def _shows_a_page(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.Error:
        return False


def _end(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
