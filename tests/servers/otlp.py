"""A real receiver of OTLP over HTTP on loopback: spans as OpenTelemetry's own classes read them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.servers.background import Reply, receiving_posts


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as it came; ids in hexadecimal, `parent` empty for a root."""

    name: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    fault: str
    process: str


@dataclass
class TraceReceiver:
    url: str = ""
    status: int = 200
    spans: list[ReceivedSpan] = field(default_factory=list)

    def named(self, name: str) -> list[ReceivedSpan]:
        return [span for span in self.spans if span.name == name]


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))


def _read(body: bytes) -> Iterator[ReceivedSpan]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        about = {one.key: _value(one.value) for one in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield ReceivedSpan(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    {one.key.removeprefix("qingyi."): _value(one.value) for one in span.attributes},
                    span.status.message if span.status.code == span.status.STATUS_CODE_ERROR else "",
                    f"{about['service.namespace']}: {about['process.command']}",
                )


@contextmanager
def receiving_traces() -> Iterator[TraceReceiver]:
    """Serve on a port of its own."""
    receiver = TraceReceiver()

    def reply(_: Mapping[str, str], body: bytes) -> Reply:
        if receiver.status == 200:
            receiver.spans.extend(_read(body))
        said = ExportTraceServiceResponse().SerializeToString()
        return receiver.status, {"Content-Type": "application/x-protobuf"}, said

    with receiving_posts(reply) as address:
        receiver.url = f"{address}/v1/traces"
        yield receiver
