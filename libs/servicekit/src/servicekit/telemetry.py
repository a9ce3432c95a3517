"""Trace context (W3C) that travels with requests and events, and the counters every service shows."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("servicekit")

EVENTS_HANDLED = Counter("bus_events_handled_total", "Events handled", ["consumer", "event_name"])
EVENTS_PARKED = Counter("bus_events_parked_total", "Events parked after they failed alone", ["consumer"])
BATCH_SECONDS = Histogram("bus_batch_seconds", "Time of one batch", ["consumer", "lane"])
DELIVERY_SECONDS = Histogram(
    "bus_delivery_seconds",
    "Time from an event's publishing to the end of its handler",
    ["consumer", "lane"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30, 120),
)
BUS_LAG = Gauge("bus_lag_events", "Events published and not yet handled", ["consumer", "topic", "lane"])
BUS_PARKED = Gauge("bus_parked_events", "Events parked now", ["consumer"])
SHARDS_STOPPED = Gauge("bus_shards_stopped", "Shards that wait because too many events failed in a row", ["consumer"])
REQUEST_SECONDS = Histogram("http_request_seconds", "Time of one request", ["method", "route", "status"])


EXPORTED_BY = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The variables that say where spans go; the exporter reads them, and its other settings, by itself."""


def configure(service: str) -> None:
    """Make spans real, so that ids travel, and send them where `OTEL_EXPORTER_OTLP_ENDPOINT` says, if it does."""
    trace.set_tracer_provider(provider(service, exported=any(os.environ.get(name) for name in EXPORTED_BY)))


def provider(service: str, *, exported: bool) -> TracerProvider:
    """Make what makes spans; `exported` ones are sent over OTLP, by HTTP."""
    made = TracerProvider(resource=Resource.create({"service.name": service}))
    if exported:
        # Who does not use it does not load it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def trace_headers() -> dict[str, str]:
    """`traceparent` (and `tracestate`) of the current span, for a request or an event that leaves."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier


@contextmanager
def span(name: str, headers: Mapping[str, str], kind: SpanKind) -> Iterator[Span]:
    """Run under a span that continues the trace the headers carry, or goes on in the current one where there are none.

    Of an error that flies it tells the type alone: a message may quote people's data.
    """
    context = _propagator.extract(headers) if headers else None
    with _tracer.start_as_current_span(
        name, context=context, kind=kind, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_attribute("error.type", type(error).__qualname__)
            current.set_status(StatusCode.ERROR)
            raise
