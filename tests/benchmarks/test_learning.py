"""The wording is learned on a base: weights of text that is not at hand any more."""

import numpy as np

from benchmarks.accuracy.corpus import Passage
from benchmarks.accuracy.learn import BASE, LISTS
from benchmarks.accuracy.learning import Learner
from classifiers.lists.rules import load_rules
from classifiers.lists.wording import read_wording

RULES = load_rules(LISTS)
GONE = [
    *(
        Passage(f"本院门诊{name}贴一贴，多年的老毛病当天就松快", True)
        for name in ("膝盖", "颈椎", "腰椎", "肩膀", "脚踝")
    ),
    *(Passage(f"医院{name}科门诊时间为周一至周五上午八点", False) for name in ("骨", "内", "外", "儿", "眼")),
]
AT_HAND = [
    *(
        Passage(f"医院{name}术后保证不复发，治愈率高达九成九", True)
        for name in ("痔疮", "疝气", "鼻炎", "结石", "肌瘤")
    ),
    *(
        Passage(f"患者{name}手术以后请按医嘱定期复查和换药", False)
        for name in ("胆囊", "阑尾", "白内障", "骨折", "扁桃体")
    ),
]
NEW_ONE = "本院门诊手腕贴一贴，多年的老毛病当天就松快"


def test_the_text_at_hand_changes_the_base_and_forgets_nothing_else() -> None:
    learner = Learner(RULES, [*GONE, *AT_HAND])
    base = learner.wording(GONE * 8, 0.4, 0.6)
    onward = learner.wording(AT_HAND * 8, 0.4, 0.6, base)
    afresh = learner.wording(AT_HAND * 8, 0.4, 0.6)
    assert learner.measure(NEW_ONE, base) > 0.6
    assert learner.measure(NEW_ONE, onward) > 0.9 > 0.7 > learner.measure(NEW_ONE, afresh)
    for passage in AT_HAND:
        assert (learner.measure(passage.text, onward) > 0.5) == passage.unlawful
    assert onward.signs.keys() >= base.signs.keys()


def test_the_base_that_is_kept_can_be_read() -> None:
    assert np.count_nonzero(read_wording(BASE.read_text("utf-8")).weights) > 100_000
