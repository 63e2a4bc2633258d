"""Copies evidence from one store to another by its names, and reads it again; evidence already there costs
one lookup.

Several parts are under way at once, by threads: a store makes one wait, and hashing lets other threads run.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore

_AT_ONCE = 500
_MOST_BYTES = 16 << 20  # of contents written to a pack together
_THREADS = 8


def copy_evidence(
    names: Iterable[str],
    source: EvidenceStore,
    target: EvidenceStore,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """Put into `target` those of `names` (SHA-256 in hex) that it lacks, packed where `source` has them
    packed. Yields in Chinese which the source has lost; `progress` is called with the number newly checked.

    After a kill, the next call resumes where it stopped.
    """
    for part in _parts(names):
        yield from _copy(part, source, target)
        progress(len(part))


def move_evidence(
    source: EvidenceStore, target: EvidenceStore, progress: Callable[[int], None] = lambda _: None
) -> Iterator[str]:
    """As `copy_evidence` for everything in `source`, into packs, some at once. The source does not change."""
    yield from _spread(source.names(), lambda part: _copy(part, source, target, alone=False), progress)


def find_faults(
    names: Iterable[str], store: EvidenceStore, progress: Callable[[int], None] = lambda _: None
) -> Iterator[str]:
    """Which of `names` are missing from `store` or altered, in Chinese: every byte is read."""
    yield from _spread(names, lambda part: _read(part, store), progress)


def _copy(part: list[str], source: EvidenceStore, target: EvidenceStore, *, alone: bool = True) -> list[str]:
    """Which of a part the source has lost; the rest is in the target. Contents in single files stay so in the
    target, unless `alone` is off."""
    held = target.holds(part)
    lacking = [name for name in part if name not in held]
    together = source.packed(lacking) if alone else set(lacking)
    lost: list[str] = []
    packed: list[bytes] = []
    for name in lacking:
        try:
            content = source.get(name)
        except (EvidenceMissing, EvidenceAltered) as error:
            lost.append(str(error))
            continue
        if name not in together:
            target.put(content)
            continue
        packed.append(content)
        if sum(map(len, packed)) > _MOST_BYTES:
            target.put_many(packed)
            packed = []
    if packed:
        target.put_many(packed)
    return lost


def _read(part: list[str], store: EvidenceStore) -> list[str]:
    faults = []
    for name in part:
        try:
            store.get(name)
        except (EvidenceMissing, EvidenceAltered) as error:
            faults.append(str(error))
    return faults


def _spread(
    names: Iterable[str], work: Callable[[list[str]], list[str]], progress: Callable[[int], None]
) -> Iterator[str]:
    """The results of `work` for all parts, in order; only the parts under way are in memory."""
    parts, under_way = _parts(names), deque[tuple[int, Future[list[str]]]]()
    with ThreadPoolExecutor(_THREADS) as threads:
        try:
            while True:
                for part in islice(parts, 2 * _THREADS - len(under_way)):
                    under_way.append((len(part), threads.submit(work, part)))
                if not under_way:
                    return
                count, done = under_way.popleft()
                yield from done.result()
                progress(count)
        finally:
            for _, left in under_way:
                left.cancel()


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    """The names, each once a part."""
    rest = iter(names)
    while part := list(dict.fromkeys(islice(rest, _AT_ONCE))):
        yield part
