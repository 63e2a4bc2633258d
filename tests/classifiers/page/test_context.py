"""What stands around a hit, and where it has to stand to excuse it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import LEARNED_FILES, SUPPORT_FILES, load_rules
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
    for name in ("schema.json", *LEARNED_FILES, *SUPPORT_FILES):
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
