"""Spreads work on stored pages over a Ray cluster, or over this machine's processors by a Ray of its own.

Ray runs any code from whoever reaches it and knows its token: the one that is begun here listens on loopback alone, and a
cluster's machines belong in a closed network.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from records.lists.spreading import Begin, Ids, Result, in_order, in_parts

_LOG = logging.getLogger(__name__)
_AT_ONCE = 200  # ids a call: with fewer, Ray's own work would weigh more
_AHEAD = 3  # calls that wait at each worker
_STARTS = 4  # Ray's services have 15 seconds to import what they need, which a busy machine takes longer for
_STORE_BYTES = 128 << 20  # of shared memory: nothing large goes through it


class RayMissing(Exception):
    """Ray is not installed, or does not start or answer; the message says which, in Chinese."""


@dataclass(frozen=True)
class OnRay:
    """A `Spread` over `workers` of the cluster at `address` (HOST:PORT), as many as it has processors where none are said;
    without an address it begins one on this machine. Raises RayMissing."""

    address: str = ""
    workers: int | None = None

    def __call__(self, begin: Begin[Result], ids: Ids) -> Iterator[Result]:
        """As `Spread`. A worker that dies starts again, and repeats its task."""
        with _connected(self.address, self.workers) as ray:
            workers = self.workers or int(ray.cluster_resources().get("CPU", 1))
            workers = min(workers, -(-len(ids) // _AT_ONCE) or 1)
            remote = ray.remote(max_restarts=-1, max_task_retries=-1)(_Worker)
            # Given by value: a worker that starts again would not find it in a store that is gone.
            turn = cycle([remote.remote(begin) for _ in range(workers)])

            def give(part: Ids) -> object:
                return next(turn).do.remote(part)

            yield from in_order(
                in_parts(ids, _AT_ONCE),
                give,
                ray.get,
                _AHEAD * workers,
                lambda _: None,  # the workers end with the connection
            )


class _Worker:
    """A process of the cluster."""

    def __init__(self, begin: Callable[[], Callable[[Ids], Any]]) -> None:
        self._work = begin()

    def do(self, part: Ids) -> Any:  # noqa: ANN401 - whatever the work returns
        """Some of the work."""
        return self._work(part)


@contextmanager
def _connected(address: str, processors: int | None) -> Iterator[Any]:
    # Ray reads these when it is imported: no statistics sent out; alone on this machine, its services listen on loopback.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not address:
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        os.environ.setdefault("RAY_gcs_server_port_wait_time_s", "150")  # 30 by default
        os.environ.setdefault("RAY_worker_register_timeout_seconds", "150")  # 60 by default
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError:
        raise RayMissing("没有安装 Ray：请运行 pip install 'qingyi[ray]' 或 make ray") from None
    here = {"num_cpus": processors, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
    joined = {"address": address} if address else {"address": "local", **here}
    _start(ray, {"log_to_driver": False, "configure_logging": False, **joined}, _STARTS)
    try:
        yield ray
    finally:
        ray.shutdown()


def _start(ray: Any, options: dict[str, Any], tries: int) -> None:  # noqa: ANN401 - an extra
    """Start or reach it, and try again where its services were late: the next try finds in memory the files that the first
    has read. Raises RayMissing."""
    for left in reversed(range(tries)):
        try:
            ray.init(**options)
        except Exception as error:  # Ray raises a bare one where its services were late
            ray.shutdown()
            _LOG.warning("Ray did not start: %s", error)
            if not left:
                where = options["address"]
                raise RayMissing(f"Ray（{where}）{tries} 次都没有启动或应答：{error}") from error
        else:
            return
