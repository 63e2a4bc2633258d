"""The frozen values that are passed along: PageText → NormalText → Hit → Finding → Judgement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Region = Literal["main", "frame", "beside", "hidden", "unshown"]
Origin = Literal[
    "",
    "menu",
    "title",
    "description",
    "alt",
    "tooltip",
    "label",
    "svg",
    "style",
    "ruby",
    "document",
    "data",
    "script",
    "noscript",
    "comment",
]
PageKind = Literal["advert", "introduction", "education", "news", "notice", "directory"]
Severity = Literal["low", "medium", "high"]
CertificateStanding = Literal["valid", "revoked", "cancelled"]
Gravity = Literal["unpunished", "lighter", "ordinary", "heavier", "police"]
Source = Literal["site", "account"]
ContactKind = Literal["phone", "wechat", "qq", "address", "widget", "booking"]
Agreement = Literal["same", "changed", "added", "left_out"]

KIND_LABELS: Mapping[PageKind, str] = {
    "advert": "广告",
    "introduction": "机构信息公开",
    "education": "健康科普",
    "news": "新闻资讯",
    "notice": "执法公告与警示",
    "directory": "目录导航",
}
GRAVEST_FIRST: Mapping[str, int] = {"high": 0, "medium": 1, "low": 2}  # severities
SEVERITY_LABELS: Mapping[Severity, str] = {"high": "严重", "medium": "一般", "low": "轻微"}
# The tiers of 医疗广告监管工作指南, 2025-05-09.
GRAVITY_LABELS: Mapping[Gravity, str] = {
    "unpunished": "可不予处罚",
    "lighter": "可从轻、减轻或不予处罚",
    "ordinary": "一般",
    "heavier": "从重",
    "police": "须核实是否涉嫌犯罪",
}
CONTACT_LABELS: Mapping[ContactKind, str] = {
    "phone": "电话",
    "wechat": "微信号",
    "qq": "QQ号",
    "address": "地址",
    "widget": "在线咨询工具",
    "booking": "预约链接",
}
# The place of words outside the page's plain text.
ORIGIN_LABELS: Mapping[Origin, str] = {
    "menu": "栏目菜单",
    "title": "网页标题",
    "description": "网页描述（搜索结果中显示）",
    "alt": "图片的替代文字",
    "tooltip": "鼠标停留时的提示",
    "label": "控件的标签",
    "svg": "SVG 图形",
    "style": "样式表",
    "ruby": "注音位置",
    "document": "内嵌网页",
    "data": "供搜索引擎读取的结构化数据",
    "script": "平台的脚本数据",
    "noscript": "noscript（不运行脚本者与搜索引擎可见）",
    "comment": "源代码注释",
}
AGREEMENT_LABELS: Mapping[Agreement, str] = {
    "same": "一致",
    "changed": "改动",
    "added": "增加",
    "left_out": "省略",
}


class Block(NamedTuple):
    """A stretch of a page's text that stands together: a paragraph, a heading, a cell.

    `start` and `end` count characters in `PageText.text`. `region` is "frame" for the page's frame
    (navigation, header, footer, sidebar), "beside" for words that browsers and search engines show in
    addition to its body (title, description, a picture's words), "hidden" for invisible text, "unshown" for
    text in the source only, and "main" for the rest. Region "beside" comes after the page's body, and
    invisible text comes last. `image` is the SHA-256 of the picture that the text was read in; "" where it is
    the page's own. `origin` says where the words stood if they are not plain text.
    """

    start: int
    end: int
    region: Region
    heading: bool = False
    image: str = ""
    origin: Origin = ""


class Link(NamedTuple):
    """An address that a page links to or loads, as written, and the block that shows it.

    `start` and `end` count characters in `PageText.text`; both are 0 for elements without text
    (scripts, frames).
    """

    address: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class PageText:
    """The visible text of a page. Blocks are parted by line breaks in `text`."""

    text: str
    title: str = ""
    blocks: tuple[Block, ...] = ()
    links: tuple[Link, ...] = ()

    @staticmethod
    def of_plain(text: str, title: str = "") -> "PageText":
        """Plain text as a page: each line is a block of the main region."""
        blocks, start = [], 0
        for line in text.split("\n"):
            if line and not line.isspace():
                blocks.append(Block(start, start + len(line), "main"))
            start += len(line) + 1
        return PageText(text, title, tuple(blocks))

    def with_seen(self, added: Iterable[tuple[str, str, Origin]]) -> "PageText":
        """The page with further visible texts, each with the picture that it was read in ("" for none) and
        its place. They come after the visible text, and before the invisible."""
        unseen = [block for block in self.blocks if block.region in {"hidden", "unshown"}]
        begin = unseen[0].start if unseen else len(self.text) + 1
        pieces: list[str] = []
        blocks = list(self.blocks[: len(self.blocks) - len(unseen)])
        length = begin
        for text, image, origin in added:
            pieces.append(text)
            blocks.append(Block(length, length + len(text), "main", image=image, origin=origin))
            length += len(text) + 1
        if not pieces:
            return self
        moved = length - begin
        blocks += (block._replace(start=block.start + moved, end=block.end + moved) for block in unseen)
        parts = (
            *((self.text[: begin - 1],) if begin else ()),
            *pieces,
            *((self.text[begin:],) if unseen else ()),
        )
        return PageText("\n".join(parts), self.title, tuple(blocks), self.links)


@dataclass(frozen=True)
class NormalText:
    """Text with its disguises undone, and its offset map.

    `text[i]` stands for the original's characters from `starts[i]` to `ends[i]`; both are None when nothing
    was deleted or expanded, so that positions are the same.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` (not empty) came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True)
class Article:
    """An article 条 of a law as a rule cites it, down to its 款 (`paragraph`) and 项 (`item`), with the days on which it
    is in force, both included."""

    law: str
    article: int
    paragraph: int | None
    item: int | None
    forbids: str
    in_force_from: date = date.min
    in_force_to: date = date.max

    def __str__(self) -> str:
        paragraph = f"第{chinese_number(self.paragraph)}款" if self.paragraph else ""
        item = f"第（{chinese_number(self.item)}）项" if self.item else ""
        return f"《{self.law}》第{chinese_number(self.article)}条{paragraph}{item}"

    def in_force(self, day: date) -> bool:
        """Whether the article binds on that day."""
        return self.in_force_from <= day <= self.in_force_to


@dataclass(frozen=True)
class Finding:
    """A finding 命中: `quote` is the page's text from `start` to `end`, character by character."""

    rule: str
    family: str
    title: str
    severity: Severity
    law: tuple[Article, ...]
    start: int
    end: int
    quote: str
    why: str
    term: str = ""  # as the lists have it; "" where the rule holds by the kind of page
    read_as: str = ""  # the quote as it is read once its disguise is undone; "" where it is written so


@dataclass(frozen=True)
class Spared:
    """A hit that is excused, and the reason in Chinese."""

    rule: str
    start: int
    end: int
    quote: str
    reason: str


@dataclass(frozen=True)
class KnownCertificate:
    """The registry's facts of a certificate. Both dates belong to its year."""

    number: str
    institution: str
    valid_from: date
    valid_to: date
    media: tuple[str, ...]
    approved_text: str
    standing: CertificateStanding = "valid"


@dataclass(frozen=True)
class Facts:
    """The facts in addition to the page's own text.

    `certificates` maps canonical numbers to certificates; None means that there is no registry to ask, so
    that only the content is judged. `holds_certificate`: whether the registry has one of the institution's that is
    valid on the day, None where nobody asked. `contacts`: its registered phones, addresses and sites' hosts.
    `confirmed_before`: cases of the institution that were found unlawful.
    """

    seen_on: date
    institution_names: tuple[str, ...] = ()
    certificates: Mapping[str, KnownCertificate] | None = None
    medium: str = "网络"
    source: Source = "site"
    confirmed_before: int = 0
    holds_certificate: bool | None = None
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """A way to reach someone, standing in the page's text from `start` to `end`.

    A chat widget shows no text: `quote` names it and both positions are 0. `whose` is the institution that
    the registry knows it of.
    """

    kind: ContactKind
    start: int
    end: int
    quote: str
    whose: str | None = None


@dataclass(frozen=True)
class Mention:
    """A registered institution's name in the page's text, and its first name."""

    start: int
    end: int
    quote: str
    institution: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence compared with the approved one: in both, or only on one side."""

    text: str
    agreement: Agreement


@dataclass(frozen=True)
class Aligned:
    """A sentence of the advert aligned with the approved sample's: `quote` stands at `start` to `end` of the
    page.

    `quote` is empty (and the positions are 0) for an omission, `approved` for an addition. `pieces`
    take a changed sentence apart, in reading order.
    """

    agreement: Agreement
    start: int
    end: int
    quote: str
    approved: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class ScorePart:
    """One summand of a score, in words."""

    points: int
    reason: str


@dataclass(frozen=True)
class PageMeasures:
    """The highest threshold of the learned wording with which a page would still be flagged, 0 to 1: `wording` for a passage
    that no term finds, `hits` for the terms on it. None where there is no such passage, or no such hit."""

    wording: float | None = None
    hits: float | None = None


@dataclass(frozen=True)
class Judgement:
    """The kind of a page and its faults."""

    page_kind: PageKind
    page_kind_reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    spared: tuple[Spared, ...]
    gravity: Gravity = "ordinary"
    gravity_reasons: tuple[str, ...] = ()
    score_parts: tuple[ScorePart, ...] = ()
    contacts: tuple[Contact, ...] = ()
    mentions: tuple[Mention, ...] = ()
    alignment: tuple[Aligned, ...] = ()
    certificates: tuple[
        str, ...
    ] = ()  # the numbers that are shown: canonical, malformed ones as they are written
    measures: "PageMeasures" = PageMeasures()

    @property
    def unlawful(self) -> bool:
        """Whether anything was found."""
        return bool(self.findings)

    @property
    def score(self) -> int:
        """The sum of its parts; orders the reviewers' queue."""
        return sum(part.points for part in self.score_parts)


def chinese_number(number: int) -> str:
    """1 to 199 in Chinese, as laws count their articles."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (digits[ones] if ones else "")
