"""Spans: what the work spent its time on, from the fetch of a page to its case, sent by OTLP over HTTP.

Off, a span is one shared object that does nothing, and nothing of OpenTelemetry is imported. A parent is
named as W3C's trace context writes it (`traceparent`), so that it passes between processes as a word.
"""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing import util
from types import TracebackType
from typing import Any

_LONGEST = 2_000  # characters of a fact
_SECONDS = 5  # for one sending
_VERSION, _SAMPLED, _LEFT_OUT = "00", "01", "00"


class TracesMissing(Exception):
    """Traces are asked for, but what sends them is not installed; the message says how to have it, in Chinese."""


@dataclass(frozen=True)
class TraceForm:
    """Where spans go, and the deployment that they are of: each numbers its visits from one."""

    url: str
    deployment: str


class Work:
    """A span under way, or with traces off, nothing. As a block it is the parent of what begins within."""

    traceparent = ""

    def tell(self, **facts: object) -> None:
        """Add facts to it."""

    def end(self, fault: str = "") -> None:
        """It has ended, by a fault if one is named."""

    def __enter__(self) -> "Work":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        return None


_NOTHING = Work()
_sender: "_Sender | None" = None


def set_up_traces(form: TraceForm | None) -> None:
    """Send this process's spans from now on; none where no form is given. Raises TracesMissing."""
    global _sender  # noqa: PLW0603 - one a process
    if _sender is not None:
        _sender.close()
    _sender = _Sender(form) if form else None


def trace_form() -> TraceForm | None:
    """Where this process's spans go; None with traces off."""
    return _sender.form if _sender else None


def begin_span(name: str, parent: str = "", **facts: object) -> Work:
    """A span that begins now: below `parent`, or below the block that this is part of."""
    return _NOTHING if _sender is None else _sender.begin(name, parent, facts)


def begin_visit(number: int, *, resumed: bool, **facts: object) -> Work:
    """The span of a visit: the root of its trace, or where it was cut off before, a span below that."""
    if _sender is None:
        return _NOTHING
    if resumed:
        return _sender.begin("visit resumed", visit_parent(number), {"visit": number, **facts})
    return _sender.begin_visit(number, {"visit": number, **facts})


def visit_parent(number: int) -> str:
    """The visit as a parent. Computed from its number: who works on a page of it, on any machine, long after, is part of
    its trace."""
    return "" if _sender is None else _sender.visit_parent(number)


def present_trace() -> str:
    """The id of the trace that this is part of, for the log."""
    return "" if _sender is None else _sender.present_trace()


class _Sender:
    """OpenTelemetry, imported with the first of these."""

    def __init__(self, form: TraceForm) -> None:
        try:
            from opentelemetry import context, trace  # noqa: PLC0415 - an extra
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError as error:
            raise TracesMissing(
                f"QINGYI_TRACES_URL 需要 OpenTelemetry（缺少 {error.name}）：pip install 'qingyi[traces]'"
            ) from None
        self.form = form
        self._context, self._trace = context, trace
        names = {"service.name": "qingyi", "service.namespace": form.deployment}
        self._ids = _ids()
        self._provider = TracerProvider(
            resource=Resource.create({**names, "process.command": " ".join(sys.argv[1:3])}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=form.url, timeout=_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("qingyi")
        # Worker processes run these at their end, and nothing of atexit; the main process runs them, too.
        self._ending = util.Finalize(None, self._provider.shutdown, exitpriority=10)

    def begin(self, name: str, parent: str, facts: dict[str, object]) -> Work:
        around = self._context.get_current() if not parent else self._below(parent)
        return _Span(self, self._tracer.start_span(name, around, attributes=_facts(facts)))

    def begin_visit(self, number: int, facts: dict[str, object]) -> Work:
        with self._ids.these(*self._visit(number)):
            span = self._tracer.start_span("visit", self._context.Context(), attributes=_facts(facts))
        return _Span(self, span)

    def visit_parent(self, number: int) -> str:
        trace_id, span_id = self._visit(number)
        asked = self._provider.sampler.should_sample(None, trace_id, "visit")
        flags = _SAMPLED if asked.decision.is_sampled() else _LEFT_OUT  # type: ignore[no-untyped-call]
        return f"{_VERSION}-{trace_id:032x}-{span_id:016x}-{flags}"

    def present_trace(self) -> str:
        found = self._trace.get_current_span().get_span_context()
        return f"{found.trace_id:032x}" if found.is_valid else ""

    def attach(self, span: Any) -> object:  # noqa: ANN401 - an extra's type
        return self._context.attach(self._trace.set_span_in_context(span))

    def detach(self, token: Any) -> None:  # noqa: ANN401 - as above
        self._context.detach(token)

    def close(self) -> None:
        """Send what waits, and stop."""
        self._ending()

    def _visit(self, number: int) -> tuple[int, int]:
        drawn = hashlib.sha256(f"{self.form.deployment}\0{number}".encode("utf-8", "replace")).digest()
        return int.from_bytes(drawn[:16]), int.from_bytes(drawn[16:24])

    def _below(self, parent: str) -> Any:  # noqa: ANN401 - as above
        _, trace_id, span_id, flags = parent.split("-")
        above = self._trace.SpanContext(
            int(trace_id, 16),
            int(span_id, 16),
            is_remote=True,
            trace_flags=self._trace.TraceFlags(int(flags, 16)),
        )
        return self._trace.set_span_in_context(self._trace.NonRecordingSpan(above), self._context.Context())


class _Span(Work):
    def __init__(self, sender: _Sender, span: Any) -> None:  # noqa: ANN401 - as above
        self._sender, self._span = sender, span
        self._token: object = None
        found = span.get_span_context()
        self.traceparent = (
            f"{_VERSION}-{found.trace_id:032x}-{found.span_id:016x}-{int(found.trace_flags):02x}"
        )

    def tell(self, **facts: object) -> None:
        self._span.set_attributes(_facts(facts))

    def end(self, fault: str = "") -> None:
        if fault:
            from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

            self._span.set_status(Status(StatusCode.ERROR, _text(fault)))
        self._span.end()

    def __enter__(self) -> Work:
        self._token = self._sender.attach(self._span)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        with suppress(ValueError):  # begun in another task's context
            self._sender.detach(self._token)
        self.end(kind.__name__ if kind else "")  # its message may hold a secret


def _facts(facts: dict[str, object]) -> dict[str, str | int | float | bool]:
    return {
        f"qingyi.{name}": value if isinstance(value, bool | int | float) else _text(str(value))
        for name, value in facts.items()
        if value is not None
    }


def _text(words: str) -> str:
    """Half a character would make the whole sending fail."""
    return words[:_LONGEST].encode("utf-8", "replace").decode()


def _ids() -> Any:  # noqa: ANN401 - an extra's class
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415 - an extra

    class Ids(RandomIdGenerator):
        """Random, but for the spans of visits."""

        def __init__(self) -> None:
            self._wanted: ContextVar[tuple[int, int] | None] = ContextVar("wanted", default=None)

        @contextmanager
        def these(self, trace_id: int, span_id: int) -> Iterator[None]:
            """The span that begins within gets these."""
            token = self._wanted.set((trace_id, span_id))
            yield
            self._wanted.reset(token)

        def generate_trace_id(self) -> int:
            wanted = self._wanted.get()
            return wanted[0] if wanted else super().generate_trace_id()

        def generate_span_id(self) -> int:
            wanted = self._wanted.get()
            return wanted[1] if wanted else super().generate_span_id()

    return Ids()
