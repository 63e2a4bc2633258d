"""What kind of page it is, by evidence that can be read (医疗广告认定指南, 2025-08-13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from classifiers.identity import CONTACT_LABELS, Contact
from classifiers.match import Hit
from classifiers.values import PageKind

Disguise = Literal["education_with_contacts", "news_with_contacts"]


@dataclass(frozen=True)
class KindDecision:
    """The kind, its evidence in Chinese, and whether it is an advert that poses as something else."""

    kind: PageKind
    reasons: tuple[str, ...]
    disguise: Disguise | None = None


def decide_kind(
    cues: Mapping[str, Sequence[Hit]], contacts: Sequence[Contact], promises: Sequence[str]
) -> KindDecision:
    """Decide from the main text's cue hits (by cue id), its contacts, and the promises found in it.

    1. speaks of penalties and law, and offers nothing: notice
    2. reads as education or news, and offers, promises or carries contacts: advert in that disguise
    3. promises something, or offers something: advert
    4. reads as education, or as news: that
    5. otherwise: introduction, what an institution may and must disclose
    """
    offers, own = _words(cues, "offer"), _words(cues, "own_voice")
    notice, education, news = (_words(cues, name) for name in ("notice", "education", "news"))
    if len(notice) >= 2 and not offers and not own:
        return KindDecision("notice", (_listing("执法、法条或警示用语", notice),))
    turns = _turns_to_readers(offers, contacts, promises)
    if turns and len(education) >= 2:
        reasons = (_listing("科普用语", education), *turns)
        return KindDecision("advert", reasons, "education_with_contacts")
    if turns and len(news) >= 2:
        return KindDecision("advert", (_listing("新闻用语", news), *turns), "news_with_contacts")
    if promises or len(offers) >= 2 or (offers and contacts):
        return KindDecision("advert", turns)
    if len(education) >= 2:
        return KindDecision("education", (_listing("科普用语", education), "没有联系方式，也没有招揽"))
    if len(news) >= 2:
        return KindDecision("news", (_listing("新闻用语", news), "没有联系方式，也没有招揽"))
    return KindDecision("introduction", ("没有承诺疗效，也没有招揽用语",))


def _turns_to_readers(
    offers: Sequence[str], contacts: Sequence[Contact], promises: Sequence[str]
) -> tuple[str, ...]:
    reasons = []
    if promises:
        reasons.append(_listing("承诺或赞誉", promises))
    if offers:
        reasons.append(_listing("招揽用语", offers))
    if contacts:
        kinds = dict.fromkeys(CONTACT_LABELS[contact.kind] for contact in contacts)
        reasons.append("正文有联系方式：" + "、".join(kinds))
    return tuple(reasons)


def _words(cues: Mapping[str, Sequence[Hit]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.term.written for hit in cues.get(name, ())))


def _listing(title: str, words: Sequence[str]) -> str:
    return f"{title}：" + "、".join(f"“{word}”" for word in words[:4]) + (" 等" if len(words) > 4 else "")
