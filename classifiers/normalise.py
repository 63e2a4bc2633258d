"""Undoes disguises and keeps the way back to the original.

Mappings of one character to one (full width, circled letters, traditional characters, capitals) keep
positions for free. What deletes (invisible characters, stuffed separators, pinyin in brackets) or expands
(㎎, ½) goes through the offset map.
"""

import re
import sys
import unicodedata
from functools import lru_cache

from opencc import OpenCC

from classifiers.values import NormalText

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
# Marks that no Chinese sentence has between two of its characters. Commas, stops, enumeration commas,
# slashes, bars and line breaks are not among them: they part words, sentences and cells.
_STUFFING = "★☆✦✧*#^~_=+•●○◆◇■□▲△▼▽※♥♡❤→↓✓√ ·.\\-\t\u3000"
_LOUD = "★☆✦✧*#^~_=+•●○◆◇■□▲△▼▽※♥♡❤✓√"


@lru_cache(maxsize=1)
def _one_to_one() -> dict[int, int]:
    """Code point to code point, over the whole of Unicode's assigned characters that change."""
    table: dict[int, int] = {}
    for code in range(0x21, sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1 and ord(plain) != code:
            table[code] = ord(plain)
        if code == 0x2FFFF:
            break
    traditional = "\n".join(map(chr, [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]))
    simplified = OpenCC("t2s").convert(traditional)
    for before, after in zip(traditional.split("\n"), simplified.split("\n"), strict=True):
        if before != after and len(after) == 1:
            table[ord(before)] = ord(after)
    for code, plain_code in list(table.items()):
        table[code] = table.get(plain_code, plain_code)
    table[ord("﹪")] = table[ord("％")] = ord("%")
    for space in "\u00a0\u2002\u2003\u2009\u3000\t\r\x0b\x0c":
        table[ord(space)] = ord(" ")
    for line_break in "\x85\u2028\u2029":
        table[ord(line_break)] = ord("\n")
    return table


def _is_invisible(code: int) -> bool:
    return unicodedata.category(chr(code)) in {"Cf", "Mn", "Me"}


@lru_cache(maxsize=1)
def _edits() -> re.Pattern[str]:
    """What is deleted (groups `gone`) or expanded (group `wide`). Every alternative is bounded."""
    invisible = _character_class([code for code in range(0x10000) if _is_invisible(code)])
    wide = _character_class([code for code in range(0x10000) if _expands(code)])
    loud, stuffing = re.escape(_LOUD), re.escape(_STUFFING)
    return re.compile(
        f"(?P<invisible>[{invisible}]+)"
        # 治★愈: one or a few loud marks between two Chinese characters
        f"|(?<=[{_CJK}])(?P<loud> {{0,2}}[{loud}][{loud} ]{{0,4}})(?=[{_CJK}])"
        # 治 愈 率, 治-愈-率: single characters held apart by the same kind of mark, three at least
        f"|(?<=[{_CJK}])(?P<apart>[{stuffing}])(?=[{_CJK}](?P=apart)[{_CJK}])"
        f"|(?<=[{_CJK}][{stuffing}][{_CJK}])(?P<apart_end>[{stuffing}])(?=[{_CJK}])"
        # 医(yī)疗(liáo): a character's own pinyin in brackets
        f"|(?<=[{_CJK}])(?P<pinyin>[(][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]{{1,6}}[)])"
        f"|(?P<wide>[{wide}])"
    )


def _expands(code: int) -> bool:
    if 0xD800 <= code <= 0xDFFF:
        return False
    return len(unicodedata.normalize("NFKC", chr(code))) > 1


def _character_class(codes: list[int]) -> str:
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


def normalise(text: str) -> NormalText:
    """`text` with its disguises undone. Total: takes any string, in time linear in its length."""
    mapped = text.translate(_one_to_one())
    matches = list(_edits().finditer(mapped))
    if not matches:
        return NormalText(mapped, None)
    parts: list[str] = []
    origin: list[int] = []
    position = 0
    for match in matches:
        parts.append(mapped[position : match.start()])
        origin.extend(range(position, match.start()))
        if match["wide"]:
            plain = unicodedata.normalize("NFKC", match["wide"]).lower()
            parts.append(plain)
            origin.extend([match.start()] * len(plain))
        position = match.end()
    parts.append(mapped[position:])
    origin.extend(range(position, len(mapped)))
    return NormalText("".join(parts), origin)
