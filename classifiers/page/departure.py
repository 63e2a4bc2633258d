"""Compares an advert with its approved sample 成品样件: additions, changes and omissions, down to the phrase.

An advert must be published with the sample's content (医疗广告管理办法 art. 17). Differences that the guide
does not count as departures (医疗广告监管工作指南: colours, fonts, proportions, harmless omissions) are not
part of the text or are marked as left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from classifiers.text.normalise import normalise
from classifiers.values import Aligned, Block, NormalText, PageText, Piece

_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_PUNCTUATION = re.compile(r"[^\w%]+")
_SHORTEST = 4  # characters of a sentence that says something
_ALIKE = 60  # of 100: from here on a sentence was made from the approved one
# Words that introduce a contact, and the beginnings of a site's address.
_LABELS = re.compile(
    r"(?:咨询|联系|预约|门诊|服务)?(?:电话|热线)|地址|院址|官方网站|官网|网址|网站|(?:https?|www)(?=[^a-z])|请拨打|拨打"
)
_REGION = re.compile(r"^.{2,8}?(?:省|自治区|市|自治州|区|县)")
_SHORTEST_ADDRESS = 5
_MOST = 400  # sentences compared; a page with more is not an advert of one sample


class _Sentence(NamedTuple):
    """A sentence of normalised text, without its punctuation, and as the sample writes it."""

    start: int
    end: int
    text: str
    bare: str
    shown: str = ""


def align(
    page: PageText, normal: NormalText, approved_text: str, ignore: Iterable[tuple[int, int]]
) -> tuple[Aligned, ...]:
    """The sentences of a page's main text (but not at the spans of `normal` to `ignore`) aligned with the
    sample's, in the page's order; then the omissions. Punctuation, spacing, width and order do not count."""
    sample = normalise(approved_text)
    approved = [
        sentence._replace(shown=approved_text[slice(*sample.span(sentence.start, sentence.end))])
        for sentence in sentences(sample.text)
        if sentence.bare
    ]
    whole = "".join(sentence.bare for sentence in approved)
    skipped = tuple(ignore)
    used: set[int] = set()
    aligned: list[Aligned] = []
    for sentence in _in_main(sentences(normal.text), page.blocks, normal):
        if len(aligned) >= _MOST:
            break
        if any(sentence.start < end and start < sentence.end for start, end in skipped):
            continue
        start, end = normal.span(sentence.start, sentence.end)
        aligned.append(_beside(page.text[start:end], start, end, sentence, approved, whole, used))
    shown = _bare(normalise("".join(item.quote for item in aligned)).text)
    aligned += (
        Aligned("left_out", 0, 0, "", sentence.shown)
        for index, sentence in enumerate(approved)
        if index not in used and sentence.bare not in shown
    )
    return tuple(aligned)


def _beside(
    quote: str,
    start: int,
    end: int,
    sentence: _Sentence,
    approved: Sequence[_Sentence],
    whole: str,
    used: set[int],
) -> Aligned:
    exact = next((index for index, other in enumerate(approved) if sentence.bare == other.bare), None)
    if exact is not None:
        used.add(exact)
        return Aligned("same", start, end, quote, approved[exact].shown)
    if sentence.bare in whole or len(sentence.bare) < _SHORTEST:
        return Aligned("same", start, end, quote, quote)
    best = process.extractOne(
        sentence.bare, [other.bare for other in approved], scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    if best is None:
        return Aligned("added", start, end, quote, "")
    used.add(best[2])
    other = approved[best[2]]
    return Aligned("changed", start, end, quote, other.shown, tuple(pieces(sentence.text, other.text)))


def pieces(shown: str, approved: str) -> Iterator[Piece]:
    """A changed sentence taken apart: the common parts, the additions of `shown`, and the parts of `approved`
    that it left out."""
    for step in Indel.opcodes(approved, shown):
        if step.tag == "equal":
            yield Piece(shown[step.dest_start : step.dest_end], "same")
        elif step.tag == "delete":
            yield Piece(approved[step.src_start : step.src_end], "left_out")
        else:
            yield Piece(shown[step.dest_start : step.dest_end], "added")


def departures(alignment: Sequence[Aligned], contacts: Iterable[str]) -> list[Aligned]:
    """The additions and changes relative to the sample. A true phone, address or own site (`contacts`, as
    registered) that was added or changed is not a departure (医疗广告监管工作指南 art. 6(5))."""
    numbers = _ways_to_write(contacts)
    sample = _without_contacts("".join(item.approved for item in alignment), numbers)
    return [
        item
        for item in alignment
        if item.agreement in {"added", "changed"}
        and not _only_contacts(_without_contacts(item.quote, numbers), item, sample, numbers)
    ]


def _only_contacts(rest: str, item: Aligned, sample: str, own: Sequence[str]) -> bool:
    """Whether a sentence says nothing new besides its contacts, which `rest` leaves out."""
    if not own or rest == _bare(_LABELS.sub("", normalise(item.quote).text)):
        return False  # no true contact stands in it
    return not rest or rest in sample


def _without_contacts(text: str, own: Sequence[str]) -> str:
    bare = _bare(_LABELS.sub("", normalise(text).text))
    for contact in own:
        bare = bare.replace(contact, "")
    return bare


def _ways_to_write(contacts: Iterable[str]) -> list[str]:
    """Contacts without their punctuation, addresses without the names of their regions as well; longest first."""
    ways: set[str] = set()
    for contact in contacts:
        bare = _bare(_LABELS.sub("", normalise(contact).text))
        while len(bare) >= _SHORTEST_ADDRESS:
            ways.add(bare)
            shorter = _REGION.sub("", bare, count=1)
            if shorter == bare:
                break
            bare = shorter
    return sorted(ways, key=lambda way: (-len(way), way))


def _in_main(found: Iterable[_Sentence], blocks: Sequence[Block], normal: NormalText) -> Iterator[_Sentence]:
    main = [block for block in blocks if block.region == "main"]
    place = 0
    for sentence in found:  # both in the page's order
        low, _ = normal.span(sentence.start, sentence.end)
        while place < len(main) and main[place].end <= low:
            place += 1
        if place < len(main) and main[place].start <= low:
            yield sentence


def sentences(text: str) -> Iterator[_Sentence]:
    """The sentences of normalised text, by position."""
    for match in _SENTENCE.finditer(text):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped)
            yield _Sentence(start, start + len(stripped), stripped, _bare(stripped))


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", text)
