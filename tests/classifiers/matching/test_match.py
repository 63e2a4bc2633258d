"""The partial search after words are corrected finds the same hits as a search of the whole text."""

import random

import pytest

from classifiers.lists.rules import RuleSet
from classifiers.matching.homophones import homophones
from classifiers.matching.stuffing import stuffed
from classifiers.text.normalise import normalise, rewrite

PROSE = (
    "门诊楼一层设有导诊台，工作人员可以协助老年人完成自助登记。",
    "本院对牛皮癣的治疗，三个疗程后有效率达98%，保证不复发！",
    "乙肝患者应当定期复查肝功能；癫痫病人不宜驾驶。\n",
    "药到病除、一针见效、祖传秘方，签约治疗，无效退款。",
)


def misspelt_text(rules: RuleSet, seed: int) -> str:
    """Prose with some words of the lists in it, most of them with a character of the same sound."""
    chance = random.Random(seed)
    words = [word for word in rules.matcher.literals[:4000] if len(word) >= 3]
    pieces = []
    for _ in range(chance.randint(1, 12)):
        word = list(chance.choice(words))
        place = chance.randrange(len(word))
        word[place] = chance.choice(homophones(word[place]) or [word[place]])
        pieces += [chance.choice(PROSE) * chance.randint(0, 3), "".join(word)]
    return "".join(pieces)


@pytest.mark.parametrize("seed", range(60))
def test_hits_found_again_are_those_of_the_whole_text(rules: RuleSet, seed: int) -> None:
    normal = normalise(misspelt_text(rules, seed))
    normal = rewrite(normal, stuffed(normal.text, rules.matcher._has_term))
    scan = rules.matcher.scan(normal.text)
    again, hits = rules.matcher.put_right(normal)
    assert again.text == rewrite(normal, scan.misspelt).text
    assert hits == rules.matcher.find(again.text)
