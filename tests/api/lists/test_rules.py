"""A rule in a form: checked while it is typed, saved in its file, and what its terms would find."""

import re
from html import unescape

import pytest

from tests.api.lists.test_lists import NEW_TERM, PAGE, RULE, analyst, drafted, lists, send, stored
from tests.api.pages import hidden

__all__ = ["analyst", "lists", "stored"]
pytestmark = pytest.mark.databases("sqlite")
FILE = "cure_rate.yaml"


def form_of(html: str) -> dict[str, list[str]]:
    """The rule's form as a browser would send it."""
    form = html[html.index("data-rule-check") :]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input(?: type="hidden")? name="(\w+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(unescape(value))
    for name, words in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        fields[name] = [unescape(words).replace("\n", "\r\n")]
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields.setdefault(name, []).append(unescape(chosen[1]) if chosen else "")
    for name, value in re.findall(r'<input type="checkbox" name="(\w+)"(?: value="(\w+)")? checked', form):
        fields.setdefault(name, []).append(value or "on")
    return fields


def test_a_form_that_changes_nothing_changes_no_byte_and_a_change_only_its_line(analyst) -> None:
    draft = drafted(analyst)
    address = f"{draft}/rules/{FILE}/{RULE}"
    fields = form_of(analyst.get(address).text)
    assert send(analyst, address, **fields).headers["location"] == f"{address}?saved=1"
    assert "还没有改动" in analyst.get(draft).text
    fields = form_of(analyst.get(address).text)
    fields["terms"] = [f"{fields['terms'][0]}\r\n{NEW_TERM}"]
    assert send(analyst, address, **fields).status_code == 303
    changes = [unescape(line) for line in re.findall(r"<(?:ins|del)>(.*?)</", analyst.get(draft).text)]
    assert changes == [f'+      - "{NEW_TERM}"']


def test_every_fault_stands_at_its_field_and_what_was_typed_stays(analyst) -> None:
    draft = drafted(analyst)
    address = f"{draft}/rules/{FILE}/{RULE}"
    fields = form_of(analyst.get(address).text)
    fields |= {"why": [""], "terms": ["{number}天\r\n好词条"], "unless": ["no-such"], "match": [""]}
    refused = send(analyst, address, **fields)
    assert refused.status_code == 422
    told = dict(re.findall(r'data-fault="(\w+)">([^<]+)<', refused.text))
    assert sorted(told) == ["match", "terms", "unless", "why"]
    assert "第 1 条：" in told["terms"]
    assert "好词条</textarea>" in refused.text
    assert "还没有改动" in analyst.get(draft).text


def test_examples_run_while_they_are_typed_as_if_the_rule_were_in_force(analyst) -> None:
    draft = drafted(analyst)
    address = f"{draft}/rules/{FILE}/{RULE}"
    fields = form_of(analyst.get(address).text)
    assert send(analyst, f"{address}/check", **fields).json() == {"faults": {}, "examples": []}
    fields |= {"status": ["draft"], "match": [f"{fields['match'][0]}\r\n周一至周五开诊。"]}
    found = send(analyst, f"{address}/check", **fields).json()
    assert found == {"faults": {}, "examples": [{"text": "周一至周五开诊。", "reason": "应当命中而没有命中"}]}


def test_a_new_rule_is_written_at_the_end_of_its_file(analyst) -> None:
    draft = drafted(analyst)
    fields = form_of(analyst.get(f"{draft}/rules/{FILE}/{RULE}").text)
    fields |= {"id": ["slip-printer"], "title": ["取片机"], "terms": [NEW_TERM], "examples": []}
    fields |= {"match": [""], "disguised": ["院内设有取★单★机"], "spare": [""]}
    check = send(analyst, f"{draft}/rules/{FILE}/new/check", **fields).json()
    assert list(check["faults"]) == ["match", "spare"], "no rule goes without its tests"
    fields["match"] = ["院内设有取单机\r\n院内的取片机\r\n院内三楼取片机"]
    fields["spare"] = ["今日停诊\r\n排队"]
    refused = send(analyst, f"{draft}/rules/{FILE}/new", **fields)
    assert "第 2 条：至少要有 4 个字，“排队”太短" in refused.text
    fields["spare"] = ["今日停诊\r\n请排队等候"]
    saved = send(analyst, f"{draft}/rules/{FILE}/new", **fields)
    assert saved.headers["location"] == f"{draft}/rules/{FILE}/slip-printer?saved=1"
    assert "取片机" in analyst.get(f"{draft}/files/{FILE}").text
    again = send(analyst, f"{draft}/rules/{FILE}/new", **fields)
    assert (again.status_code, "已存在" in again.text) == (422, True)


def test_what_a_term_would_find_is_shown_before_it_is_one(analyst, stored) -> None:
    draft = drafted(analyst)
    found = send(analyst, f"{draft}/term-hits", term=f"{NEW_TERM}\n{{@disease}}没有").json()
    assert (found["looked_at"], found["stored"], found["pages"], found["hits"]) == (2, 2, 1, 1)
    (place,) = found["shown"][0]["places"]
    assert (place[1], "".join(place) in PAGE) == ("院内设有取单机", True)
    assert "不足两个字" in send(analyst, f"{draft}/term-hits", term="率").json()["fault"]


def test_terms_come_from_a_spreadsheet(analyst) -> None:
    draft = drafted(analyst)
    data = {"csrf": hidden(analyst.get("/lists").text, "csrf")}
    table = f"规则,词条\n{RULE},{NEW_TERM}\n"
    sent = analyst.post(f"{draft}/terms/import", data=data, files={"upload": ("词.csv", table)})
    assert sent.headers["location"] == f"{draft}?added=1&removed=0"
    assert NEW_TERM in analyst.get(draft).text
    again = analyst.post(f"{draft}/terms/import", data=data, files={"upload": ("词.csv", table)})
    assert (again.status_code, "已有词条" in again.text) == (422, True)
