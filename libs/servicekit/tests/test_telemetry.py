"""Where spans and bugs go once that is set: what arrives, over real HTTP, and what never leaves."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest
import sentry_sdk
import structlog
from aiohttp import web
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import SpanKind
from servicekit import logs, reporting, telemetry

SECRET = "ada@example.com"


class Collector:
    """Whatever is told what happened; it keeps all of it."""

    url: str

    def __init__(self) -> None:
        self.got: dict[str, list[bytes]] = {}
        self.arrived = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        is_packed = request.headers.get("Content-Encoding") == "gzip" and body[:2] == b"\x1f\x8b"
        self.got.setdefault(request.path, []).append(gzip.decompress(body) if is_packed else body)
        self.arrived.set()
        return web.Response()


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application()
    app.router.add_post("/{path:.*}", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"127.0.0.1:{runner.addresses[0][1]}"
    yield collector
    await runner.cleanup()


@pytest.fixture
def quiet() -> Iterator[None]:
    """Logging, and Sentry, as they were before."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


async def test_spans_are_sent_where_they_are_asked_for_and_quote_nothing(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{collector.url}")
    provider = telemetry.provider("identity", exported=True)
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("test"))

    with (
        telemetry.span("identity answers", {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}, SpanKind.SERVER),
        pytest.raises(ValueError, match="ada"),
        telemetry.span("step", {}, SpanKind.INTERNAL),
    ):
        raise ValueError(SECRET)
    await asyncio.to_thread(provider.force_flush)

    (sent,) = collector.got["/v1/traces"]
    (resource,) = ExportTraceServiceRequest.FromString(sent).resource_spans
    step, answers = resource.scope_spans[0].spans
    assert [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"] == [
        "identity"
    ]
    assert (answers.trace_id.hex(), answers.parent_span_id.hex()) == ("a" * 32, "b" * 16)
    assert step.parent_span_id == answers.span_id
    assert [(each.key, each.value.string_value) for each in step.attributes] == [("error.type", "ValueError")]
    assert SECRET.encode() not in sent
    await asyncio.to_thread(provider.shutdown)


def test_nothing_is_sent_until_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(trace, "set_tracer_provider", made.append)
    for name in telemetry.EXPORTED_BY:
        monkeypatch.delenv(name, raising=False)

    telemetry.configure("identity")

    assert made[0]._active_span_processor._span_processors == ()
    assert reporting.sentry("identity", "", describe=logs.describe) is None


@pytest.mark.usefixtures("quiet")
async def test_a_bug_is_told_once_and_says_nothing_of_whom_it_broke_on(collector: Collector) -> None:
    dsn = f"http://key@{collector.url}/7"
    report = reporting.sentry("identity", dsn, describe=logs.describe)
    logs.configure(service="identity", level="info", style="json", report=report)
    log = structlog.get_logger("servicekit")

    def break_on(person: str) -> None:
        raise RuntimeError(f"no room for {person}")

    try:
        break_on(SECRET)
    except RuntimeError:
        log.exception("turn_failed", workspace_id="w-1")
    log.error("said_plainly", person="nobody")
    await asyncio.to_thread(sentry_sdk.flush, 5)

    (envelope,) = collector.got["/api/7/envelope/"]
    event = msgspec.json.decode(envelope.splitlines()[2])
    (told,) = event["exception"]["values"]
    assert (told["type"], told["value"]) == ("RuntimeError", "RuntimeError")
    assert told["stacktrace"]["frames"][-1]["function"] == "break_on"
    assert event["tags"] == {"service": "identity", "event": "turn_failed", "workspace_id": "w-1"}
    assert SECRET.encode() not in envelope
