"""Spans arrive at a real receiver as one tree a visit, whichever process made them; off, nothing is imported."""

import builtins
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from crawler.workers.process import WorkerProcess
from records.database import transaction
from telemetry import traces
from telemetry.traces import (
    TraceForm,
    TracesMissing,
    Work,
    begin_span,
    begin_visit,
    present_trace,
    set_up_traces,
    visit_parent,
)
from tests import commands
from tests.records import registered
from tests.servers.otlp import ReceivedSpan, TraceReceiver, receiving_traces
from tests.servers.site import Answer, page, serving

ADVERT = "我院治愈率98%，永不复发，欢迎咨询。"
SCRIPT = f"document.getElementById('app').innerText='{ADVERT}'"
RENDERED = (
    f"<html><head><meta charset=utf-8></head><body><div id=app></div><script>{SCRIPT}</script></body></html>"
)


@pytest.fixture
def receiver() -> Iterator[TraceReceiver]:
    with receiving_traces() as found:
        yield found


@pytest.fixture
def traced(receiver: TraceReceiver) -> Iterator[TraceReceiver]:
    """This process sends its spans to the receiver; `set_up_traces(None)` sends those that wait."""
    set_up_traces(TraceForm(receiver.url, "云河市/qingyi"))
    yield receiver
    set_up_traces(None)


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.databases("sqlite")
def test_a_page_is_one_trace_from_its_fetch_to_its_evidence(
    engine: Engine, environment, receiver: TraceReceiver
) -> None:
    with serving({"/": Answer(page("/a", words="内科门诊。" * 20)), "/a": Answer(RENDERED)}) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        done = subprocess.run(
            [sys.executable, "-m", "qingyi", "crawl"],
            env={**environment, "QINGYI_TRACES_URL": receiver.url, "QINGYI_LOG_FORMAT": "json"},
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        )
        (visit,) = receiver.named("visit")
        assert (visit.parent, visit.facts["visit"], visit.facts["outcome"]) == ("", 1, "完成")
        assert {(span.trace, span.parent) for span in receiver.spans if span is not visit} == {
            (visit.trace, visit.id)
        }
        assert {span.process for span in receiver.spans} == {"卫生健康委/qingyi.db: crawl"}
        fetched = {span.facts["url"]: span.facts["status"] for span in receiver.named("fetch")}
        assert (fetched[f"{site.url}/"], fetched[f"{site.url}/a"]) == (200, 200)
        assert {span.facts["url"] for span in receiver.named("render")} == {f"{site.url}/a"}
        assert [span.facts["url"] for span in receiver.named("extract")].count(f"{site.url}/a") == 2
        kept = {span.facts["snapshot"]: span.facts["url"] for span in receiver.named("keep page")}
        judged = {span.facts["snapshot"]: span.facts["unlawful"] for span in receiver.named("judge")}
        assert {kept[number]: unlawful for number, unlawful in judged.items()} == {
            f"{site.url}/": False,
            f"{site.url}/a": True,
        }
        (flagged,), (captured,) = receiver.named("flag"), receiver.named("capture")
        assert flagged.facts["case"] == captured.facts["case"] == 1
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [one["trace"] for one in said if one["event"] == "captured"] == [visit.trace]


def test_a_visits_trace_is_the_same_on_every_machine_and_another_in_every_deployment(
    receiver: TraceReceiver,
) -> None:
    found = {}
    for deployment in ("a/qingyi", "b/qingyi", "a/qingyi"):
        set_up_traces(TraceForm(receiver.url, deployment))
        found.setdefault(deployment, set()).update({visit_parent(1), visit_parent(2)})
        begin_visit(1, resumed=False).end()
        begin_visit(1, resumed=True).end()
    set_up_traces(None)
    assert {name: len(parents) for name, parents in found.items()} == {"a/qingyi": 2, "b/qingyi": 2}
    assert found["a/qingyi"].isdisjoint(found["b/qingyi"])
    first, again = receiver.named("visit")[0], receiver.named("visit resumed")[0]
    assert visit_named(first) in found["a/qingyi"]
    assert (again.trace, again.parent) == (first.trace, first.id)


def visit_named(span: ReceivedSpan) -> str:
    return f"00-{span.trace}-{span.id}-01"


def test_what_begins_in_a_block_is_below_it_and_a_fault_is_named(traced: TraceReceiver) -> None:
    with begin_span("outer") as outer:
        assert present_trace() in outer.traceparent
        with pytest.raises(RuntimeError), begin_span("inner"):
            raise RuntimeError("a secret word")
    assert present_trace() == ""
    set_up_traces(None)
    (above,), (below,) = traced.named("outer"), traced.named("inner")
    assert (below.trace, below.parent, below.fault) == (above.trace, above.id, "RuntimeError")
    assert above.fault == ""


def test_whatever_a_page_holds_its_span_arrives(traced: TraceReceiver) -> None:
    begin_span("fetch", visit_parent(1), url="http://x/\ud800\x00\n" + "长" * 9_000, status=None).end()
    set_up_traces(None)
    (span,) = traced.spans
    assert span.facts["url"].startswith("http://x/?\x00\n长")
    assert len(span.facts["url"]) == 2_000
    assert "status" not in span.facts


def _span_there(parent: str) -> None:
    begin_span("there", parent).end()


def test_a_worker_process_sends_its_spans_before_it_ends(traced: TraceReceiver) -> None:
    process = WorkerProcess()
    process.run(_span_there, visit_parent(7))
    process.close()
    (span,) = traced.named("there")
    assert f"00-{span.trace}-{span.parent}-01" == visit_parent(7)


def test_a_receiver_that_fails_costs_the_work_nothing_but_a_line_in_the_log(
    receiver: TraceReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 400
    set_up_traces(TraceForm(receiver.url, "a/b"))
    with caplog.at_level(logging.WARNING):
        begin_span("lost").end()
        set_up_traces(None)
    assert receiver.spans == []
    assert any("opentelemetry" in record.name for record in caplog.records)


def test_without_a_receiver_a_span_is_one_object_that_does_nothing() -> None:
    one, other = begin_span("a", "", url="x"), begin_visit(1, resumed=False)
    assert one is other
    assert type(one) is Work
    assert (one.traceparent, visit_parent(1), present_trace()) == ("", "", "")
    with one as same:
        same.tell(status=200)
    program = "import sys, qingyi.command, crawler.run, jobs.flag, api.app; print('opentelemetry.sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_not_installed_is_named_with_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: object) -> object:
        if name.startswith("opentelemetry.exporter"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TracesMissing, match=r"opentelemetry\.exporter.*pip install 'qingyi\[traces\]'"):
        set_up_traces(TraceForm("http://127.0.0.1:1/v1/traces", "a/b"))
    assert traces.trace_form() is None


def test_an_address_that_is_none_is_named() -> None:
    environment = {"PATH": "/usr/bin:/bin", "QINGYI_TRACES_URL": "collector:4318"}
    done = commands.run("flag", environment=environment)
    assert (done.returncode, "QINGYI_TRACES_URL" in done.stderr) == (2, True)
