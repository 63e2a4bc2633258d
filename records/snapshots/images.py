"""Pictures on pages, and the text read in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classifiers.values import PageText
from records.models import AwaitingJudgement, Image, PageImage, Snapshot, VisitKind
from records.snapshots.snapshots import read_text
from records.store.content_store import EvidenceMissing, EvidenceStore

INLINE = "data:"  # how the addresses of pictures begin that a page holds itself
VIDEO = "视频："  # how the statement about a video begins: its parts seen and heard, and the others


@dataclass(frozen=True)
class Line:
    """A line of text in a picture: how sure the reading is (0 to 1), and its box in pixels from the upper left."""

    text: str
    score: float
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Line") -> bool:
        """Whether both cover the same place for the most part: the same line, read twice."""
        beside = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        above = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return beside > min(self.width, other.width) / 2 and above > min(self.height, other.height) / 2

    def scaled(self, factor: float) -> "Line":
        """The line in a picture `factor` times as large."""
        return replace(
            self,
            x=self.x * factor,
            y=self.y * factor,
            width=self.width * factor,
            height=self.height * factor,
        )


@dataclass(frozen=True)
class ReadImage:
    """The text read in a picture; `fault` is why it could not be read, and for a video the parts seen and heard. `size` is
    the size read (width, height), where larger than the picture: several frames of it."""

    lines: tuple[Line, ...]
    preview: bytes | None
    fault: str | None = None
    size: tuple[int, int] | None = None


def keep_image(
    session: Session, store: EvidenceStore, snapshot_id: int, url: str, content: bytes, size: tuple[int, int]
) -> str:
    """Keep a picture of a snapshot's page (its size in pixels: width, height); returns its SHA-256.

    Where the snapshot repeats an earlier one, a picture that the earlier one had is kept already; another
    picture under its address makes the snapshot a separate one, to be judged again.
    """
    sha256 = store.put(content)
    if session.get(Image, sha256) is None:
        session.add(Image(sha256=sha256, width=size[0], height=size[1], lines=[]))
        session.flush()
    snapshot = session.get_one(Snapshot, snapshot_id)
    if snapshot.unchanged_since_id is not None:
        if session.get(PageImage, (snapshot.unchanged_since_id, sha256)) is not None:
            return sha256
        _part_from_earlier(session, snapshot, snapshot.unchanged_since_id, url)
    if session.get(PageImage, (snapshot_id, sha256)) is None:
        session.add(PageImage(snapshot_id=snapshot_id, sha256=sha256, url=url))
        session.flush()
    return sha256


def _part_from_earlier(session: Session, snapshot: Snapshot, earlier_id: int, changed_url: str) -> None:
    """Let a snapshot stand for itself, with the earlier one's pictures but the one that has changed."""
    snapshot.unchanged_since_id = None
    if snapshot.visit.kind is not VisitKind.RECHECK:
        session.add(AwaitingJudgement(snapshot_id=snapshot.id))
    for own in session.scalars(select(PageImage).where(PageImage.snapshot_id == earlier_id)):
        if own.url != changed_url:
            session.add(PageImage(snapshot_id=snapshot.id, sha256=own.sha256, url=own.url))
    session.flush()


def pictures_to_see_again(session: Session, snapshot_id: int) -> tuple[Sequence[str], datetime | None]:
    """The addresses of the pictures that a snapshot shares with the earlier one that it repeats, and when that was
    fetched: a picture may change under its address, and the page not."""
    snapshot = session.get_one(Snapshot, snapshot_id)
    if snapshot.unchanged_since_id is None:
        return (), None
    earlier = session.get_one(Snapshot, snapshot.unchanged_since_id)
    elsewhere = select(PageImage.url).where(
        PageImage.snapshot_id == earlier.id, PageImage.url.not_like(f"{INLINE}%")
    )
    urls = session.scalars(elsewhere).all()
    return urls, earlier.fetched_at


