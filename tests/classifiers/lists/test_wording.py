"""The learned wording: its files, and how a rule is named for text that no term finds."""

import numpy as np
import pytest

from classifiers.lists.wording import read_naming, read_wording
from classifiers.text.grams import grams

WORDING = "# remark\n(bias)\t-1\n(spares)\t0.5\n(suspects)\t0.7\nhit\t2.5\n(slots)\t7 9\n(weights)\t0.25 -1\n"
NAMING = (
    "(rules)\tcure-promise free-treatment\n(biases)\t0 0\n(names)\t0.5\n"
    "(slots)\t{cure} {free}\n(columns)\t0 1\n(weights)\t9 9\n"
)


def slot_of(word: str) -> int:
    return int(grams(word).slots[len(word) - 1][0])


def test_a_wording_is_read_by_slot_and_by_sign() -> None:
    wording = read_wording(WORDING)
    assert wording.weights[7] == pytest.approx(0.25)
    assert np.count_nonzero(wording.weights) == 2
    assert wording.signs == {"hit": 2.5}
    assert (wording.bias, wording.spares, wording.suspects) == (-1, 0.5, 0.7)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (WORDING + "sign\tmuch\n", "8: 应为"),
        (WORDING + "(slots)\tmany few\n", "8: 应为"),
        (WORDING + "(slots)\t999999999\n(weights)\t1\n", "1: 槽号与权重不相配"),
        (WORDING + "(slots)\t8\n", "1: 槽号与权重不相配"),
        (WORDING.replace("(spares)\t0.5\n", ""), "1: 缺少 (spares)"),
    ],
)
def test_a_bad_wording_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault.replace("(", r"\(").replace(")", r"\)")):
        read_wording(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("(biases)\t0\n(names)\t0.5\n", r"1: 缺少 \(rules\)"),
        (NAMING.format(cure=1, free=2).replace("9 9", "9 nine"), "6: 应为"),
    ],
)
def test_a_bad_naming_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_naming(text)


def test_the_rule_whose_words_stand_there_is_the_likeliest() -> None:
    naming = read_naming(NAMING.format(cure=slot_of("根治"), free=slot_of("免费")))
    found = grams("全程免费")
    shares = naming.shares(np.concatenate(found.slots).astype(np.int64), len(found.places))
    assert shares["free-treatment"] > 0.9 > shares["cure-promise"]
    assert sum(shares.values()) == pytest.approx(1)


def test_a_second_rule_is_named_where_both_are_likely() -> None:
    cure, free = slot_of("根治"), slot_of("免费")
    found = grams("免费根治")
    slots, length = np.concatenate(found.slots).astype(np.int64), len(found.places)
    both = read_naming(NAMING.format(cure=cure, free=free).replace("0.5\n", "0.15\n(also)\t0.2\n"))
    assert set(both.named(slots, length)) == {"cure-promise", "free-treatment"}
    assert list(both.named(slots[slots != free], length)) == ["cure-promise"]
    one = read_naming(NAMING.format(cure=cure, free=free).replace("0.5\n", "0.15\n"))
    assert len(one.named(slots, length)) == 1, "a file without the line names one"
    unsure = read_naming(NAMING.format(cure=cure, free=free).replace("9 9", "0 0").replace("0.5\n", "0.6\n"))
    assert unsure.named(slots, length) == {}
