"""Pages that say the same are recognised by their signatures; differences are shown."""

import hashlib

import pytest

from classifiers.similar import ALIKE, Signature, differences
from classifiers.values import PageText

TEXT = "云溪男科医院引进新设备，专家团队每周坐诊。前列腺疾病患者可预约就诊，门诊时间为早八点到晚六点。" * 3


def likeness(one: str, other: str) -> float:
    return Signature.of(PageText.of_plain(one)).likeness(Signature.of(PageText.of_plain(other)).values)


def test_a_mirror_is_alike_although_it_is_disguised() -> None:
    assert likeness(TEXT, TEXT.replace("男科", "男★科").replace("。", "。\n")) == 1.0


def test_a_repost_with_another_name_is_alike_and_another_text_is_not() -> None:
    assert likeness(TEXT, TEXT.replace("云溪男科医院", "河湾男科医院", 1)) >= ALIKE
    assert likeness(TEXT, "流感的传播途径和预防措施：勤洗手、戴口罩，应及时就医。" * 5) < 0.2


def test_alike_pages_share_a_band() -> None:
    one, other = (Signature.of(PageText.of_plain(text)) for text in (TEXT, TEXT + "欢迎咨询。"))
    assert set(one.bands) & set(other.bands)


def test_a_signature_is_the_same_from_its_kept_values() -> None:
    signature = Signature.of(PageText.of_plain(TEXT))
    assert Signature.from_values(signature.values) == signature


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", "ea5aa2983a7747ad"),
        ("云", "ad2a083dc1ec8351"),
        ("云溪男科医院引进新设备，专家团队每周坐诊。", "b83026d69698f63b"),
        ("前列腺疾病患者可预约就诊\ud800", "c085c60fc0f8bc9e"),
    ],
)
def test_signatures_kept_by_earlier_versions_stay_comparable(text: str, values: str) -> None:
    """As datasketch 2.0.0 made them (MinHash(num_perm=128, seed=1)): SHA-256 of the values, its first digits."""
    assert hashlib.sha256(Signature.of(PageText.of_plain(text)).values).hexdigest().startswith(values)


def test_a_page_of_many_shingles_is_hashed_in_pieces() -> None:
    long = "".join(chr(0x4E00 + number % 20_000) for number in range(50_000))
    assert likeness(long, long + TEXT) > 0.95


def test_an_empty_page_has_a_signature() -> None:
    assert likeness("", "") == 1.0


def test_differences_are_shown_sentence_by_sentence() -> None:
    rows = differences("甲院很好。热线一。共同的话。", "乙院很好。共同的话。末句。")
    assert [(row.agreement, row.quote, row.approved) for row in rows] == [
        ("changed", "甲院很好", "乙院很好"),
        ("added", "热线一", ""),
        ("same", "共同的话", "共同的话"),
        ("left_out", "", "末句"),
    ]
