"""Certificate numbers on a page, their own contents, and their faults.

A certificate is valid for one year (医疗广告管理办法, art. 13), for the media that it names (art. 17). Whether
an advert keeps to the approved sample is `classifiers.page.departure`.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Literal

from classifiers.text.normalise import normalise, written_as
from classifiers.values import Facts, NormalText

CertificateFault = Literal[
    "certificate_none",
    "certificate_unobtained",
    "certificate_malformed",
    "certificate_unknown",
    "certificate_other_institution",
    "certificate_revoked",
    "certificate_not_yet_valid",
    "certificate_expired",
    "certificate_other_medium",
    "certificate_departure",
]

_OPEN, _CLOSE = r"[(\[【〔〖{]", r"[)\]】〕〗}]"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_GAP = r"[ \n]{0,2}"  # narrow columns break a number's line
_TRADITIONAL = f"{_OPEN}{_GAP}中{_GAP}{_CLOSE}"
_DISTRICT = f"(?!{_TRADITIONAL}){_OPEN}{_GAP}[\u4e00-\u9fff]{{1,4}}{_GAP}{_CLOSE}{_GAP}"
_PLACE = f"(?:[{_PROVINCES}]{_GAP}(?:{_DISTRICT}){{0,2}}|(?:{_DISTRICT}){{1,2}})"
_DASH = r"[-—–―－ ]"
_NUMBER = re.compile(
    f"(?P<place>{_PLACE})"
    f"(?P<traditional>中?|{_TRADITIONAL}){_GAP}(?:医|{_OPEN}{_GAP}医{_GAP}{_CLOSE}){_GAP}[广厂]{_GAP}(?:审{_GAP})?"
    f"{_OPEN}{_GAP}(?P<year>[12lzi][0-9ozlibs]{{3}}){_GAP}年?{_GAP}{_CLOSE}{_GAP}"
    f"(?:{_OPEN}{_GAP}(?P<medium>[\u4e00-\u9fff]{{1,6}}){_GAP}{_CLOSE}{_GAP})?"
    f"第?{_GAP}(?P<serial>[0-9a-z]{{1,12}}(?:{_DASH}{{1,3}}\n?[0-9a-z]{{1,12}}){{0,4}})(?:{_GAP}号|(?![0-9a-z]))"
)
_LOOSE = re.compile(r"[\u4e00-\u9fff()\[\]]{0,6}医 ?广[^\n。，,；;]{2,40}?号")
# Characters after these words are meant as a number, in any form.
_LABELLED = re.compile(
    r"(?:广审(?:文|批文)?号|审查(?:证明|批准)?文号|广告(?:批准|证明)文号)[:： \n]{0,3}"
    r"(?P<shown>(?![^\n。；;]{0,8}[药械食][^\n。；;]{0,4}广审)[^\n。，,；;]{0,20}[0-9][^\n。，,；;]{2,30})"
)
_MAY_STAND = re.compile(r"医[) \n】\]〕]{0,3}[广厂]|广审|文号")
_MOST = 50  # numbers of a page that are read; no advert shows more
# Letters that OCR and bad typing put in the place of digits (of normalised, small letters).
_CONFUSED = str.maketrans("olizsb", "011258")
_BRACKETS = re.compile(rf"{_OPEN}|{_CLOSE}|\s")


@dataclass(frozen=True)
class ShownNumber:
    """A certificate number in the normalised text, and how it is written there, without brackets and breaks.
    `canonical` is None when it is malformed."""

    start: int
    end: int
    canonical: str | None
    written: str
    approved_on: date | None = None
    malformed_because: str = ""


@cache
def _of_a_number() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(written_as('广') + written_as('厂')))}]")


def may_show_numbers(text: str) -> bool:
    """Whether `text`, not normalised yet, has a character that every certificate number has: most pages do not, and
    need not be normalised to be asked for numbers."""
    return _of_a_number().search(text) is not None


def find_numbers(normal: NormalText) -> tuple[ShownNumber, ...]:
    """All certificate numbers in the text, well formed or not, by position."""
    if not _MAY_STAND.search(normal.text):
        return ()
    found = [_shown(match) for match in islice(_NUMBER.finditer(normal.text), _MOST)]
    for pattern, group in ((_LOOSE, 0), (_LABELLED, "shown")):
        for match in islice(pattern.finditer(normal.text), _MOST):
            start, end = match.span(group)
            if not any(number.start < end and start < number.end for number in found):
                written = _written(match[group])
                found.append(ShownNumber(start, end, None, written, None, "不符合审查证明文号的格式"))
    return tuple(sorted(found, key=lambda number: number.start))


def canonical_number(written: str) -> str:
    """A number's canonical form, for any brackets, dashes, spaces and widths.

    Raises ValueError, with the reason in Chinese, for anything but one well-formed number.
    """
    numbers = find_numbers(normalise(written))
    if len(numbers) != 1:
        raise ValueError("不是审查证明文号，应形如“（京）医广【2026】第07-01-0355号”")
    if numbers[0].canonical is None:
        raise ValueError(numbers[0].malformed_because)
    return numbers[0].canonical


def _shown(match: re.Match[str]) -> ShownNumber:
    year = int(match["year"].translate(_CONFUSED))
    parts = _unconfused([part for part in re.split(_DASH, match["serial"].replace("\n", "")) if part])
    medium = f"({match['medium']})" if match["medium"] else ""
    place = _BRACKETS.sub("", match["place"])
    traditional = "中" if match["traditional"] else ""
    canonical = f"({place}){traditional}医广[{year}]{medium}第{'-'.join(parts)}号"
    try:
        approved_on = _approval_date(year, parts)
    except ValueError:
        reason = f"文号中的日期“{'-'.join(parts[:2])}”不存在，不可能是核发过的文号"
        return ShownNumber(*match.span(), None, _written(match[0]), None, reason)
    return ShownNumber(*match.span(), canonical, canonical, approved_on)


def _written(number: str) -> str:
    """A number with one kind of brackets, without spaces and breaks."""
    plain = re.sub(r"\s", "", number).upper()
    return re.sub("[【〔〖{]", "[", re.sub("[】〕〗}]", "]", plain))


def _unconfused(parts: list[str]) -> list[str]:
    """The parts of a running number with digits where digits belong: in all but its last part."""
    read = [part.translate(_CONFUSED) for part in parts[:-1]]
    last = parts[-1]
    return [*read, last if last[:1].isalpha() and last[1:].isdigit() else last.translate(_CONFUSED)]


def _approval_date(year: int, parts: list[str]) -> date | None:
    """The day that a number carries: year, then MM-DD-… or MMDD-…; None where it carries none."""
    if len(parts) >= 3 and all(re.fullmatch(r"[0-9]{2}", part) for part in parts[:2]):
        return date(year, int(parts[0]), int(parts[1]))
    if len(parts) >= 2 and re.fullmatch(r"[0-9]{4}", parts[0]):
        return date(year, int(parts[0][:2]), int(parts[0][2:]))
    return None


def standing(number: ShownNumber, facts: Facts) -> tuple[CertificateFault | None, str]:
    """The fault of one shown number under `facts`, and its words; (None, "") without a fault.

    In this order: malformed, revoked or cancelled, another institution's, not yet valid, run out, another
    medium, not in the registry (unless its own date already shows that it has run out).
    """
    if number.canonical is None:
        return "certificate_malformed", number.malformed_because
    known = (facts.certificates or {}).get(number.canonical)
    if known is None:
        return _standing_unknown(number, facts.seen_on)
    if known.standing != "valid":
        words = {"revoked": "被撤销", "cancelled": "被注销"}[known.standing]
        return "certificate_revoked", f"该审查证明已{words}"
    if facts.institution_names and known.institution not in facts.institution_names:
        return "certificate_other_institution", f"该文号核发给“{known.institution}”，不是本机构"
    if facts.seen_on < known.valid_from:
        return "certificate_not_yet_valid", f"该审查证明自{known.valid_from}起才有效"
    if facts.seen_on > known.valid_to:
        return "certificate_expired", f"该审查证明有效期至{known.valid_to}，抓取时已过期"
    if known.media and facts.medium not in known.media:
        return (
            "certificate_other_medium",
            f"该审查证明批准的媒体类别为{'、'.join(known.media)}，不含{facts.medium}",
        )
    return None, ""


def _standing_unknown(number: ShownNumber, seen_on: date) -> tuple[CertificateFault, str]:
    if number.approved_on and seen_on > number.approved_on + timedelta(days=366):
        return (
            "certificate_expired",
            f"文号载明的核发日期为{number.approved_on}，有效期一年，抓取时已过期，登记库中也无此文号",
        )
    return "certificate_unknown", "登记库中没有此文号"
