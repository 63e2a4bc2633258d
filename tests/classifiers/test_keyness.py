"""Words that unlawful pages share and no list has are suggested; what everybody says is not."""

from classifiers.keyness import keyness

UNLAWFUL = [f"第{number}科引进负氧离子疗程，糖友从此告别针头，欢迎来院。" for number in range(8)]
LAWFUL = [f"第{number}科门诊时间调整，欢迎来院就诊，请提前准备证件。" for number in range(12)]


def test_what_only_unlawful_pages_say_is_suggested(rules) -> None:
    words = {key.word for key in keyness(UNLAWFUL, LAWFUL, rules, 20)}
    assert any("离子" in word for word in words)
    assert not any("欢迎" in word or "来院" in word for word in words)


def test_counts_are_of_pages(rules) -> None:
    often = ["负氧离子。" * 50, *UNLAWFUL[:3]]
    assert max(key.pages for key in keyness(often, LAWFUL, rules, 50)) == 4


def test_what_a_term_finds_already_is_not_suggested(rules) -> None:
    pages = [f"本院第{number}次承诺无效退款，治愈率98%，根治糖尿病。" for number in range(9)]
    assert not any("根治" in key.word for key in keyness(pages, LAWFUL, rules, 50))


def test_nothing_to_compare_suggests_nothing(rules) -> None:
    assert keyness([], [], rules, 10) == []
    assert keyness(UNLAWFUL[:2], LAWFUL, rules, 10) == []
