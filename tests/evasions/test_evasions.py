"""Cheap tricks do not change the verdict: an unlawful page that its visitors can still read is found.

Prints the pages that escaped. `ESCAPED` holds how many pages each trick still hides; no trick may hide more,
and where one hides fewer, lower its number here.
"""

from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts
from crawler.platforms import read_post
from records.snapshots.encoding import decode_html
from tests.evasions.pages import PAGES, TEXTS
from tests.evasions.transformations import TRANSFORMATIONS

# These excuse the words next to them, which the judgement has to weigh.
ESCAPED: dict[str, int] = {}
MISSED = 1  # pages that the judgement misses even unchanged; none may be added


@pytest.fixture(scope="session")
def facts() -> Facts:
    return Facts(date(2026, 11, 24), ("云溪门诊部",))


def is_found(body: bytes, rules: RuleSet, facts: Facts) -> bool:
    """Whether the page that a server sends as `body` is found unlawful, read as a crawl reads it."""
    post = read_post(decode_html(body, "text/html"), "http://yx.example/")
    return judge(post.text, rules, facts).unlawful


@pytest.fixture(scope="session")
def found(rules: RuleSet, facts: Facts) -> dict[str, str]:
    """The pages that are found unchanged, by their text."""
    return {
        text: page for text, page in zip(TEXTS, PAGES, strict=True) if is_found(page.encode(), rules, facts)
    }


def test_the_pages_are_found_as_they_are(found: dict[str, str]) -> None:
    assert len(TRANSFORMATIONS) >= 30
    assert len(found) >= 40
    assert len(PAGES) - len(found) <= MISSED, set(TEXTS) - set(found)


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_no_trick_saves_a_page_from_being_found(
    name: str, rules: RuleSet, facts: Facts, found: dict[str, str]
) -> None:
    change = TRANSFORMATIONS[name]
    escaped = [text for text, page in found.items() if not is_found(change(page), rules, facts)]
    print(  # noqa: T201 - asked for: what survived
        f"{name}: {len(escaped)} of {len(found)} escaped", *escaped[:5], sep="\n  "
    )
    assert len(escaped) <= ESCAPED.get(name, 0), escaped
