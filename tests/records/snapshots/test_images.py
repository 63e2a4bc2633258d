"""A picture may change under its address while the page does not: the page is judged again with it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from records.database import reading, transaction
from records.models import Image, Snapshot
from records.snapshots.images import INLINE, images_of, keep_image, pictures_to_see_again
from records.store.content_store import EvidenceStore
from tests.records import registered

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
POSTER, BANNER, NEW = b"poster", b"banner", b"another poster"
AT = "http://127.0.0.1/hb.png"


@pytest.fixture
def repeated(engine: Engine, store: EvidenceStore) -> tuple[int, int]:
    """A page's snapshot with two pictures, and the one that repeats it a day later."""
    with transaction(engine) as session:
        site = registered.site(session)
    first = registered.snapshot(engine, store, site, NOW, url=site.address, text="门诊")
    second = registered.snapshot(engine, store, site, NOW + timedelta(days=1), url=site.address, text="门诊")
    with transaction(engine) as session:
        session.get_one(Snapshot, second.id).unchanged_since_id = first.id
        keep_image(session, store, first.id, AT, POSTER, (600, 400))
        keep_image(session, store, first.id, "http://127.0.0.1/banner.png", BANNER, (600, 400))
    return first.id, second.id


def test_the_same_picture_is_kept_once_and_the_page_stays_unchanged(
    engine: Engine, store: EvidenceStore, repeated: tuple[int, int]
) -> None:
    first, second = repeated
    with transaction(engine) as session:
        urls, seen_at = pictures_to_see_again(session, second)
        assert set(urls) == {AT, "http://127.0.0.1/banner.png"}
        assert seen_at == NOW
        keep_image(session, store, second, AT, POSTER, (600, 400))
        assert session.get_one(Snapshot, second).unchanged_since_id == first
        assert images_of(session, second) == []


def test_another_picture_under_the_address_makes_the_page_another(
    engine: Engine, store: EvidenceStore, repeated: tuple[int, int]
) -> None:
    _, second = repeated
    with transaction(engine) as session:
        sha256 = keep_image(session, store, second, AT, NEW, (600, 400))
    with reading(engine) as session:
        assert session.get_one(Snapshot, second).unchanged_since_id is None
        shown = {row.sha256: row.url for row in images_of(session, second)}
        assert session.get_one(Image, sha256).read_at is None, "it is to be read"
    assert len(shown) == 2, "the banner is on it still, the old poster is not"
    assert shown[sha256] == AT
    assert "http://127.0.0.1/banner.png" in shown.values()


def test_a_page_that_repeats_nothing_has_nothing_to_see_again(
    engine: Engine, repeated: tuple[int, int]
) -> None:
    with reading(engine) as session:
        assert pictures_to_see_again(session, repeated[0]) == ((), None)


@pytest.mark.databases("sqlite")
def test_a_picture_that_the_page_holds_itself_is_not_asked_for_again(
    engine: Engine, store: EvidenceStore, repeated: tuple[int, int]
) -> None:
    first, second = repeated
    with transaction(engine) as session:
        keep_image(session, store, first, f"{INLINE}sha256=ab", NEW, (600, 400))
    with reading(engine) as session:
        assert not any(url.startswith(INLINE) for url in pictures_to_see_again(session, second)[0])
