"""The kind of a page, by readable evidence (医疗广告认定指南, 2025-08-13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from classifiers.values import CONTACT_LABELS, Contact, PageKind, PageText

_FEWEST_ENTRIES, _SHORT_ENTRY = 12, 40  # blocks; characters of a block
_FEWEST_GRADED = 3
Disguise = Literal["education_with_contacts", "news_with_contacts"]


class Cue(NamedTuple):
    """Words that speak for a kind of page, standing in its text from `start` to `end`."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Evidence:
    """The basis of a page's kind: cues of the main text (by cue id), its contacts, the promises
    found in it, the diseases, techniques and drugs that it names, and whether it is a list of short entries."""

    cues: Mapping[str, Sequence[Cue]]
    contacts: Sequence[Contact]
    promises: Sequence[str]
    services: Sequence[str]
    listing: bool = False
    advertises: bool = False  # in its own voice, whatever its title and lead say
    lead_end: int = 300  # of the page's text: where its lead ends

    def words(self, *names: str) -> tuple[str, ...]:
        """The different words of the page that are cues of these names."""
        return tuple(dict.fromkeys(cue.quote for name in names for cue in self.cues.get(name, ())))

    def lead(self, name: str) -> tuple[str, ...]:
        """The different words that are cues of this name in the page's lead."""
        return tuple(dict.fromkeys(cue.quote for cue in self.cues.get(name, ()) if cue.start < self.lead_end))


@dataclass(frozen=True)
class KindDecision:
    """The kind, its evidence in Chinese, and whether it is an advert that poses as something else."""

    kind: PageKind
    reasons: tuple[str, ...]
    disguise: Disguise | None = None


def decide_kind(evidence: Evidence) -> KindDecision:
    """Decide what kind of page it is.

    1. an authority and an act of it, or two acts or articles of law, in its title or lead, and neither offers anything
       nor promises in a voice of its own: notice
    2. reads as education or news, and offers, promises or carries contacts: advert in that disguise
    3. promises something; or offers something twice, or once next to contacts or its treatments; or puts its
    treatments in the foreground next to contacts: advert
    4. reads as education or teaches, or reads as news or reports: that
    5. a list of short entries: directory
    6. otherwise: introduction, the facts that an institution may and must disclose
    """
    offers, own = evidence.words("offer"), evidence.words("own_voice")
    news = evidence.words("news")
    education = evidence.words("education_strong", "education") if evidence.words("education_strong") else ()
    notice = _as_notice(evidence)
    if notice and not offers and not own and not evidence.advertises:
        return KindDecision("notice", (_listing("执法、法条或警示用语", notice),))
    turns = _turns_to_readers(evidence, offers)
    if turns and len(education) >= 2:
        reasons = (_listing("科普用语", education), *turns)
        return KindDecision("advert", reasons, "education_with_contacts")
    if turns and len(news) >= 2:
        return KindDecision("advert", (_listing("新闻用语", news), *turns), "news_with_contacts")
    if evidence.promises or _advertises(evidence, offers):
        return KindDecision("advert", turns)
    if evidence.words("teaching"):
        education = evidence.words("teaching", "education")
    if len(education) >= 2:
        return KindDecision("education", (_listing("科普用语", education), "没有联系方式，也没有招揽"))
    if evidence.words("reporting"):
        news = evidence.words("reporting", "news")
    if len(news) >= 2:
        return KindDecision("news", (_listing("新闻用语", news), "没有联系方式，也没有招揽"))
    if evidence.listing:
        return KindDecision("directory", ("正文是短条目的列表，没有承诺，也没有招揽",))
    return KindDecision("introduction", ("没有承诺疗效，也没有招揽用语",))


def _as_notice(evidence: Evidence) -> tuple[str, ...]:
    """The words of title and lead that make a page a notice: an authority as its subject and an act of it, or two
    different acts or articles; empty where it is not a notice. Two weak words (规范, 误导) are in any
    advert."""
    authorities, acts = evidence.lead("authority"), evidence.lead("notice_strong")
    weak = [word for word in evidence.lead("notice") if not any(word in named for named in authorities)]
    if len(acts) >= 2 or (authorities and (acts or weak)):
        return tuple(dict.fromkeys((*authorities, *acts, *weak)))
    return ()


def is_listing(page: PageText, graded: Sequence[Cue] = ()) -> bool:
    """Whether a page's main text is a list: many blocks, nearly all of them short and without a stop, or several
    institutions with their grades."""
    if len(graded) >= _FEWEST_GRADED:
        return True
    main = [page.text[block.start : block.end] for block in page.blocks if block.region == "main"]
    short = sum(len(text) <= _SHORT_ENTRY and "。" not in text for text in main)
    return len(main) >= _FEWEST_ENTRIES and short >= 0.9 * len(main)


def _advertises(evidence: Evidence, offers: Sequence[str]) -> bool:
    within_reach = evidence.contacts or evidence.words("service")
    shown = evidence.services and evidence.words("showing")
    return (
        len(offers) >= 2
        or bool(offers and (within_reach or evidence.services))
        or bool(within_reach and shown)
    )


def _turns_to_readers(evidence: Evidence, offers: Sequence[str]) -> tuple[str, ...]:
    reasons = []
    if evidence.promises:
        reasons.append(_listing("承诺或赞誉", evidence.promises))
    if offers:
        reasons.append(_listing("招揽用语", offers))
    if evidence.services and evidence.words("showing"):
        reasons.append(_listing("突出介绍诊疗项目", evidence.services))
    if evidence.contacts:
        kinds = dict.fromkeys(CONTACT_LABELS[contact.kind] for contact in evidence.contacts)
        reasons.append("正文有联系方式：" + "、".join(kinds))
    return tuple(reasons)


def _listing(title: str, words: Sequence[str]) -> str:
    return f"{title}：" + "、".join(f"“{word}”" for word in words[:4]) + (" 等" if len(words) > 4 else "")
