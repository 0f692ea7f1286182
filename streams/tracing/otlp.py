"""Spans in the form of OpenTelemetry, sent by its SDK (OTLP over HTTP, protobuf). Imported only where traces are on: it needs the
extra `traces`. Headers, certificates and compression are those of `OTEL_EXPORTER_OTLP_…`."""

import logging
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from streams.components import Component
from streams.metrics import VERSION
from streams.tracing.recorder import Export, Kind, Span
from streams.tracing.span_ids import SpanRef

PATH = "/v1/traces"
WITHIN_S = 5.0
_KINDS = {
    Kind.INTERNAL: SpanKind.INTERNAL,
    Kind.SERVER: SpanKind.SERVER,
    Kind.CLIENT: SpanKind.CLIENT,
    Kind.PRODUCER: SpanKind.PRODUCER,
    Kind.CONSUMER: SpanKind.CONSUMER,
}


def exporter(address: str, component: Component) -> Export:
    """`address`: of the collector, without the path."""
    # Each failed attempt would be a line; `recorder.py` says once a minute that the collector is away.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    sender = OTLPSpanExporter(endpoint=address.rstrip("/") + PATH, timeout=WITHIN_S)
    # Not `Resource.create`: it adds what it finds in the environment of the process.
    resource = Resource(
        {"service.namespace": "komek", "service.name": f"komek-{component}", "service.version": VERSION}
    )
    scope = InstrumentationScope("komek", VERSION)

    def export(spans: Sequence[Span]) -> bool:
        return sender.export([_readable(span, resource, scope) for span in spans]) is SpanExportResult.SUCCESS

    return export


def _readable(span: Span, resource: Resource, scope: InstrumentationScope) -> ReadableSpan:
    return ReadableSpan(
        span.name,
        context=_context(span.ref),
        parent=_context(span.parent, is_remote=True) if span.parent else None,
        resource=resource,
        attributes=dict(span.attributes),
        events=[Event(name, timestamp=at_ns) for name, at_ns in span.events],
        links=[Link(_context(span.cause, is_remote=True))] if span.cause else [],
        kind=_KINDS[span.kind],
        status=Status(StatusCode.ERROR if span.is_error else StatusCode.UNSET),
        start_time=span.start_ns,
        end_time=span.end_ns,
        instrumentation_scope=scope,
    )


def _context(ref: SpanRef, *, is_remote: bool = False) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if ref.is_sampled else TraceFlags.DEFAULT)
    return SpanContext(ref.trace, ref.span, is_remote=is_remote, trace_flags=flags)
