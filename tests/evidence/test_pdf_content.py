"""A record whose words stay but look otherwise is not the record."""

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
)

from evidence.package import RECORD, WACZ
from evidence.pdf_content import content_of_pdf, origin_of_pdf
from evidence.record import record_pdf
from evidence.verification import verify_package
from tests.evidence.test_verification import TRUE, packed

Change = Callable[[PdfWriter], object]


@pytest.fixture(scope="module")
def record() -> bytes:
    return record_pdf(TRUE, None, None, "12")


def changed(record: bytes, change: Change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(record)))
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def drawn(change: Callable[[bytes], bytes]) -> Change:
    """A change of the drawing of the first page."""

    def apply(writer: PdfWriter) -> None:
        page: PageObject = writer.pages[0]
        drawing = page.get_contents()
        assert drawing is not None
        drawing.set_data(change(drawing.get_data()))
        page[NameObject("/Contents")] = writer._add_object(drawing)

    return apply


def _cut(writer: PdfWriter) -> None:
    writer.pages[0].mediabox = RectangleObject((0, 0, 200, 100))


def _exchange(data: bytes) -> bytes:
    """Two lines that begin one below the other, in each other's places."""
    places = re.findall(rb"[^\n]+ Tm", data)
    margin = Counter(place.split()[4] for place in places).most_common(1)[0][0]
    first, then = [place for place in places if place.split()[4] == margin][1:3]
    return data.replace(first, b"?").replace(then, first).replace(b"?", then)


def _lay_over(data: bytes) -> bytes:
    places = re.findall(rb"[^\n]+ Tm", data)
    return data.replace(places[5], places[4])


def _font(writer: PdfWriter) -> DictionaryObject:
    font: DictionaryObject = next(iter(writer.pages[0]["/Resources"]["/Font"].values())).get_object()
    return font["/DescendantFonts"][0].get_object()


def _exchange_letters(writer: PdfWriter) -> None:
    other = DecodedStreamObject()
    other.set_data(b"".join(max(0, letter - 1).to_bytes(2, "big") for letter in range(65536)))
    _font(writer)[NameObject("/CIDToGIDMap")] = writer._add_object(other)


def _spread(writer: PdfWriter) -> None:
    _font(writer)[NameObject("/W")] = ArrayObject([NumberObject(0), NumberObject(60000), NumberObject(0)])


def _thumb(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/Thumb")] = writer._add_object(DecodedStreamObject())


CHANGES: dict[str, Change] = {
    "lines exchanged": drawn(_exchange),
    "words over words": drawn(_lay_over),
    "words raised": drawn(lambda data: data.replace(b"BT", b"BT 50 Ts ")),
    "words cut away": drawn(lambda data: b"0 0 600 300 re W n\n" + data),
    "a thick line over words": drawn(lambda data: data + b"\n30 w 50 400 m 500 400 l S"),
    "letters moved together": drawn(lambda data: b"-9 Tc\n" + data),
    "letters exchanged": _exchange_letters,
    "letters without width": _spread,
    "a picture of the page beside it": _thumb,
    "words unseen": drawn(lambda data: data.replace(b"BT", b"BT 3 Tr ")),
    "words in white": drawn(lambda data: b"1 1 1 rg\n" + data.replace(b" rg", b" pop")),
    "words moved off the page": drawn(lambda data: b"q 1 0 0 1 0 -2000 cm\n" + data + b"\nQ"),
    "words of no size": drawn(lambda data: b"q 0.01 0 0 0.01 0 0 cm\n" + data + b"\nQ"),
    "a page cut": _cut,
    "a page turned": lambda writer: writer.pages[0].rotate(180),
    "a title beside the pages": lambda writer: writer.add_outline_item("作废", 0),
    "another title": lambda writer: writer.add_metadata({"/Title": "作废"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_same_words_that_look_otherwise_are_another_content(record: bytes, change: Change) -> None:
    true, altered = content_of_pdf(record), content_of_pdf(changed(record, change))
    assert altered.words == true.words
    assert not altered.shows_the_same(true)


def test_the_same_document_written_by_another_program_has_the_same_content(record: bytes) -> None:
    again = changed(record, lambda writer: None)
    assert again != record
    assert content_of_pdf(again) == content_of_pdf(record)


def test_a_font_that_both_have_has_one_encoding_and_another_machines_its_own(record: bytes) -> None:
    true = content_of_pdf(record)
    font = next(iter(true.encodings))
    assert true.shows_the_same(replace(true, encodings={"another font": "another encoding"}))
    assert not true.shows_the_same(replace(true, encodings={font: "another encoding"}))


def test_bytes_around_the_document_are_another_content(record: bytes) -> None:
    assert content_of_pdf(record + b"\n%more") != content_of_pdf(record)


def test_letters_drawn_by_another_font_program_are_named(record: bytes, tmp_path: Path) -> None:
    def swap(writer: PdfWriter) -> None:
        for font in writer.pages[0]["/Resources"]["/Font"].values():
            about = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            for name in {"/FontFile2", "/FontFile3"} & about.keys():
                about[name].get_object().set_data(b"another")

    forged = changed(record, swap)
    assert origin_of_pdf(forged) == origin_of_pdf(record)
    faults = verify_package(packed(tmp_path, {RECORD: forged, WACZ: b""}))[1]
    assert RECORD in {fault.name for fault in faults}