def unread_images(session: Session, limit: int) -> Sequence[str]:
    """The SHA-256 of pictures that are not read yet."""
    return session.scalars(select(Image.sha256).where(Image.read_at.is_(None)).limit(limit)).all()


def page_of_image(session: Session, sha256: str) -> tuple[int | None, float | None]:
    """The newest snapshot that shows a picture, and the seconds that its page has taken; None where there is none."""
    shown = (
        select(Snapshot.id, Snapshot.seconds)
        .join(PageImage, PageImage.snapshot_id == Snapshot.id)
        .where(PageImage.sha256 == sha256)
        .order_by(Snapshot.id.desc())
        .limit(1)
    )
    found = session.execute(shown).first()
    return (found[0], found[1]) if found else (None, None)


def record_reading(
    session: Session, store: EvidenceStore, sha256: str, read: ReadImage, now: datetime
) -> None:
    """Record the text read in a picture."""
    image = session.get_one(Image, sha256)
    image.read_at = now
    image.lines = [asdict(line) for line in read.lines]
    image.preview_sha256 = store.put(read.preview) if read.preview else None
    image.fault = read.fault
    if read.size:
        image.width, image.height = read.size


def images_of(session: Session, snapshot_id: int) -> Sequence[PageImage]:
    """The pictures of a snapshot's page, as they stand on it."""
    query = select(PageImage).where(PageImage.snapshot_id == snapshot_id).options(joinedload(PageImage.image))
    return session.scalars(query.order_by(PageImage.sha256)).all()


def videos_of(session: Session, snapshot_id: int) -> Sequence[tuple[str, str]]:
    """The address of each video of a snapshot's page, and the statement about it."""
    shown = images_of(session, snapshot_id)
    return [
        (row.url, row.image.fault)
        for row in shown
        if (row.image.fault or "").startswith(VIDEO) and row.image.fault
    ]


def text_with_images(session: Session, store: EvidenceStore, snapshot: Snapshot) -> PageText | None:
    """A snapshot's text, with the words in its pictures after the visible text, each line a block that names
    its picture.

    None where there is neither.
    """
    return texts_with_images(session, store, [snapshot])[0]


def texts_with_images(
    session: Session, store: EvidenceStore, snapshots: Sequence[Snapshot]
) -> list[PageText | None]:
    """As `text_with_images`, for many."""
    shown = session.scalars(
        select(PageImage)
        .where(PageImage.snapshot_id.in_([snapshot.id for snapshot in snapshots]))
        .options(joinedload(PageImage.image))
        .order_by(PageImage.sha256)
    )
    images: dict[int, list[Image]] = {}
    for row in shown:
        if row.image.lines:
            images.setdefault(row.snapshot_id, []).append(row.image)
    return [_with_images(read_text(store, snapshot), images.get(snapshot.id, ())) for snapshot in snapshots]


def find_text(session: Session, store: EvidenceStore, snapshot: Snapshot) -> PageText | None:
    """A snapshot's text with that of its pictures; None where it has none, or the store has lost it."""
    try:
        (text,) = texts_with_images(session, store, [snapshot])
    except EvidenceMissing:
        return None
    return text


def _with_images(page: PageText | None, shown: Sequence[Image]) -> PageText | None:
    if page is None or not shown:
        return page
    return page.with_seen(
        (text, image.sha256, "")
        for image in shown
        for text in paragraphs([Line(**line) for line in image.lines])
    )


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Lines of a picture put together where one goes on from another: close below it and of like size."""
    texts: list[str] = []
    before: Line | None = None
    for line in lines:
        close = before is not None and line.y - (before.y + before.height) < 0.8 * before.height
        alike = before is not None and 0.7 < line.height / max(before.height, 1) < 1.4
        beside = before is not None and abs(line.y - before.y) < 0.5 * before.height
        if texts and (beside or (close and alike)):
            texts[-1] += f" {line.text}"
        else:
            texts.append(line.text)
        before = line
    return texts
