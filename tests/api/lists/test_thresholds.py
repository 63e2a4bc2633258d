"""An analyst looks at the thresholds, and drafts others, which are tried before they are published."""

import httpx

from classifiers.lists.rules import THRESHOLDS
from records import audit
from records.database import reading
from tests.api.lists.test_lists import analyst, finished, lists, send

__all__ = ["analyst", "lists"]  # fixtures

WANTED = {"site_suspects": 0.7, "site_spares": 0.4, "account_suspects": 0.6, "account_spares": 0.45}


def test_other_thresholds_are_tried_and_published_as_any_draft(
    analyst: httpx.Client, lists, served, case_id
) -> None:
    shown = analyst.get("/lists/thresholds?days=30").text
    assert "查准率" in shown and "现行 0.6" in shown
    begun = send(analyst, "/lists/thresholds", reason="误报多", **WANTED).headers["location"]
    assert finished(analyst, begun) == "done"
    send(analyst, "/lists/drafts/1/publish")
    text = (lists / THRESHOLDS).read_text("utf-8")
    assert "suspects: 0.7" in text and "spares: 0.45" in text and "#" in text  # remarks stay
    assert "现行 0.7" in analyst.get("/lists/thresholds").text
    with reading(served.engine) as session:
        said = [(one.action, one.reason) for one in audit.list_entries(session, audit.AuditFilter(), 20)]
    assert ("lists_published", "误报多") in said
    assert ("lists_draft", f"修改 {THRESHOLDS}") in said
    refused = send(analyst, "/lists/thresholds", reason="再来", **WANTED)
    assert "门槛没有改动" in refused.text


def test_lists_without_thresholds_take_them(analyst: httpx.Client, lists, served, case_id) -> None:
    (lists / THRESHOLDS).unlink()
    assert "现行 0.35" in analyst.get("/lists/thresholds").text  # as they were learned
    assert send(analyst, "/lists/thresholds", reason="误报多", **WANTED).status_code == 303
    assert "site:" in analyst.get(f"/lists/drafts/1/files/{THRESHOLDS}").text
