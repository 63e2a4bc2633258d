"""Watches from outside how much memory the browser takes, and ends the page that takes too much.

The memory of a page cannot be bounded from within its process: a script can fill a gigabyte in a second.
"""

import re
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import psutil

MOST_BYTES = 800 << 20  # of all processes of the browser together, without their code
_EVERY_SECONDS = 0.25
_NEAR_SECONDS = 0.04  # where a third of it is taken
_CHROMIUM, _DRIVER = "chrom", "node"  # in a process's name
_LINE = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)
REASON = f"浏览器占用的内存超过 {MOST_BYTES >> 20} MiB，已中止这一页"


class MemoryWatch:
    """Watches the browsers that this process has started, until it ends."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._ended: list[float] = []  # monotonic seconds
        threading.Thread(target=self._watch, name="memory-watch", daemon=True).start()

    def has_ended_since(self, moment: float) -> bool:
        """Whether a page was ended after a moment (monotonic seconds)."""
        return any(at >= moment for at in self._ended)

    def _watch(self) -> None:
        taken: dict[psutil.Process, _Memory] = {}
        while True:
            is_near = _sum(taken.values()) > self._most // 3
            time.sleep(_NEAR_SECONDS if is_near else _EVERY_SECONDS)
            taken = _taken()
            if _sum(taken.values()) <= self._most:
                continue
            # A page is ended; the browser itself only where it has most of it: a response that unpacks without end.
            if sizes := {
                process: one.own + one.shared
                for process, one in taken.items()
                if _shows_a_page(process) or (_is_browser(process) and one.own > self._most // 2)
            }:
                self._ended.append(time.monotonic())
                _end(max(sizes, key=lambda process: sizes[process]))


@lru_cache(maxsize=1)
def memory_watch() -> MemoryWatch:
    """This process's watch; it starts with the first call."""
    return MemoryWatch()


def _taken() -> dict[psutil.Process, "_Memory"]:
    """The memory of the browser's processes, and of the program that hands us its messages."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error, OSError):  # they come and go
            if any(name in process.name() for name in (_CHROMIUM, _DRIVER)):
                found[process] = _memory_of(process.pid)
    return found


def _memory_of(process: int) -> "_Memory":
    """From Linux's own account (proc(5)): code that processes have in common is left out."""
    account = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    kibibytes = {name: int(size) for name, size in _LINE.findall(account)}
    return _Memory(kibibytes.get("RssAnon", 0) << 10, kibibytes.get("RssShmem", 0) << 10)


@dataclass(frozen=True)
class _Memory:
    """Bytes that a process has for itself, and those that it shares with others of the browser: drawn surfaces."""

    own: int
    shared: int


def _sum(taken: Collection["_Memory"]) -> int:
    """What all have together: of the shared bytes at least as many as one of them has."""
    return sum(one.own for one in taken) + max((one.shared for one in taken), default=0)


def _shows_a_page(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.Error:
        return False


def _is_browser(process: psutil.Process) -> bool:
    try:
        return _CHROMIUM in process.name()
    except psutil.Error:
        return False


def _end(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
