"""Makes large packs of a bucket's small ones, and makes its index again, since stores charge by the object
and killed processes leave stray packs. Both can be stopped anywhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

from records.store.bucket_index import Pack
from records.store.bucket_store import FOLDER, BucketStore, new_name
from records.store.compression import plain
from records.store.content_store import sha256_of
from records.store.pack_format import end_of, read_entries

LARGE = 128 << 20  # bytes; a pack this large is not gathered
_PART = 8 << 20  # bytes sent at once: no part of an S3 object may have fewer than 5 MB
_UNDER_WAY = timedelta(hours=1)  # a pack that is younger its writer may be about to note it


@dataclass(frozen=True)
class Gathered:
    """How many packs were gathered into how many, and in Chinese which are damaged and were left
    unchanged."""

    small: int
    large: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Indexed:
    """How many contents came into the index, how many packs were there twice and were removed; and the packs that are in
    the index alone, in Chinese with how many contents are lost by each."""

    added: int
    removed: int
    lost: tuple[str, ...]


def gather(
    store: BucketStore, progress: Callable[[int], None] = lambda _: None, *, large: int = LARGE
) -> Gathered:
    """Join small packs into large ones; every copy is read and compared with its hash. `progress` is called
    with the number of packs newly gathered. A reader of the old packs finds the new one by the index. Raises
    StorageFailed."""
    small = made = 0
    faults: list[str] = []
    for packs in _groups(store.index.list_packs(below=large), large):
        found = {pack: list(_faults(store, pack)) for pack in packs}
        faults += [fault for those in found.values() for fault in those]
        whole = [pack for pack in packs if not found[pack]]
        if len(whole) > 1:
            with store.bucket.told("合并"):
                _gather(store, whole)
            small, made = small + len(whole), made + 1
        progress(len(packs))
    return Gathered(small, made, tuple(faults))


def _groups(packs: Sequence[Pack], large: int) -> Iterator[list[Pack]]:
    """Packs in order, in groups that make up a large one; the rest is left out."""
    group: list[Pack] = []
    for pack in packs:
        group.append(pack)
        if sum(one.size for one in group) >= large:
            yield group
            group = []


def _gather(store: BucketStore, packs: Sequence[Pack]) -> None:
    from obstore import open_writer  # noqa: PLC0415 - only a bucket needs it

    name = new_name()
    with open_writer(store.bucket.objects, name, buffer_size=_PART) as writer:
        for pack in packs:
            writer.write(bytes(store.bucket.objects.get(pack.name).bytes()))
    store.index.replace(packs, Pack(name, sum(pack.size for pack in packs)))
    _remove(store, packs)


def _remove(store: BucketStore, packs: Sequence[Pack]) -> None:
    store.bucket.objects.delete([pack.name for pack in packs])


def _faults(store: BucketStore, pack: Pack) -> Iterator[str]:
    with store.bucket.told("读取"):
        content = bytes(store.bucket.objects.get(pack.name).bytes())
    end = 0
    for place in read_entries(BytesIO(content), len(content)):
        stored = content[place.start : place.start + place.length]
        end = end_of(place)
        if place.sha256 != sha256_of(plain(stored)):
            yield f"证据 {place.sha256} 的内容已被改动（{pack.name}）"
    if end != pack.size or len(content) != pack.size:
        yield f"{pack.name} 不完整，应有 {pack.size} 字节"


def index_again(store: BucketStore, now: datetime | None = None) -> Indexed:
    """Bring the index in line with the bucket. Raises StorageFailed."""
    until = (now or datetime.now(UTC)) - _UNDER_WAY
    known = {pack.name: pack for pack in store.index.list_packs()}
    there: set[str] = set()
    added = removed = 0
    with store.bucket.told("读取"):
        listed = [one for part in store.bucket.objects.list(FOLDER) for one in part]
    for one in listed:
        there.add(one["path"])
        if one["path"] not in known and one["last_modified"] <= until:
            new = _index(store, Pack(one["path"], one["size"]))
            added, removed = added + new, removed + (not new)
    lost = []
    for name in known.keys() - there:
        if count := store.index.forget(name):
            lost.append(f"{name} 不在存储桶中，其中有 {count} 件证据")
    return Indexed(added, removed, tuple(sorted(lost)))


def _index(store: BucketStore, pack: Pack) -> int:
    """Index the contents of an unknown pack; one without anything new is removed. Returns how many were
    new."""
    with store.bucket.told("读取"):
        content = bytes(store.bucket.objects.get(pack.name).bytes())
    places = list(read_entries(BytesIO(content), len(content)))
    held = store.index.holds([place.sha256 for place in places])
    if new := [place for place in places if place.sha256 not in held]:
        return store.index.add(pack, new)
    with store.bucket.told("删除"):
        _remove(store, [pack])
    return 0
