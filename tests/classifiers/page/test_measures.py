"""The measure of sentences combined with their paragraphs."""

import numpy as np
import pytest

from classifiers.lists.wording import Wording
from classifiers.page.measures import SHORTEST, Measures, Sign, Stretch, lines_of, sentences_of
from classifiers.text.grams import SLOTS, grams

SUSPECTS = 0.7
PLAIN = "本科室设有门诊和病房各一处。"
PRAISE = "神奇疗法让您神奇康复更神奇。"


def wording(**weights: float) -> Wording:
    table = np.zeros(SLOTS, np.float32)
    for word, weight in weights.items():
        table[grams(word).slots[len(word) - 1][0]] = weight
    return Wording(table, {"hit": 3.0}, -2.0, 0.5, 0.7)


def test_sentences_and_lines_hold_their_stops() -> None:
    text = "一。二！\n三"
    assert [text[slice(*span)] for span in sentences_of(text)] == ["一。", "二！", "\n", "三"]
    assert [text[slice(*span)] for span in lines_of(text)] == ["一。二！\n", "三"]


def test_a_sentence_is_measured_by_its_words() -> None:
    measures = Measures(PRAISE, wording(神奇=5.0), [])
    assert measures.around(0) == pytest.approx(1 / (1 + np.exp(2 - 3 * 5 / 14**0.5)))
    (found,) = measures.suspicious(SUSPECTS)
    assert (found[0].start, found[0].end) == (0, len(PRAISE))
    assert "神奇" in measures.words(found[0])


def test_a_paragraph_of_plain_words_makes_one_sentence_harmless() -> None:
    learned = wording(神奇=5.0)
    assert list(Measures(PRAISE + PLAIN * 6, learned, []).suspicious(SUSPECTS)) == []
    assert list(Measures(PRAISE + "\n" + PLAIN * 6, learned, []).suspicious(SUSPECTS))


def test_a_hit_weighs_more_next_to_an_unlawful_sentence() -> None:
    learned, place = wording(神奇=9.0), len(PRAISE) + 1
    next_to, below = (Measures(PRAISE + gap + PLAIN, learned, []).around(place) for gap in ("", "\n"))
    assert below == pytest.approx(1 / (1 + np.exp(2)))
    assert next_to == pytest.approx(1 / (1 + np.exp(2 - 0.7)))


def test_a_sentence_that_is_sure_enough_outdoes_its_paragraph() -> None:
    assert len(list(Measures(PRAISE + PLAIN * 6, wording(神奇=9.0), []).suspicious(SUSPECTS))) == 1


def test_a_sign_weighs_where_it_stands() -> None:
    text = PLAIN + "\n" + PLAIN
    measures = Measures(text, wording(), [Sign(len(PLAIN) + 1, "hit")])
    first, second = measures.around(0), measures.around(len(text) - 1)
    assert first is not None
    assert second is not None
    assert first < 0.5 < second


def test_a_short_sentence_is_weighed_beside_a_hit_alone() -> None:
    text = "神奇药丸。" + PLAIN * 6
    learned = wording(神奇=9.0)
    assert list(Measures(text, learned, []).suspicious(SUSPECTS)) == []
    measure = Measures(text, learned, [Sign(0, "hit")]).around(0)
    assert measure is not None
    assert measure > 0.7


@pytest.mark.parametrize("text", ["", "。", "\n\n", "特色", "神奇" * (SHORTEST // 2 - 1), "★★★"])
def test_what_is_too_short_to_say_anything_is_not_weighed(text: str) -> None:
    measures = Measures(text, wording(神奇=9.0), [])
    assert measures.around(0) is None
    assert list(measures.suspicious(SUSPECTS)) == []


@pytest.mark.parametrize(
    ("positions", "held"), [([], False), ([3, 9], False), ([3, 4, 9], True), ([8], False)]
)
def test_a_stretch_holds_the_positions_from_its_start_to_before_its_end(
    positions: list[int], held: bool
) -> None:
    assert Stretch(4, 8, 0, 0).holds_any(positions) is held


def test_a_line_of_the_card_has_only_the_signs_that_stand_in_it() -> None:
    text = "治愈率高\n永不复发\n" + "门诊时间公示如下请看\n" * 9
    near = Measures(text, wording(), [Sign(len(text) - 3, "none"), Sign(5, "hit")]).of_card(0)
    far = Measures(text, wording(), [Sign(len(text) - 3, "hit"), Sign(0, "none")]).of_card(0)
    assert near is not None
    assert far is not None
    assert far < 0.5 < near
