"""What a PDF shows: its words, and all that could make them look otherwise, to compare two records.

Positions are not compared, since another machine's fonts move them; but no word may stand off its page or its place
(`pdf_places`), unseen, in a colour or from a font of its own.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from evidence.pdf_places import misplaced

_MOST_PAGES = 400
_PAINTING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh", b"Do", b"BI", b"INLINE IMAGE"})
# How words look: colours (rg … SCN), how letters are painted (Tr), states (gs), widths of letters (Tz) and of lines (w).
_LOOKING = frozenset(
    {
        *(b"rg", b"RG", b"g", b"G", b"k", b"K", b"cs", b"CS", b"sc", b"SC", b"scn", b"SCN"),
        b"Tr",
        b"gs",
        b"Tz",
        b"w",
    }
)
_ACTING = ("/AcroForm", "/OpenAction", "/AA", "/Names")
_BOXES = ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Rotate", "/UserUnit")
_SMALLEST = 3.0  # points: the smallest letters of a record have 8
_MARGIN = 1.0  # points
_WIDEST = 2000  # thousandths of the letters' size
_STORING = frozenset({"/Filter", "/DecodeParms", "/Length", "/Interpolate"})  # of no effect on the looks


@dataclass(frozen=True)
class PdfContent:
    """The content of a PDF: its words without blanks, its pictures by SHA-256 of their stored pixels, how
    often it paints over other content, its active elements, and its looks: page sizes, colours and ways of painting,
    titles, and whether words stand where nobody sees them."""

    words: str
    pictures: tuple[str, ...]
    painted: int
    acting: tuple[str, ...]
    looks: frozenset[tuple[object, ...]]
    encodings: Mapping[str, str] = field(default_factory=dict, compare=False)

    def shows_the_same(self, other: "PdfContent") -> bool:
        """Whether both have the same content, and the same encoding of the fonts that both have: an encoding could exchange
        letters, and a font of another kind has another."""
        both = self.encodings.keys() & other.encodings.keys()
        return self == other and all(self.encodings[font] == other.encodings[font] for font in both)


@dataclass(frozen=True)
class PdfOrigin:
    """The program that made a PDF, and its fonts: with the same of both, the same bytes come out."""

    producer: str
    fonts: frozenset[str]


def content_of_pdf(content: bytes) -> PdfContent:
    """The content of a PDF. Raises pypdf's errors for bytes that are not a PDF."""
    reader = PdfReader(io.BytesIO(content))
    pages = reader.pages[:_MOST_PAGES]
    painted = 0
    pictures: list[str] = []
    acting = [name for name in _ACTING if name in reader.root_object]
    encodings: dict[str, str] = {}
    looks: set[tuple[object, ...]] = {("root", *sorted(reader.root_object)), *_titles(reader)}
    if (
        not content.startswith(b"%PDF-")
        or not content.endswith(b"%%EOF\n")
        or content.count(b"startxref") != 1
    ):
        looks.add(("bytes around or after the document",))
    for page in pages:
        stream = page.get_contents()
        if stream is not None:
            painted += sum(operator in _PAINTING for _, operator in stream.operations)
            looks |= _looks_of(page, stream)
            encodings |= _encodings(page)
            looks.update(misplaced(stream))
        for image in page.images:
            pictures.append(hashlib.sha256(image.data).hexdigest())
        acting += [str(one.get_object().get("/Subtype")) for one in page.get("/Annots") or ()]
    if len(reader.pages) > _MOST_PAGES:
        acting.append("pages")
    words = "".join("".join(_words_of(page, looks).split()) for page in pages)
    return PdfContent(words, tuple(pictures), painted, tuple(acting), frozenset(looks), encodings)


def origin_of_pdf(content: bytes) -> PdfOrigin:
    """What a PDF says that it was made by. Raises as `content_of_pdf`."""
    reader = PdfReader(io.BytesIO(content))
    fonts = frozenset(name for page in reader.pages[:_MOST_PAGES] for name in _encodings(page))
    return PdfOrigin(str(reader.metadata.get("/Producer") if reader.metadata else ""), fonts)


