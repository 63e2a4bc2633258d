"""Disguises, put on automatically: each takes a text and the spans that give it away."""

import random
import re
from collections.abc import Callable, Sequence

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin

from classifiers.matching.homophones import homophones
from classifiers.text.disguises import LOOK_ALIKES, PICTURES, SPLIT

Spans = Sequence[tuple[int, int]]
Trick = Callable[[str, Spans, random.Random], str]

_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
_CIRCLED = {str(digit): chr(0x2460 + digit - 1) if digit else "⓪" for digit in range(10)}
_CHINESE = "零一二三四五六七八九"


def _stuffed(mark: str) -> Trick:
    return lambda text, spans, chance: _BETWEEN.sub(mark, text)


def _by_table(table: dict[str, str]) -> Trick:
    return lambda text, spans, chance: "".join(table.get(character, character) for character in text)


def _mathematical(text: str, spans: Spans, chance: random.Random) -> str:
    return "".join(
        chr(0x1D7D8 + int(character)) if character in "0123456789" else character for character in text
    )


def _wide(text: str, spans: Spans, chance: random.Random) -> str:
    return "".join(
        chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text
    )


def _numerals(text: str, spans: Spans, chance: random.Random) -> str:
    """98% as 百分之九十八 or 百分之九八."""

    def spoken(match: re.Match[str]) -> str:
        tens, ones = divmod(int(match[1]), 10)
        if int(match[1]) >= 100 or not tens:
            return match[0]
        whole = f"百分之{_CHINESE[tens]}十{_CHINESE[ones] if ones else ''}"
        return whole + ("点" + "".join(_CHINESE[int(digit)] for digit in match[2][1:]) if match[2] else "")

    return re.sub(r"([0-9]{1,3})(\.[0-9]+)?%", spoken, text)


def _annotated(text: str, spans: Spans, chance: random.Random) -> str:
    return "".join(
        f"{character}({pinyin(character, style=Style.TONE)[0][0]})"
        if "\u4e00" <= character <= "\u9fff"
        else character
        for character in text
    )


def _one_in_each(stand_in: Callable[[str, random.Random], str | None]) -> Trick:
    """Replace one character in each span that gives the text away."""

    def trick(text: str, spans: Spans, chance: random.Random) -> str:
        pieces, position = [], 0
        for start, end in spans:
            if start < position:
                continue
            places = [place for place in range(start, end) if "\u4e00" <= text[place] <= "\u9fff"]
            chance.shuffle(places)
            for place in places:
                other = stand_in(text[place], chance)
                if other is not None:
                    pieces += (text[position:place], other)
                    position = place + 1
                    break
        return "".join(pieces) + text[position:]

    return trick


def _homophone(character: str, chance: random.Random) -> str | None:
    return chance.choice(others) if (others := homophones(character)) else None


def _reverse(table: dict[str, str]) -> dict[str, str]:
    return {word: disguise for disguise, word in table.items() if len(word) == 1}


_WHOLE, _PICTURED = _reverse(SPLIT), _reverse(PICTURES)

TRICKS: dict[str, Trick] = {
    "stars 治★愈": _stuffed("★"),
    "hyphens 治-愈": _stuffed("-"),
    "spaces 治 愈": _stuffed(" "),
    "dots 治·愈": _stuffed("·"),
    "slashes 治/愈": _stuffed("/"),
    "wide gaps 治 - 愈": _stuffed(" - "),
    "boxes 【治】【愈】": lambda text, spans, chance: re.sub("([\u4e00-\u9fff])", r"【\1】", text),
    "zero-width": _stuffed("\u200b"),
    "full width ９８％": _wide,
    "circled ⑨⑧": _by_table(_CIRCLED),
    "mathematical 𝟡𝟠": _mathematical,
    "numerals 百分之九十八": _numerals,
    "traditional 癒": lambda text, spans, chance: OpenCC("s2t").convert(text),
    "annotated 治(zhì)": _annotated,
    "pinyin zhi愈": _one_in_each(lambda character, chance: lazy_pinyin(character)[0]),
    "homophones 治玉": _one_in_each(_homophone),
    "look-alikes 冶愈": _one_in_each(
        lambda character, chance: chance.choice(LOOK_ALIKES[character]) if character in LOOK_ALIKES else None
    ),
    "split 氵台愈": _one_in_each(lambda character, chance: _WHOLE.get(character)),
    "pictures 💊": _one_in_each(lambda character, chance: _PICTURED.get(character)),
}
