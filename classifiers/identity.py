"""Contacts on a page: phones, WeChat and QQ ids, addresses. What turns education into an advert in disguise."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from classifiers.match import Hit
from classifiers.values import Block, NormalText

ContactKind = Literal["phone", "wechat", "qq", "address"]

CONTACT_LABELS: dict[ContactKind, str] = {
    "phone": "电话",
    "wechat": "微信号",
    "qq": "QQ号",
    "address": "地址",
}

# Begins with its first digit, so that the search runs at the speed of one character class.
_PHONE = (
    r"[0148](?<![0-9].)(?:(?<=1)[3-9][0-9](?:[- ]?[0-9]{4}){2}|(?<=0)[0-9]{2,3}[-) ]{1,2}[0-9]{7,8}"
    r"|(?<=[48])00[- ]?[0-9]{3,4}[- ]?[0-9]{3,4})(?![0-9])"
)
_PHONES = re.compile(_PHONE)
_NAMED = re.compile(
    r"(?:微信|vx|v信|薇信)(?:号|公众号)?[:： ]{0,3}(?P<wechat>[a-z][a-z0-9_-]{5,19})"
    r"|qq[:： ]{0,3}(?P<qq>[1-9][0-9]{4,10})"
    r"|(?:电话|热线|致电|拨打|来电|详询)[:： ]{0,3}(?P<phone>[2-8][0-9]{2,3}[- ]?[0-9]{4})(?![0-9])"
    r"|(?:地址|院址|就诊地点)[:： ]{1,3}(?P<address>[^\n。；;]{5,60})"
)
# A text without any of these has no contact with a name, and is not searched for one.
_NAMES = (
    "电话",
    "热线",
    "致电",
    "拨打",
    "来电",
    "详询",
    "微信",
    "vx",
    "v信",
    "薇信",
    "qq",
    "地址",
    "院址",
    "就诊地点",
)


@dataclass(frozen=True)
class Contact:
    """A way to reach someone, standing in the normalised text from `start` to `end`."""

    kind: ContactKind
    start: int
    end: int


Located = TypeVar("Located", Contact, Hit)


def find_contacts(normal: NormalText) -> tuple[Contact, ...]:
    """All contacts in the text, by position."""
    found = [Contact("phone", *match.span()) for match in _PHONES.finditer(normal.text)]
    if any(name in normal.text for name in _NAMES):
        found += [_named(match) for match in _NAMED.finditer(normal.text)]
    return tuple(sorted(found, key=lambda contact: contact.start))


def _named(match: re.Match[str]) -> Contact:
    kinds: tuple[ContactKind, ...] = ("phone", "wechat", "qq", "address")
    kind = next(name for name in kinds if match[name] is not None)
    return Contact(kind, match.start(kind), match.end(kind))


def in_main(found: Sequence[Located], blocks: Sequence[Block], normal: NormalText) -> tuple[Located, ...]:
    """Those of `found` that stand in a block of the page's main region, not in its frame."""
    frames = [block for block in blocks if block.region == "frame"]
    return tuple(
        item
        for item in found
        if not any(frame.start <= normal.span(item.start, item.end)[0] < frame.end for frame in frames)
    )
