"""`QueueClient` retries when the server says, in either form of Retry-After, and never waits for hours."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from qingyi.client import _RETRY, QueueClient, QueueUnreachable
from tests.servers.site import Answer, serving


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch) -> None:
    """Without Retry-After the client retries at once."""
    monkeypatch.setattr("qingyi.client._RETRY", _RETRY.copy_with(backoff_factor=0.01))


def waited(refusals: list[Answer]) -> float:
    """Seconds that a call took whose first attempts were answered by `refusals`."""
    answers: Iterator[Answer] = iter([*refusals, Answer('{"items": [], "next_after": null}')])
    with (
        serving({"/api/v1/transfers?after=0": lambda: next(answers)}) as site,
        QueueClient(site.url, "token") as queue,
    ):
        begun = time.monotonic()
        assert list(queue.transfers()) == []
        return time.monotonic() - begun


@pytest.mark.parametrize("status", [429, 503])
def test_the_client_waits_until_the_moment_that_the_server_names(status: int) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=2)
    refusal = Answer(status=status, headers={"Retry-After": format_datetime(moment, usegmt=True)})
    assert waited([refusal]) > 0.8, "a date has whole seconds"


def test_the_client_waits_the_seconds_that_the_server_names() -> None:
    assert waited([Answer(status=429, headers={"Retry-After": "1"})]) > 0.9


def test_nonsense_counts_as_no_header() -> None:
    refusals = [Answer(status=503, headers={"Retry-After": written}) for written in ("soon", "-1", "nan", "")]
    assert waited(refusals) < 5


@pytest.mark.parametrize("written", ["7200", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_for_hours(written: str, monkeypatch) -> None:
    monkeypatch.setattr("qingyi.client._RETRY", _RETRY.copy_with(max_backoff_wait=0.05))
    busy = Answer(status=503, headers={"Retry-After": written})
    with (
        serving({"/api/v1/transfers?after=0": busy}) as site,
        QueueClient(site.url, "token") as queue,
        pytest.raises(QueueUnreachable, match="HTTP 503"),
    ):
        list(queue.transfers())


def test_a_proxy_of_the_environment_is_used_and_left_out_where_it_says_so(monkeypatch) -> None:
    asked = "http://queue.example/api/v1/transfers?after=0"
    with serving({asked: Answer('{"items": [], "next_after": null}')}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with QueueClient("http://queue.example", "token") as queue:
            assert list(queue.transfers()) == []
    with serving({"/api/v1/transfers?after=0": Answer('{"items": [], "next_after": null}')}) as site:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with QueueClient(site.url, "token") as queue:
            assert list(queue.transfers()) == []
