"""Who speaks on a page and how to reach them: contacts, chat widgets, booking links, institutions' names.

Signs that education or news is an advert in disguise (互联网广告管理办法 art. 8, 广告法 art. 19).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from ahocorasick_rs import AhoCorasick, MatchKind

from classifiers.text.normalise import normalise
from classifiers.values import Block, Contact, ContactKind, Mention, NormalText, PageText

# Begins with its first digit, so that the search runs at the speed of one character class.
_PHONE = (
    r"[0148](?<![0-9].)(?:(?<=1)[3-9][0-9](?:[- ]?[0-9]{4}){2}|(?<=0)[0-9]{2,3}[-) ]{0,2}[0-9]{3,4}[- ]?[0-9]{4}"
    r"|(?<=[48])00[- ]?(?:[0-9]{3}[- ]?[0-9]{4}|[0-9]{4}[- ]?[0-9]{3}))(?![0-9])"
)
_PHONES = re.compile(_PHONE)
# Begins with the first characters of its words (微信, 电话, 地址 …), for the same reason.
_NAMED = re.compile(
    r"[微薇vq电热致拨来详地院就](?:"
    r"(?:(?<=[微薇v])信|(?<=v)x)(?:号|公众号)?[:： ]{0,3}(?P<wechat>[a-z][a-z0-9_-]{5,19})"
    r"|(?<=q)q[:： ]{0,3}(?P<qq>[1-9][0-9]{4,10})"
    r"|(?:(?<=电)话|(?<=热)线|(?<=[致来])电|(?<=拨)打|(?<=详)询)[:： ]{0,3}"
    r"(?P<phone>[2-8][0-9]{2,3}[- ]?[0-9]{4})(?![0-9])"
    r"|(?:(?<=[地院])址|(?<=就)诊地点)[:： ]{1,3}(?P<address>[^\n。；;]{5,60}))"
)
# The marks of an address: 视频地址, 页面地址 and 交通地址 in a row of links are followed by nothing of the
# kind.
_PLACE = re.compile(
    r"[0-9一二三四五六七八九十百]+(?:[-－—][0-9]+)?(?:号|弄|栋|幢|楼|层|室|巷)|[省市区县镇乡][\u4e00-\u9fff]{1,12}(?:路|街|道|村|镇|巷|旁|侧|口)"
    r"|[\u4e00-\u9fff]{2,6}(?:大道|大街|路|街|巷|村)(?![线由人上])"
)
# Chat widgets by the hosts that their scripts, frames and links point to: facts about products.
_WIDGETS: Mapping[str, str] = {
    "53kf.com": "53快服",
    "zoosnet.net": "商务通",
    "looyu.com": "乐语",
    "looyuoms.com": "乐语",
    "kuaishang.cn": "快商通",
    "kuaishangkf.com": "快商通",
    "easyliao.com": "易聊",
    "meiqia.com": "美洽",
    "live800.com": "Live800",
    "qiyukf.com": "七鱼",
    "sobot.com": "智齿",
    "udesk.cn": "Udesk",
    "tq.cn": "TQ洽谈通",
    "wpa.qq.com": "QQ在线",
    "b.qq.com": "企业QQ",
    "goutong.baidu.com": "百度商桥",
    "p.qiao.baidu.com": "百度商桥",
    "affim.baidu.com": "爱番番",
    "bridge.baidu.com": "百度商桥",
}
# The names of the functions by which a page's own scripts open them.
_OPENERS: Mapping[str, str] = {
    "openzoosurl": "商务通",
    "doyoo.util": "乐语",
    "_meiqia": "美洽",
    "ysf(": "七鱼",
    "ysf.open": "七鱼",
    "easemobim": "环信",
    "mantis.requestchat": "易聊",
    "mantis.openchat": "易聊",
    "ks.openchatwin": "快商通",
}
_WIDGET_PATH = re.compile(r"/(?:swt|kf|zixun|chat|swtong)(?:[/.?#_-]|$)", re.I)
# Characters in every address that leads to a widget, or a line break, which browsers drop: most addresses
# have neither, and are not parsed.
_OF_A_WIDGET = re.compile(
    rf"{'|'.join(map(re.escape, (*_WIDGETS, *_OPENERS)))}|{_WIDGET_PATH.pattern}|[\t\r\n]", re.I
)
_BOOKING_PATH = re.compile(
    r"(?:^tel:|/(?:yuyue|yygh|guahao|appointment|booking|reserve|order)(?:[/.?_-]|$))", re.I
)


class _Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Located = TypeVar("Located", bound=_Placed)


def find_contacts(
    page: PageText, normal: NormalText, register: "KnownInstitutions", named: bool = True
) -> tuple[Contact, ...]:
    """All contacts that a page shows in its main region, by position, then its chat widgets.

    `named` is false where the text is known to have no word that names a contact (电话, 微信, 地址 …).
    """
    found = [("phone", *_with_bracket(match)) for match in _PHONES.finditer(normal.text)]
    if named:
        found += [_named(match) for match in _NAMED.finditer(normal.text) if _is_place(match["address"])]
    accounts = {(start, end) for kind, start, end in found if kind == "qq"}
    contacts = []
    for kind, start, end in sorted(set(found), key=lambda contact: contact[1]):
        if kind == "phone" and (start, end) in accounts:
            continue  # 企业QQ：8000100000 is not a phone
        low, high = normal.span(start, end)
        owner = register.owner_of_phone(normal.text[start:end]) if kind == "phone" else None
        contacts.append(Contact(kind, low, high, page.text[low:high], owner))  # type: ignore[arg-type]
    return (*in_main(contacts, page.blocks), *_by_address(page))


def _with_bracket(match: re.Match[str]) -> tuple[int, int]:
    """Where a phone stands, with the bracket that its area code begins with: (0571) 8600 0001."""
    start, end = match.span()
    opens = ")" in match[0] and match.string[start - 1 : start] == "("
    return start - opens, end


def _is_place(address: str | None) -> bool:
    return address is None or _PLACE.search(address) is not None


def _named(match: re.Match[str]) -> tuple[ContactKind, int, int]:
    kinds: tuple[ContactKind, ...] = ("phone", "wechat", "qq", "address")
    kind = next(name for name in kinds if match[name] is not None)
    return kind, match.start(kind), match.end(kind)


def _by_address(page: PageText) -> Iterable[Contact]:
    """Chat widgets and booking links, each address's kind once."""
    seen: dict[tuple[str, str], Contact] = {}
    for link in page.links:
        widget = _widget(link.address) if _OF_A_WIDGET.search(link.address) else None
        if widget:
            seen.setdefault(("widget", widget), Contact("widget", 0, 0, widget))
        elif link.end and _BOOKING_PATH.search(link.address):
            contact = Contact("booking", link.start, link.end, page.text[link.start : link.end])
            for kept in in_main((contact,), page.blocks):
                seen.setdefault(("booking", kept.quote), kept)
    return seen.values()


