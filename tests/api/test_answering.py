"""A request's line in the log: its number, its user by id, its route's path, and nothing that lets anybody in."""

import io
import json
import logging
import sys

import pytest

from telemetry.logs import LogForm, set_up_logs
from tests.api.conftest import PASSWORD
from tests.api.pages import sign_in


@pytest.mark.databases("sqlite")
def test_a_request_is_logged_with_its_number_and_who_asks(served, monkeypatch: pytest.MonkeyPatch) -> None:
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", written)
            set_up_logs(LogForm(is_json=True))
            with served.client() as client:
                sign_in(client, "reviewer")
                named = client.get("/cases?q=somebody", headers={"X-Request-Id": "proxy-0123456789"})
                forged = client.get("/healthz", headers={"X-Request-Id": 'x","user":1'})
                cookie = next(iter(client.cookies.values()))
            with served.api() as office:
                office.get("/api/v1/transfers")
    finally:
        set_up_logs(LogForm())
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    by_path = {line["path"]: line for line in lines if line["event"] == "request"}
    assert named.headers["X-Request-Id"] == by_path["/cases"]["request"] == "proxy-0123456789"
    assert (by_path["/cases"]["user"], by_path["/cases"]["status"]) == (1, 200)
    assert by_path["/healthz"]["request"] == forged.headers["X-Request-Id"] != 'x","user":1'
    assert "user" not in by_path["/healthz"]
    assert by_path["/api/v1/transfers"]["office"] == served.office_id
    for secret in (PASSWORD, cookie, served.token, "somebody"):
        assert secret not in written.getvalue()
