"""How grave a page is (医疗广告监管工作指南, 2025-05-09): which tier a person should look at first, and why.

The tier is a proposal to the reviewer. Facts that only people can establish (whether a patient, an
affiliation or a figure was invented) are proposed for verification, never asserted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.page.page_kind import Cue
from classifiers.values import Block, Finding, Gravity, NormalText

# The eight items of 医疗广告管理办法 art. 6, as pages introduce them.
_ITEMS = re.compile(
    r"(?:医疗机构|医院|机构)?(?:第一名称|名称|地址|院址|所有制形式|经营性质|机构类别|医疗机构类别|类别|诊疗科目|床位数?|编制床位|开放床位"
    r"|接诊时间|门诊时间|营业时间|联系电话|咨询电话|电话|乘车路线)\s*[:：为]?"
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_NAME = re.compile(r"[\u4e00-\u9fff()]{2,30}(?:医院|门诊部|诊所|卫生院|中心|医务室|保健院)")

_BESIDE = 100  # characters between a claim and the disease that it is about


@dataclass(frozen=True)
class PageWeight:
    """The basis of the tier: findings, each rule's own tier (by rule id), the page's words of grave
    diseases, whether only the eight items stand there, and whether the page agrees with its approved sample."""

    findings: Sequence[Finding]
    rule_gravity: Mapping[str, Gravity]
    grave_diseases: Sequence[Cue]
    only_allowed_items: bool
    agrees: bool


def decide_gravity(weighed: PageWeight) -> tuple[Gravity, tuple[str, ...]]:
    """The tier and its reasons in Chinese.

    1. a rule whose breach may be a crime when something was invented: to be verified for the police
    2. effect, safety or rates (the rules of that tier) near a grave disease: heavier (art. 11), else ordinary
    3. only the certificate is wrong, and only the eight items stand there: may go unpunished
    4. the certificate has only expired, and the advert still agrees with its sample: may go unpunished
    5. only the certificate is wrong: lighter
    6. otherwise: ordinary
    """
    if not weighed.findings:
        return "unpunished", ("没有命中",)
    tiers = {finding.rule: weighed.rule_gravity.get(finding.rule, "ordinary") for finding in weighed.findings}
    titles = {finding.rule: finding.title for finding in weighed.findings}
    crimes = "、".join(f"“{titles[rule]}”" for rule, tier in tiers.items() if tier == "police")
    if crimes:
        return "police", (f"{crimes}：若名义、隶属关系或文号系虚构、冒用，涉嫌犯罪，须核实后移送",)
    beside = _beside_grave_diseases(weighed, tiers)
    if beside:
        named = "、".join(dict.fromkeys(f"“{finding.title}”" for finding, _ in beside))
        diseases = "、".join(list(dict.fromkeys(disease for _, disease in beside))[:3])
        return "heavier", (f"{named}属于指南第十一条从重的情形", f"涉及重大、疑难疾病：{diseases}")
    if all(finding.family == "certificate" for finding in weighed.findings):
        return _certificate_only(weighed)
    return "ordinary", ("没有从重、从轻情形",)


def _beside_grave_diseases(
    weighed: PageWeight, tiers: Mapping[str, Gravity]
) -> Sequence[tuple[Finding, str]]:
    """The findings of effect, safety or rates near whose words a grave disease is named, with its name."""
    found = []
    for finding in weighed.findings:
        if tiers[finding.rule] != "heavier":
            continue
        near = (
            cue.quote
            for cue in weighed.grave_diseases
            if cue.start < finding.end + _BESIDE and finding.start - _BESIDE < cue.end
        )
        if (disease := next(near, None)) is not None:
            found.append((finding, disease))
    return found


def _certificate_only(weighed: PageWeight) -> tuple[Gravity, tuple[str, ...]]:
    rules = {finding.rule for finding in weighed.findings}
    if weighed.only_allowed_items:
        return "unpunished", ("内容仅限《医疗广告管理办法》第六条的八项，与执业许可证核对一致的可不予处罚",)
    if rules == {"certificate-expired"} and weighed.agrees:
        return "unpunished", ("审查证明已过期，但内容仍与成品样件一致",)
    if "certificate-departure" in rules:
        return "ordinary", ("内容与成品样件不一致",)
    return "lighter", ("内容没有违法用语，问题只在审查证明",)


def only_allowed_items(
    normal: NormalText, blocks: Sequence[Block], numbers: Sequence[tuple[int, int]]
) -> bool:
    """Whether a page's main text holds nothing but the eight items of art. 6 and certificate numbers."""
    main = [block for block in blocks if block.region == "main"]
    seen = False
    for match in _SENTENCE.finditer(normal.text):
        text = match[0].strip()
        if not text:
            continue
        start = match.start() + match[0].index(text)
        low, _ = normal.span(start, start + 1)
        if not any(block.start <= low < block.end for block in main):
            continue
        if any(start < end and begin < match.end() for begin, end in numbers):
            continue
        if not (_ITEMS.match(text) or _NAME.fullmatch(text)):
            return False
        seen = True
    return seen
