"""The words around a hit, and where they have to stand to excuse it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import LEARNED_FILES, SUPPORT_FILES, RuleSet, load_rules
from classifiers.values import Facts, PageText
from records.settings import PROJECT

FAMILY = """\
family: trial
title: 试验
rules:
  - id: trial-rule
    title: 试验规则
    status: live
    law: [{law: 中华人民共和国广告法, article: 28}]
    severity: high
    why: 试验
    terms: [神奇膏药]
    known_false_alarms: 没有
    unless: [ahead, behind, beside, around, anywhere]
    examples: {match: [一二三四, 一二三四, 一二三四], disguised: [一二三四], spare: [一二三四, 一二三四, 一二三四]}
"""
CONTEXTS = """\
contexts:
  - {id: ahead, title: 前, scope: before, within: 4, terms: [没有]}
  - {id: behind, title: 后, scope: after, within: 4, terms: [无效]}
  - {id: beside, title: 句中, scope: sentence, terms: [据报道], void_by: [ours]}
  - {id: ours, title: 自述, scope: sentence, terms: [我院]}
  - {id: around, title: 长词, scope: overlaps, terms: [神奇膏药博物馆]}
  - {id: anywhere, title: 全页, scope: page, terms: [处罚决定书]}
"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("lists")
    for name in (*LEARNED_FILES, *SUPPORT_FILES):
        shutil.copy(PROJECT / "keyword_lists" / name, folder / name)
    (folder / "trial.yaml").write_text(FAMILY, "utf-8")
    (folder / "contexts.yaml").write_text(CONTEXTS, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("神奇膏药，一用就灵。", None),
        ("没有神奇膏药。", "前：“没有”"),
        ("没有别的法子了神奇膏药", None),
        ("没有，神奇膏药。", None),
        ("没有。神奇膏药。", None),
        ("神奇膏药其实无效。", "后：“无效”"),
        ("神奇膏药。其实无效。", None),
        ("神奇膏药卖得很好，据报道。", "句中：“据报道”"),
        ("据报道。神奇膏药。", None),
        ("我院神奇膏药，据报道。", None),
        ("参观神奇膏药博物馆。", "长词：“神奇膏药博物馆”"),
        ("处罚决定书\n甲\n乙\n神奇膏药。", "全页：“处罚决定书”"),
    ],
)
def test_a_context_excuses_only_where_its_scope_says(lists: Path, text: str, reason: str | None) -> None:
    judgement = judge(PageText.of_plain(text), load_rules(lists), Facts(date(2026, 11, 24)))
    assert [spared.reason for spared in judgement.spared] == ([reason] if reason else [])
    assert judgement.unlawful == (reason is None)


@pytest.mark.parametrize(
    "text",
    [
        "进入诊区请戴好口罩，最大限度减少医院感染。",
        "自助机缴费只需一分钟，不用去窗口。",
        "抽血后按压五分钟，做完即可回家，报告下午打印。",
        "体检中心备有早点，凭单免费享用。",
        "烫到舌尖含一会儿冰块，几分钟就不疼了，刺痛感很快消失。",
        "预防肺癌，先戒烟限酒，每年体检。",
        "保证母婴安全的前提下，可以严密观察，等待自然分娩。",
        "停电检修结束，门诊秩序逐步恢复正常。",
        "医院曾被评为“全省百姓放心示范医院”，为区残联定点单位。",
        "东部某军区总医院（三级甲等）位于城北，城南医院（二级甲等）位于环城路。",
        "湿疹涂药能治好吗\n湿疹涂药能治好",
    ],
)
def test_words_of_errands_advice_and_names_promise_nothing(rules: RuleSet, text: str) -> None:
    assert judge(PageText.of_plain(text), rules, Facts(date(2026, 11, 24))).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "本院口罩式雾化疗法，三天治好鼻炎，无需排队。",
        "我院喝牛奶一样的中药，喝完胃就不疼了，根治胃病。",
        "谁说痛风不能根治吗？本院一疗程断根。",
        "种上的发不洗不掉，永不脱落，效果是终身的。",
        "开业以来0失误、零纠纷，绝不会出现任何危险。",
        "经治疗，他与同龄孩子一样跑跳，家属给我科送来两面锦旗。",
        "语言、步态恢复正常，成功案例展示，家长一致好评。",
        "全国极富实力的白斑专科。",
    ],
)
def test_what_they_excuse_is_not_what_an_institution_says_of_its_care(rules: RuleSet, text: str) -> None:
    assert judge(PageText.of_plain(text), rules, Facts(date(2026, 11, 24))).unlawful
