"""An advert compared with its approved sample: additions, changes and omissions, down to the phrase."""

from classifiers.page.departure import align
from classifiers.text.normalise import normalise
from classifiers.values import PageText

SAMPLE = "云溪眼科医院。诊疗科目：眼科。地址：云溪市湖滨路1号。接诊时间：8:30至17:00。"


def rows(text: str) -> list[tuple[str, str, str]]:
    aligned = align(PageText.of_plain(text), normalise(text), SAMPLE, ())
    return [(row.agreement, row.quote, row.approved) for row in aligned]


def test_what_agrees_is_the_same_whatever_its_marks_and_order() -> None:
    text = "地址:云溪市湖滨路１号\n雲溪眼科醫院！\n接诊时间：8:30至17:00\n诊疗科目：眼科"
    assert {row[0] for row in rows(text)} == {"same"}


def test_what_was_left_out_is_told_and_is_no_departure() -> None:
    assert ("left_out", "", "地址：云溪市湖滨路1号") in rows("云溪眼科医院。诊疗科目：眼科。")


def test_a_changed_sentence_is_taken_apart() -> None:
    text = "地址：云溪市湖滨路99号"
    aligned = align(PageText.of_plain(text), normalise(text), SAMPLE, ())
    (changed,) = [row for row in aligned if row.agreement == "changed"]
    assert changed.approved == "地址：云溪市湖滨路1号"
    assert {(piece.agreement, piece.text) for piece in changed.pieces if piece.agreement != "same"} == {
        ("left_out", "1"),
        ("added", "99"),
    }


def test_an_added_sentence_has_nothing_beside_it() -> None:
    assert ("added", "本院引进新式验光设备", "") in rows("云溪眼科医院。本院引进新式验光设备。")


def test_positions_are_those_of_the_page() -> None:
    text = "云★溪★眼★科★医★院。本院配★备★新★设★备。"
    page = PageText.of_plain(text)
    for row in align(page, normalise(text), SAMPLE, ()):
        assert row.quote == text[row.start : row.end]
