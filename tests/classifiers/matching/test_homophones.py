"""Words that sound like the lists' are found wherever they stand, and nothing else is."""

import random

import pytest

from classifiers.matching.homophones import Sounds, _may_replace, _only_difference, homophones, pinyin
from classifiers.text.words import is_word

WORDS = ("根治", "痊愈", "痔疮", "白癜风", "无痛人流", "包治百病", "百病", "药到病除", "根除", "更除")


def told_one_by_one(text: str) -> set[tuple[int, int]]:
    """Where `text` has a word with one other character of the same sound, by looking at each place for each word."""
    return {
        (start, start + len(word))
        for word in WORDS
        for start in range(len(text) - len(word) + 1)
        if (written := text[start : start + len(word)]) not in WORDS
        and not is_word(written)
        and all(pinyin(one) == pinyin(other) for one, other in zip(written, word, strict=True))
        and (place := _only_difference(written, word)) is not None
        and _may_replace(written, place)
    }


@pytest.mark.parametrize("seed", range(20))
def test_every_place_that_sounds_like_a_word_is_found(seed: int) -> None:
    chance = random.Random(seed)
    pieces = []
    for _ in range(200):
        word = list(chance.choice(WORDS))
        for place in chance.sample(range(len(word)), chance.choice([0, 1, 1, 2])):
            word[place] = chance.choice(homophones(word[place]) or word)
        pieces += ["".join(word), chance.choice(["", "", "。", "a", "𠮷", "的", "治"])]
    text = "".join(pieces)
    found = list(Sounds(WORDS).misspelt(text))
    assert {(start, end) for start, end, _ in found} == told_one_by_one(text)
    assert len(found) > 20
    for start, end, (edit,) in found:
        assert text[start : edit.start] + edit.plain + text[edit.end : end] in WORDS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("白殿风", "白癜风"),
        ("无痛仁流", "无痛人流"),
        ("药到病储", "药到病除"),
        ("包治百饼", "包治百病"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "{}。", "我院{}", "。{}啊"])
def test_a_misspelling_is_found_at_a_text_s_edges_and_within(written: str, meant: str, around: str) -> None:
    text = around.format(written)
    place = text.index(written)
    found = {
        text[start : edit.start] + edit.plain + text[edit.end : end]
        for start, end, (edit,) in Sounds(WORDS).misspelt(text)
        if (start, end) == (place, place + len(written))
    }
    assert found == {meant}


@pytest.mark.parametrize("text", ["", "根", "根治", "😀", "\ud800根治"])
def test_short_and_odd_texts_have_none(text: str) -> None:
    assert list(Sounds(WORDS).misspelt(text)) == []


def test_a_character_without_a_sound_has_no_homophones() -> None:
    assert homophones("★") == []