def _widget(address: str) -> str | None:
    if address[:11].lower() == "javascript:":
        called = address.lower()
        return next((title for opener, title in _OPENERS.items() if opener in called), None)
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    for known, title in _WIDGETS.items():
        if host == known or host.endswith(f".{known}"):
            return title
    return "在线咨询" if _WIDGET_PATH.search(parts.path) else None


def in_main(found: Sequence[Located], blocks: Sequence[Block]) -> tuple[Located, ...]:
    """Those of `found` (placed in the page's text) that stand in its main region: not in its frame, not in
    region `beside`, and not in invisible text."""
    others = [block for block in blocks if block.region != "main"]
    if not others:
        return tuple(found)
    starts = [block.start for block in others]
    return tuple(
        item
        for item in found
        if not (place := bisect_right(starts, item.start)) or others[place - 1].end <= item.start
    )


@dataclass(frozen=True)
class KnownInstitution:
    """An institution as the registry knows it; `certified`: the first and last day of each certificate in order."""

    name: str
    other_names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    certified: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class KnownInstitutions:
    """The registry's institutions, to be recognised on pages by name and by phone. Built once, used often."""

    institutions: tuple[KnownInstitution, ...] = ()

    @cached_property
    def _names(self) -> dict[str, str]:
        """Normalised name → first name; names shorter than four characters are left out."""
        written = [
            (name, institution.name)
            for institution in self.institutions
            for name in (institution.name, *institution.other_names)
        ]
        names: dict[str, str] = {}
        for plain, (_, first) in zip(_normalised([name for name, _ in written]), written, strict=True):
            if len(plain) >= 4:
                names.setdefault(plain, first)
        return names

    @cached_property
    def _firsts(self) -> list[str]:
        """The first names, as the automaton counts its patterns."""
        return list(self._names.values())

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(list(self._names), matchkind=MatchKind.LeftmostLongest, store_patterns=False)

    @cached_property
    def _phones(self) -> dict[str, str]:
        return {_digits(phone): item.name for item in self.institutions for phone in item.phones}

    @cached_property
    def _certified(self) -> dict[str, tuple[tuple[date, date], ...]]:
        return {item.name: item.certified for item in self.institutions}

    def owner_of_phone(self, written: str) -> str | None:
        """The first name of the institution that has this phone."""
        return self._phones.get(_digits(written)) if self.institutions else None

    def holds_certificate(self, name: str, day: date) -> bool | None:
        """Whether the institution of that first name holds a certificate on that day; None for one not registered."""
        periods = self._certified.get(name)
        return None if periods is None else any(since <= day <= until for since, until in periods)

    def mentions(self, page: PageText, normal: NormalText) -> tuple[Mention, ...]:
        """The registered names on a page, by position; the longest where they overlap."""
        if not self._names:
            return ()
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(normal.text):
            low, high = normal.span(start, end)
            found.append(Mention(low, high, page.text[low:high], self._firsts[index]))
        return tuple(found)


def _normalised(names: Sequence[str]) -> list[str]:
    """Each name as `normalise` has it, without blanks around it: in one text, a line each, in a sixtieth of the time."""
    lines = normalise("\n".join(names)).text.split("\n")
    if len(lines) != len(names) or any(len(name.splitlines()) > 1 for name in names):
        return [normalise(name).text.strip() for name in names]
    return [line.strip() for line in lines]


def _digits(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone)
