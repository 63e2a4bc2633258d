"""Where evidence lies in a bucket, by the database that all machines share (PostgreSQL)."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from records.database import in_batches, open_engine, reading, transaction
from records.models import EvidencePack, EvidencePlace
from records.store.pack_format import Place

_PART = 1_000
_engines: dict[tuple[int, str], Engine] = {}


@dataclass(frozen=True)
class Pack:
    """A pack by its key in the bucket, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class BucketIndex:
    """The index in the database at an address (SQLAlchemy form)."""

    database_url: str

    def find(self, sha256: str) -> tuple[str, Place] | None:
        """The pack's key and the place in it of a SHA-256 (hex); None where it is not kept."""
        query = (
            select(EvidencePack.name, EvidencePlace.start, EvidencePlace.length)
            .join(EvidencePack, EvidencePack.id == EvidencePlace.pack_id)
            .where(EvidencePlace.content == bytes.fromhex(sha256))
        )
        with reading(self._engine) as session:
            row = session.execute(query).one_or_none()
        return None if row is None else (row[0], Place(sha256, row[1], row[2]))

    def holds(self, sha256s: Sequence[str]) -> set[str]:
        """Those of some SHA-256 that are kept."""
        found: set[str] = set()
        with reading(self._engine) as session:
            for some in in_batches(sha256s):
                wanted = [bytes.fromhex(one) for one in some]
                query = select(EvidencePlace.content).where(EvidencePlace.content.in_(wanted))
                found.update(content.hex() for content in session.scalars(query))
        return found

    def names(self) -> Iterator[str]:
        """All stored SHA-256, in order."""
        after, query = b"", select(EvidencePlace.content).order_by(EvidencePlace.content).limit(_PART)
        while True:
            with reading(self._engine) as session:
                part = session.scalars(query.where(EvidencePlace.content > after)).all()
            if not part:
                return
            yield from (content.hex() for content in part)
            after = part[-1]

    def add(self, pack: Pack, places: Sequence[Place]) -> int:
        """Note a pack that is in the bucket; returns how many of its contents were new. Where another
        machine kept one at the same moment, that one's place stays."""
        with transaction(self._engine) as session:
            row = EvidencePack(name=pack.name, size=pack.size, made_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            added = 0
            for some in in_batches(places):
                values = [
                    {"content": bytes.fromhex(one.sha256), "pack_id": row.id, "start": one.start,
                     "length": one.length}
                    for one in some
                ]  # fmt: skip
                new = insert(EvidencePlace).values(values).on_conflict_do_nothing()
                added += len(session.scalars(new.returning(EvidencePlace.pack_id)).all())
        return added

    def list_packs(self, below: int | None = None) -> list[Pack]:
        """The packs, oldest first; only those smaller than `below` bytes, if given."""
        query = select(EvidencePack.name, EvidencePack.size).order_by(EvidencePack.id)
        if below is not None:
            query = query.where(EvidencePack.size < below)
        with reading(self._engine) as session:
            return [Pack(*row) for row in session.execute(query)]

    def replace(self, packs: Sequence[Pack], whole: Pack) -> None:
        """Note that packs lie one after the other in `whole`, and no more by themselves."""
        with transaction(self._engine) as session:
            row = EvidencePack(name=whole.name, size=whole.size, made_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            start = 0
            for pack in packs:
                old = select(EvidencePack.id).where(EvidencePack.name == pack.name).scalar_subquery()
                moved = update(EvidencePlace).where(EvidencePlace.pack_id == old)
                session.execute(
                    moved.values(pack_id=row.id, start=EvidencePlace.start + start),
                    execution_options={"synchronize_session": False},
                )
                session.execute(delete(EvidencePack).where(EvidencePack.name == pack.name))
                start += pack.size

    def forget(self, name: str) -> int:
        """Drop a pack that is not in the bucket; returns how many contents lay in it."""
        with transaction(self._engine) as session:
            old = select(EvidencePack.id).where(EvidencePack.name == name).scalar_subquery()
            lost = session.scalar(select(func.count()).where(EvidencePlace.pack_id == old)) or 0
            session.execute(delete(EvidencePlace).where(EvidencePlace.pack_id == old))
            session.execute(delete(EvidencePack).where(EvidencePack.name == name))
        return lost

    @property
    def _engine(self) -> Engine:
        key = os.getpid(), self.database_url  # a forked process opens its own
        if key not in _engines:
            _engines[key] = open_engine(self.database_url)
        return _engines[key]
