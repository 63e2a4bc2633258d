"""How often one address may ask, in one process."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from api.errors import TooManyCalls

_MINUTE = timedelta(minutes=1)
_MOST_KNOWN = 10_000


class CallsByAddress:
    """Counts calls by address in minutes that begin with the first call; of many addresses the oldest are forgotten."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._counts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str, now: datetime) -> None:
        """Count a call. Raises TooManyCalls."""
        with self._lock:
            since, count = self._counts.pop(address, (now, 0))
            if now - since >= _MINUTE:
                since, count = now, 0
            self._counts[address] = (since, count + 1)
            while len(self._counts) > _MOST_KNOWN:
                self._counts.popitem(last=False)
        if count >= self._a_minute:
            raise TooManyCalls((since + _MINUTE - now).total_seconds())
