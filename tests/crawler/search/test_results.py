"""Search pages are data: the queries, the pages that the results name, and the errors for an invalid
template."""

from pathlib import Path

import pytest

from crawler.errors import TemplateRefused
from crawler.search.results import SearchPage, Template, load_template, results_of

PAGE = SearchPage(
    name="云搜",
    address="https://so.example/s?q={query}",
    results=".result",
    title="h3",
    attributes=("mu", "href"),
    unwrap=("url",),
)


def found(html: str) -> list[str]:
    return [page.url for page in results_of(PAGE, "白癜风", html, "https://so.example/s?q=1")[0]]


@pytest.mark.parametrize(
    ("result", "address"),
    [
        ('<h3><a href="http://a.example/1">甲</a></h3>', "http://a.example/1"),
        ('<a href="http://a.example/2"><h3>甲</h3></a>', "http://a.example/2"),
        ('<h3><a href="/link?u=1" mu="http://a.example/3">甲</a></h3>', "http://a.example/3"),
        ('<h3><a href="/go?url=http%3A%2F%2Fa.example%2F4">甲</a></h3>', "http://a.example/4"),
        (
            '<h3><a href="//a.example/5?utm_source=so">甲</a></h3>',
            "http://a.example/5".replace("http", "https"),
        ),
        ('<h3><a href=" HTTP://A.example/6#top ">甲</a></h3>', "http://a.example/6"),
    ],
)
def test_a_result_is_the_page_that_it_leads_to(result: str, address: str) -> None:
    assert found(f'<div class="result">{result}</div>') == [address]


def test_the_address_may_stand_on_the_result_itself() -> None:
    assert found('<div class="result" mu="http://a.example/1"><h3><a href="/link?1">甲</a></h3></div>') == [
        "http://a.example/1"
    ]


@pytest.mark.parametrize(
    "result",
    [
        '<h3><a href="/link?url=abc">甲</a></h3>',
        '<h3><a href="javascript:go(1)">甲</a></h3>',
        '<h3><a href="https://so.example/go?url=https%3A%2F%2Fso.example%2Fhelp">甲</a></h3>',
        '<h3><a href="http://[::1">甲</a></h3>',
        "<h3>甲</h3>",
    ],
)
def test_a_result_that_only_the_search_page_can_resolve_is_counted(result: str) -> None:
    assert results_of(PAGE, "甲", f'<div class="result">{result}</div>', "https://so.example/") == ([], 1)


def test_one_page_is_found_once_with_its_words() -> None:
    html = '<div class="result"><h3><a href="http://a.example/1">云溪 <em>白癜风</em>医院</a></h3></div>' * 2
    (page,) = results_of(PAGE, "白癜风", html, "https://so.example/")[0]
    assert (page.title, page.query, page.engine) == ("云溪 白癜风 医院", "白癜风", "云搜")


def test_what_is_typed_is_in_the_address_as_utf_8() -> None:
    assert PAGE.url_of("a&b 风") == "https://so.example/s?q=a%26b%20%E9%A3%8E"


@pytest.mark.parametrize(
    ("institutions", "diseases", "typed"),
    [
        (["甲医院"], [], ["甲医院"]),
        ([], ["癣"], ["癣哪家医院好"]),
        (["甲医院"], ["癣"], ["甲医院", "甲医院 癣", "癣哪家医院好"]),
        (["甲医院", "甲医院"], [], ["甲医院"]),
        ([], [], []),
    ],
)
def test_a_row_is_typed_with_all_that_it_names(
    institutions: list[str], diseases: list[str], typed: list[str]
) -> None:
    rows = Template(
        engines=(PAGE,), queries=("{institution}", "{institution} {disease}", "{disease}哪家医院好")
    )
    assert list(rows.queries_of(institutions, diseases)) == typed


def test_the_template_that_comes_with_us_is_one() -> None:
    assert len(load_template().engines) >= 4


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("engines: []\nqueries: [a]", "engines"),
        (
            "engines: [{name: a, address: 'https://a.example/', results: p, title: b}]\nqueries: [a]",
            "address",
        ),
        (
            "engines: [{name: a, address: 'https://a/{query}', results: '[', title: b}]\nqueries: [a]",
            "results",
        ),
        ("engines: [", "不是 YAML"),
        ("甲", "整个文件"),
    ],
)
def test_a_template_that_is_none_is_refused_with_the_place(tmp_path: Path, written: str, words: str) -> None:
    file = tmp_path / "search.yaml"
    file.write_text(written, "utf-8")
    with pytest.raises(TemplateRefused, match=words):
        load_template(file)
    with pytest.raises(TemplateRefused, match="无法读取"):
        load_template(tmp_path / "none.yaml")
