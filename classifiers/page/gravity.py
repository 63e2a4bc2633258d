"""How grave a page is (医疗广告监管工作指南, 2025-05-09): which tier a person should look at first, and why.

The tier is a proposal to the reviewer. What only people can establish (whether a patient, an affiliation or a
figure was invented) is proposed for verification, never asserted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.values import Aligned, Block, Finding, Gravity, NormalText

# The eight items of 医疗广告管理办法 art. 6, as pages introduce them.
_ITEMS = re.compile(
    r"(?:医疗机构|医院|机构)?(?:第一名称|名称|地址|院址|所有制形式|经营性质|机构类别|医疗机构类别|类别|诊疗科目|床位数?|编制床位|开放床位"
    r"|接诊时间|门诊时间|营业时间|联系电话|咨询电话|电话|乘车路线)\s*[:：为]?"
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_NAME = re.compile(r"[\u4e00-\u9fff()]{2,30}(?:医院|门诊部|诊所|卫生院|中心|医务室|保健院)")

_ORDER: Mapping[Gravity, int] = {"unpunished": 0, "lighter": 1, "ordinary": 2, "heavier": 3, "police": 4}


@dataclass(frozen=True)
class PageWeight:
    """What the tier is decided by: findings, each rule's own tier (by rule id), the page's words of grave
    diseases, whether only the eight items stand there, and the page beside its approved sample."""

    findings: Sequence[Finding]
    rule_gravity: Mapping[str, Gravity]
    grave_diseases: Sequence[str]
    only_allowed_items: bool
    alignment: Sequence[Aligned]


def decide_gravity(weighed: PageWeight) -> tuple[Gravity, tuple[str, ...]]:
    """The tier and its reasons in Chinese.

    1. a rule whose breach may be a crime when something was invented: to be verified for the police
    2. a rule that the guide names as heavier; the more so beside a grave disease: heavier
    3. nothing but the certificate is wrong, and only the eight items stand there: may go unpunished
    4. nothing but its running out is wrong, and the advert still agrees with its sample: may go unpunished
    5. nothing but the certificate is wrong: lighter
    6. otherwise: ordinary
    """
    if not weighed.findings:
        return "unpunished", ("没有命中",)
    tiers = {finding.rule: weighed.rule_gravity.get(finding.rule, "ordinary") for finding in weighed.findings}
    gravest = max(tiers.values(), key=_ORDER.__getitem__)
    titles = {finding.rule: finding.title for finding in weighed.findings}
    named = "、".join(f"“{titles[rule]}”" for rule, tier in tiers.items() if tier == gravest)
    if gravest == "police":
        return "police", (f"{named}：若名义、隶属关系或文号系虚构、冒用，涉嫌犯罪，须核实后移送",)
    if gravest == "heavier":
        diseases = "、".join(weighed.grave_diseases[:3])
        beside = (f"涉及重大、疑难疾病：{diseases}",) if diseases else ()
        return "heavier", (f"{named}属于指南明确从重的情形", *beside)
    if all(finding.family == "certificate" for finding in weighed.findings):
        return _certificate_only(weighed)
    return "ordinary", ("没有从重、从轻情形",)


def _certificate_only(weighed: PageWeight) -> tuple[Gravity, tuple[str, ...]]:
    rules = {finding.rule for finding in weighed.findings}
    if weighed.only_allowed_items:
        return "unpunished", ("内容仅限《医疗广告管理办法》第六条的八项，与执业许可证核对一致的可不予处罚",)
    agrees = weighed.alignment and all(item.agreement in {"same", "left_out"} for item in weighed.alignment)
    if rules == {"certificate-expired"} and agrees:
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
