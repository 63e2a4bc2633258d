"""The evidence store of many machines: a bucket of an S3-compatible store, which each can reach.

Contents stored together are one object, a pack (`records.store.pack_format`), visible to all machines at
once; the database says where its entries lie. `records.store.gathering` makes large packs of small ones. The
S3 library is imported where it is used: a store in a folder does not need it.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from records.storage_faults import StorageFailed
from records.store.bucket_index import BucketIndex, Pack
from records.store.compression import compressed, plain
from records.store.content_store import EvidenceAltered, EvidenceMissing, is_sha256, sha256_of
from records.store.pack_format import written_entries

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

FOLDER = "packs"
_RETRIES, _RETRIED_FOR = 4, timedelta(seconds=30)
_stores: dict[tuple[int, "Bucket"], "S3Store"] = {}


@dataclass(frozen=True)
class Bucket:
    """A bucket's address (`s3://NAME/PREFIX`), the server (empty: Amazon's) with its region, and its access
    key (empty: the machine's own)."""

    url: str
    endpoint: str = ""
    region: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    @property
    def objects(self) -> "S3Store":
        """This process's client of the bucket."""
        from obstore.store import S3Store  # noqa: PLC0415

        place = os.getpid(), self  # the client does not survive a fork
        if place not in _stores:
            _stores[place] = S3Store.from_url(
                self.url,
                config=self._config(),
                client_options={"allow_http": self.endpoint.startswith("http://"), "timeout": "60s"},
                retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRIED_FOR},
            )
        return _stores[place]

    def _config(self) -> "S3Config":
        # A bucket with object lock requires a checksum of each upload.
        config: S3Config = {"checksum_algorithm": "sha256"}
        if self.endpoint:
            config["endpoint"] = self.endpoint
        if self.region:
            config["region"] = self.region
        if self.key:
            config |= {"access_key_id": self.key, "secret_access_key": self.secret}
        return config

    @contextmanager
    def told(self, doing: str) -> Iterator[None]:
        """Raises StorageFailed for errors while it is read, written…; `doing` names the act in Chinese."""
        from obstore.exceptions import BaseError  # noqa: PLC0415

        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            message = (str(error).splitlines() or [""])[0]
            raise StorageFailed(f"证据库 {self.url} 无法{doing}：{message[:300]}") from error


@dataclass(frozen=True)
class BucketStore:
    """The evidence in a bucket, by the index in the database at an address (SQLAlchemy form)."""

    bucket: Bucket
    database_url: str = field(repr=False)

    @property
    def index(self) -> BucketIndex:
        """Where everything lies."""
        return BucketIndex(self.database_url)

    @property
    def place(self) -> str:
        """The bucket's address."""
        return self.bucket.url

    def put(self, content: bytes) -> str:
        """As `EvidenceStore.put`."""
        return self.put_many([content])[0]

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """As `EvidenceStore.put_many`: first the pack, then its place in the index."""
        names = [sha256_of(content) for content in contents]
        kept = dict(zip(names, contents, strict=True))
        existing = self.holds(list(kept))
        new = {name: compressed(content) for name, content in kept.items() if name not in existing}
        if new:
            entries, places = written_entries(new, 0)
            pack = Pack(new_name(), len(entries))
            with self.bucket.told("写入"):
                self.bucket.objects.put(pack.name, entries)
            self.index.add(pack, places)
        return names

    def get(self, sha256: str) -> bytes:
        """As `EvidenceStore.get`."""
        if not is_sha256(sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        stored = self._stored(sha256)
        if stored is None:
            stored = self._stored(sha256)  # its pack was gathered into another while we asked
        if stored is None:
            raise EvidenceMissing(f"证据库中没有 {sha256}")
        content = plain(stored)
        if sha256_of(content) != sha256:
            raise EvidenceAltered(f"证据 {sha256} 的内容已被改动")
        return content

    def holds(self, sha256s: Sequence[str]) -> set[str]:
        """As `EvidenceStore.holds`, by the index."""
        return self.index.holds(sha256s)

    def packed(self, sha256s: Sequence[str]) -> set[str]:
        """As `EvidenceStore.packed`: everything is."""
        return self.holds(sha256s)

    def names(self) -> Iterator[str]:
        """As `EvidenceStore.names`."""
        return self.index.names()

    def fault(self) -> str | None:
        """As `EvidenceStore.fault`: it cannot be reached, or denies access."""
        try:
            with self.bucket.told("读取"):
                next(iter(self.bucket.objects.list(FOLDER, chunk_size=1)), None)
        except StorageFailed as failed:
            return str(failed)
        return None

    def _stored(self, sha256: str) -> bytes | None:
        found = self.index.find(sha256)
        if found is None:
            return None
        name, place = found
        if not place.length:
            return b""
        with self.bucket.told("读取"):
            try:
                return bytes(self.bucket.objects.get_range(name, start=place.start, length=place.length))
            except FileNotFoundError:
                return None


def new_name() -> str:
    """A key for a pack: by day, so that a bucket can be looked through."""
    return f"{FOLDER}/{datetime.now(UTC):%Y/%m/%d/%H%M%S}-{secrets.token_hex(8)}.pack"
