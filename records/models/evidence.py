"""Where evidence lies in a bucket: an index of its packs, which can be made again from them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, Id


class EvidencePack(Base):
    """A pack of a bucket: many contents in one object."""

    __tablename__ = "evidence_packs"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True, comment="its key in the bucket")
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes")
    made_at: Mapped[datetime]


class EvidencePlace(Base):
    """Where the bytes of one SHA-256 lie."""

    __tablename__ = "evidence_places"

    content: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, comment="SHA-256")
    pack_id: Mapped[Id] = mapped_column(ForeignKey(EvidencePack.id), index=True)
    start: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
