"""Processes of a crawl's own beside the one that fetches: for what would make it wait, or take its memory.

They are forked from one clean process that has imported what they share, so that each begins at once and its memory
counts once.
"""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import wait

from crawler.collector import collect_seldom

_SHARED = ["records.snapshots", "records.visits"]


def prepare() -> None:
    """Begin the process that the others are forked from: it imports beside what the caller does next."""
    get_context("forkserver").set_forkserver_preload(_SHARED)
    forkserver.ensure_running()


def own_process(initialise: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """One process, which begins with its first work and with `initialise`; it ends when this one does, if killed
    too."""
    prepare()
    return ProcessPoolExecutor(1, get_context("forkserver"), _begin, (initialise,))


def _begin(initialise: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the crawl's process decides what Ctrl+C means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initialise:
        initialise()
    collect_seldom()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        wait([parent.sentinel])
        os._exit(1)
