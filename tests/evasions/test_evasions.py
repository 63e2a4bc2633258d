"""Cheap tricks leave the verdict as it was: whatever is done to an unlawful page that its visitors read on, it is found.

Prints what survived. `ESCAPED` holds how many pages a trick still saves from being found; no trick may save more, and
one that saves fewer is to be lowered here.
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

# Excuse the words beside them, which is the judgement's to weigh.
ESCAPED: dict[str, int] = {}
MISSED = 1  # pages that the judgement does not find even as they are; none may be added


@pytest.fixture(scope="session")
def facts() -> Facts:
    return Facts(date(2026, 11, 24), ("云溪门诊部",))


def is_found(body: bytes, rules: RuleSet, facts: Facts) -> bool:
    """Whether the page that a server sends as `body` is found unlawful, read as a crawl reads it."""
    post = read_post(decode_html(body, "text/html"), "http://yx.example/")
    return judge(post.text, rules, facts).unlawful


@pytest.fixture(scope="session")
def found(rules: RuleSet, facts: Facts) -> dict[str, str]:
    """The pages that are found as they are, by their text."""
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
