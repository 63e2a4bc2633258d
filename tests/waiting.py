"""Waits for events in other processes and threads."""

import time
from collections.abc import Callable


def wait_for(happened: Callable[[], object], otherwise: str, seconds: float = 60) -> None:
    """Return when it has happened; fails with `otherwise` when it does not within the time."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, otherwise
        time.sleep(0.02)
