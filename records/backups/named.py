"""The evidence that the database names: all of it must be in the store."""

from collections.abc import Iterator

from sqlalchemy import select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from evidence.manifest import ManifestFaulty
from records.cases.captures import manifest_of
from records.models import Attachment, Capture, Image, Snapshot, Verification
from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore

_PART = 1_000
NAMING: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ...] = (
    Snapshot.body_sha256,
    Snapshot.rendered_sha256,
    Snapshot.text_sha256,
    Capture.manifest_sha256,
    Capture.screenshot_sha256,
    Capture.stamp_sha256,
    Image.sha256,
    Image.preview_sha256,
    Attachment.sha256,
)


def list_named(session: Session, store: EvidenceStore) -> Iterator[str]:
    """The SHA-256 (hex) of all evidence that rows, re-checks and manifests name; some more than once.

    A manifest that cannot be read names nothing more; it is named itself.
    """
    columns = union(*(select(column.label("sha256")).where(column.is_not(None)) for column in NAMING))
    for name in session.execute(columns.execution_options(yield_per=_PART)).scalars():
        if name is not None:
            yield name
    seen = select(Verification.observations).execution_options(yield_per=_PART)
    for observations in session.scalars(seen):
        yield from (one["screenshot"] for one in observations if one.get("screenshot"))
    for capture in session.scalars(select(Capture).execution_options(yield_per=_PART)):
        try:
            yield from (item.sha256 for item in manifest_of(store, capture).items)
        except (EvidenceMissing, EvidenceAltered, ManifestFaulty):
            continue
