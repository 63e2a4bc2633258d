"""Copies evidence from one store to another by its names, and reads it again: what is there already costs a look."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore

_AT_ONCE = 500
_MOST_BYTES = 16 << 20  # of what is written to a pack together


def copy_evidence(
    names: Iterable[str],
    source: EvidenceStore,
    target: EvidenceStore,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """Put into `target` what it lacks of `names` (SHA-256 in hex), packed where `source` has it packed. Yields in
    Chinese what the source has lost; `progress` is called with how many more were looked at.

    Killed on the way, it goes on where it was when it is called again.
    """
    for part in _parts(names):
        packed: list[bytes] = []
        lacking = [name for name in part if name not in target.holds(part)]
        in_packs = source.packs.holds(lacking)
        for name in lacking:
            try:
                content = source.get(name)
            except (EvidenceMissing, EvidenceAltered) as error:
                yield str(error)
                continue
            if name not in in_packs:
                target.put(content)
                continue
            packed.append(content)
            if sum(map(len, packed)) > _MOST_BYTES:
                target.put_many(packed)
                packed = []
        if packed:
            target.put_many(packed)
        progress(len(part))


def find_faults(
    names: Iterable[str], store: EvidenceStore, progress: Callable[[int], None] = lambda _: None
) -> Iterator[str]:
    """What of `names` is missing from `store` or altered, in Chinese: every byte is read."""
    for part in _parts(names):
        for name in part:
            try:
                store.get(name)
            except (EvidenceMissing, EvidenceAltered) as error:
                yield str(error)
        progress(len(part))


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    """The names, each once a part."""
    rest = iter(names)
    while part := list(dict.fromkeys(islice(rest, _AT_ONCE))):
        yield part
