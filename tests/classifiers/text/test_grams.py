"""N-grams: the same characters have the same slots wherever they stand; marks and spaces are left out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.grams import ORDERS, SLOTS, grams


def test_a_word_has_the_same_slots_in_any_text() -> None:
    alone, within = grams("治愈率"), grams("我院治愈率高")
    for order in ORDERS:
        assert set(alone.slots[order - 1].tolist()) <= set(within.slots[order - 1].tolist())


def test_marks_and_spaces_are_left_out_and_digits_are_alike() -> None:
    marked, plain = grams("治，愈 率98"), grams("治愈率31")
    assert [slots.tolist() for slots in marked.slots] == [slots.tolist() for slots in plain.slots]
    assert marked.places.tolist() == [0, 2, 4, 5, 6]


def test_sentences_end_at_any_stop() -> None:
    found = grams("一。二！三\n四")
    assert found.places[found.stops].tolist() == [1, 3, 5]


@given(st.text(max_size=80))
def test_any_text_is_taken(text: str) -> None:
    found = grams(text)
    weights = found.weights(np.ones(SLOTS, np.float32))
    assert len(weights) == len(found.places)
    assert weights.sum() == sum(len(slots) for slots in found.slots)
