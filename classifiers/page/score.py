"""The score that orders the reviewers' queue: a sum that can be added up by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from classifiers.values import SEVERITY_LABELS, Facts, Finding, Gravity, Judgement, ScorePart, Severity

SEVERITY_POINTS: Mapping[Severity, int] = {"high": 30, "medium": 15, "low": 5}
DISGUISE_POINTS = 5
FIELD_POINTS = 10
HEAVIER_POINTS = 10
CONFIRMED_POINTS, MOST_CONFIRMED = 10, 3
SIMILAR_POINTS, MOST_SIMILAR = 2, 10


@dataclass(frozen=True)
class Scored:
    """The inputs of the score."""

    findings: Sequence[Finding]
    gravity: Gravity
    in_disguise: bool
    fields: Sequence[str]
    facts: Facts


def score_parts(scored: Scored) -> Iterator[ScorePart]:
    """The summands, in words: each rule once by its severity, then the aggravating facts."""
    if not scored.findings:
        return
    for finding in {finding.rule: finding for finding in scored.findings}.values():
        label = SEVERITY_LABELS[finding.severity]
        yield ScorePart(SEVERITY_POINTS[finding.severity], f"{finding.title}（{label}）")
    if scored.gravity in {"heavier", "police"}:
        yield ScorePart(HEAVIER_POINTS, "从重情形")
    if scored.in_disguise:
        yield ScorePart(DISGUISE_POINTS, "以科普或新闻形式变相发布")
    if scored.fields:
        yield ScorePart(FIELD_POINTS, f"重点领域：{'、'.join(scored.fields)}")
    confirmed = min(scored.facts.confirmed_before, MOST_CONFIRMED)
    if confirmed:
        words = f"本机构此前已认定违法 {scored.facts.confirmed_before} 件"
        yield ScorePart(CONFIRMED_POINTS * confirmed, words)


def with_similar_pages(judgement: Judgement, pages: int) -> Judgement:
    """The judgement of a flagged page, when `pages` other flagged pages say the same."""
    if not pages or not judgement.unlawful:
        return judgement
    part = ScorePart(SIMILAR_POINTS * min(pages, MOST_SIMILAR), f"另有 {pages} 个页面内容相同")
    return replace(judgement, score_parts=(*judgement.score_parts, part))
