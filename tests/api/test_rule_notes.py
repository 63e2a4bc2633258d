"""The lists' notes on a rule are shown with its findings: how to write lawfully, and its known false
alarms."""

import pytest

from tests.api.pages import sign_in, transfer
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")


def test_a_case_shows_the_notes_of_each_rule_that_found_something(served, case_id, rules) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(f"/cases/{case_id}").text
    for rule in ("cure-promise", "cure-rate-percent"):
        assert f"合法的写法：{rules.by_id[rule].advice}" in page
        assert f"已知误报：{rules.by_id[rule].known_false_alarms}" in page


def test_an_office_is_not_told_where_a_rule_is_known_to_be_wrong(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.client() as client:
        sign_in(client, "officer")
        page = client.get(f"/takedown/{transfer_id}").text
    assert "规则编号：cure-promise" in page
    assert "已知误报" not in page


def test_the_self_check_says_once_for_each_rule_how_to_write_lawfully(served, rules) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.post("/self-check", data={"text": f"{registered.UNLAWFUL}根治顽疾。"}).text
    rule = rules.by_id["cure-promise"]
    assert page.count(f"合法的写法：{rule.advice}") == 1
    assert page.count(f"已知误报：{rule.known_false_alarms}") == 1