def _encodings(page: PageObject) -> dict[str, str]:
    """The fonts of a page by their names, each with how its codes become letters."""
    fonts = (font.get_object() for font in _resources(page, "/Font").values())
    return {str(font.get("/BaseFont", "")).rpartition("+")[2]: str(font.get("/Encoding")) for font in fonts}


def _titles(reader: PdfReader) -> set[tuple[object, ...]]:
    """The words that viewers show in addition to the pages."""
    about = ((name, str(value)) for name, value in (reader.metadata or {}).items() if name != "/Producer")
    titles: set[tuple[object, ...]] = {("about", *one) for one in about}
    waiting: list[Any] = list(reader.outline)
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        else:
            titles.add(("title", str(one.title)))
    return titles


def _resources(page: PageObject, kind: str) -> dict[str, Any]:
    resources: dict[str, Any] = page.get("/Resources", {})
    found: dict[str, Any] = resources.get(kind, {})
    return found


def _looks_of(page: PageObject, stream: ContentStream) -> set[tuple[object, ...]]:
    sizes = tuple(str(page.get(name)) for name in _BOXES)
    looks: set[tuple[object, ...]] = {("page", *sizes)}
    states = _resources(page, "/ExtGState")
    for operands, operator in stream.operations:
        if operator in _LOOKING:
            values = [states[one].get_object() for one in operands] if operator == b"gs" else operands
            looks.add((operator, *(_rounded(one) for one in values)))
    looks |= {("part of a page", *sorted(page)), ("resources", *sorted(page.get("/Resources", {})))}
    for picture in _resources(page, "/XObject").values():
        looks.add(("picture", *sorted(set(picture.get_object()) - _STORING)))
    for font in _resources(page, "/Font").values():
        looks.update(_looks_of_font(font.get_object()))
    return looks


def _looks_of_font(font: Any) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - pypdf's dictionary
    """Whose letters they are, and whether the document itself exchanges them, or spaces them out."""
    inner = _inner(font)
    yield ("font", font.get("/Subtype"), _is_embedded(inner))
    yield ("letters", str(inner.get("/CIDToGIDMap", "/Identity")), *sorted(font))
    widths = [one for part in inner.get("/W", ()) for one in (part if isinstance(part, list) else ())]
    if not all(0 <= width <= _WIDEST for width in widths) or _has_ranges(inner.get("/W", ())):
        yield ("letters of other widths",)


def _has_ranges(widths: Sequence[Any]) -> bool:
    """Whether widths are given for ranges of letters, which WeasyPrint never does."""
    return any(not isinstance(part, list) for part in widths[1::2])


def _inner(font: Any) -> Any:  # noqa: ANN401 - as above
    return font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font


def _rounded(value: Any) -> str:  # noqa: ANN401 - any operand
    return f"{value:.3f}" if isinstance(value, int | float) else str(value)


def _is_embedded(font: Any) -> bool:  # noqa: ANN401 - pypdf's dictionary
    described = font.get("/FontDescriptor", {})
    return any(name in described for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _words_of(page: PageObject, looks: set[tuple[object, ...]]) -> str:
    """The words of a page; adds to `looks` where some stand off it, or are too small to be read."""
    width, height = float(page.mediabox.width), float(page.mediabox.height)

    def see(text: str, around: list[float], own: list[float], _font: object, size: float | None) -> None:
        if not text.strip():
            return
        x = own[4] * around[0] + own[5] * around[2] + around[4]
        y = own[4] * around[1] + own[5] * around[3] + around[5]
        scale = max(abs(own[0]), abs(own[1])) * max(abs(around[0]), abs(around[1]))
        if not (-_MARGIN <= x <= width + _MARGIN and -_MARGIN <= y <= height + _MARGIN):
            looks.add(("words off the page",))
        if (size or 0) * scale < _SMALLEST:
            looks.add(("words too small to read",))

    return page.extract_text(visitor_text=see)
