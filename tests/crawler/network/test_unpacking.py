"""A response is unpacked as far as a browser would show it: up to a limit, and to the byte that breaks it."""

import gzip
import os
import time
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from sqlalchemy import Engine, select

from crawler.network.unpacking import CannotUnpack, unpacked
from records.database import reading, transaction
from records.models import Case, PlannedPage
from tests.records import registered
from tests.servers.hostile import UNLAWFUL
from tests.servers.site import Answer, page, serving

MOST = 1 << 20
WORDS = f"<p>{UNLAWFUL}</p>".encode()
BOMB = WORDS + b"0" * (16 << 20)


def raw_deflate(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]


PACKING: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda content: brotli.compress(content, quality=4),
    "zstd": zstandard.compress,
}
CUT, BROKEN = ["unpacked_in_part"], ["unpacks_no_further"]


@pytest.mark.parametrize("coding", PACKING)
def test_what_unpacks_whole_is_whole(coding: str) -> None:
    content = os.urandom(5_000) + WORDS * 99
    assert unpacked(PACKING[coding](content), [coding], MOST) == (content, [])
    assert unpacked(b"", [coding], MOST) == (b"", [])


def test_deflate_comes_without_its_head_from_some_servers() -> None:
    assert unpacked(raw_deflate(WORDS), ["deflate"], MOST) == (WORDS, [])


def test_what_follows_the_end_is_left_out_as_browsers_do() -> None:
    for coding in ("gzip", "deflate", "br"):
        assert unpacked(PACKING[coding](WORDS) + b"more" * 999, [coding], MOST) == (WORDS, [])


@pytest.mark.parametrize("coding", PACKING)
def test_a_bomb_is_taken_by_its_beginning(coding: str) -> None:
    assert unpacked(PACKING[coding](BOMB), [coding], MOST) == (BOMB[:MOST], CUT)


def test_a_bomb_in_layers_is_taken_by_its_beginning() -> None:
    layers = ["gzip", "br", "zstd", "deflate"]
    packed = BOMB
    for coding in reversed(layers):
        packed = PACKING[coding](packed)
    assert unpacked(packed, layers, MOST) == (BOMB[:MOST], CUT)


def test_layers_without_number_are_refused_with_a_reason() -> None:
    packed = WORDS
    for _ in range(17):
        packed = gzip.compress(packed)
    with pytest.raises(CannotUnpack, match="17 层"):
        unpacked(packed, ["gzip"] * 17, MOST)


@pytest.mark.parametrize("window", [15, 31])
def test_words_before_the_byte_that_breaks_a_coding_are_taken(window: int) -> None:
    coding, packer = ("gzip" if window > 15 else "deflate"), zlib.compressobj(wbits=window)
    begun = packer.compress(WORDS) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert unpacked(begun + b"\xff" * 2_000, [coding], MOST) == (WORDS, BROKEN)
    whole = begun + packer.flush()
    wrong_sum = whole[:-1] + bytes([whole[-1] ^ 1])
    assert unpacked(wrong_sum, [coding], MOST) == (WORDS, BROKEN)


@pytest.mark.parametrize("coding", PACKING)
def test_what_is_not_packed_at_all_gives_a_reason(coding: str) -> None:
    with pytest.raises(CannotUnpack, match=f"以 {coding} 压缩，但无法解开"):
        unpacked(b"\xff" + WORDS, [coding], MOST)


def test_noise_in_as_many_layers_as_are_undone_takes_a_moment() -> None:
    packed = os.urandom(MOST - 9_000)
    for _ in range(16):
        packed = gzip.compress(packed, 0)
    begun = time.process_time()
    assert unpacked(packed, ["gzip"] * 16, MOST)[1] == []
    assert time.process_time() - begun < 2


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_page_that_breaks_is_judged_and_one_that_cannot_be_unpacked_says_why(
    engine: Engine, qingyi
) -> None:
    words = "<title>门诊</title>".encode() + WORDS
    pages = {
        "/broken": (gzip.compress(words)[:-1] + b"\xff", "gzip"),
        "/plain": (words, "gzip"),
        "/deep": (words, ", ".join(["gzip"] * 99)),
    }
    served = {
        path: Answer(body, headers={"Content-Encoding": coding}) for path, (body, coding) in pages.items()
    }
    with serving({"/": Answer(page(*served)), **served}) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        flagged = {case.page.url.removeprefix(site.url) for case in session.scalars(select(Case))}
        reasons = {row.url.removeprefix(site.url): row.reason for row in session.scalars(select(PlannedPage))}
    assert flagged == {"/broken"}
    assert reasons["/broken"] == "压缩的内容有误，按能解开的部分研判"
    assert reasons["/plain"] == "内容声明以 gzip 压缩，但无法解开"
    assert reasons["/deep"] == "内容压缩了 99 层，超过 16 层，未解开"
