"""A house that tells a collector what it does: whole traces of a turn and of a program, without what people wrote."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lead.client import Gateway
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from e2e.chatting import Chat, script, text_of
from e2e.house import embedded
from e2e.journey import join, until
from e2e.programs import READ, content_of, personal_token, program

pytestmark = [pytest.mark.e2e, pytest.mark.embedded, pytest.mark.timeout(300, func_only=True)]

SECRET = "Zanzibarbara"


class Collector(ThreadingHTTPServer):
    """Takes what is exported."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.got: list[bytes] = []

    @property
    def spans(self) -> list[Span]:
        """All spans so far."""
        sent = [ExportTraceServiceRequest.FromString(each) for each in tuple(self.got)]
        scopes = [scope for each in sent for resource in each.resource_spans for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]

    def traces(self, *names: str) -> list[dict[str, Span]]:
        """The traces in which spans of all these names are."""
        by_trace: dict[bytes, dict[str, Span]] = {}
        for span in self.spans:
            by_trace.setdefault(span.trace_id, {})[span.name] = span
        return [spans for spans in by_trace.values() if set(names) <= spans.keys()]


class Taker(BaseHTTPRequestHandler):
    """One request of an exporter."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def attributes(span: Span) -> dict[str, object]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_turn_and_a_programs_call_are_traces(collector: Collector, tmp_path: Path) -> None:
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
        "AGENT_INPUT_PRICE": "3",
        "AGENT_OUTPUT_PRICE": "15",
    }
    with embedded(tmp_path, settings) as house:
        async with Gateway(house.gateway_url) as gateway:
            await join(gateway)
            calls = [{"name": "searchContacts", "input": {"query": SECRET}}]
            script(house, {"answers": [{"text": "", "tools": calls}, {"text": f"No {SECRET}."}]})
            chat = Chat(gateway, house)
            assert SECRET in text_of(await chat.ask(f"Who is {SECRET}?"))
            token, _ = await personal_token(gateway, READ)
            async with program(house, token) as client:
                content_of(await client.call_tool("searchContacts", {"query": SECRET}))

            async def all_are_told() -> bool:
                return bool(
                    collector.traces("invoke_agent lead-manager", "execute_tool searchContacts")
                    and collector.traces("tools/call searchContacts", "execute_tool searchContacts")
                )

            await until(all_are_told, what="the traces")
            _, usage = await gateway.call("GET", "/usage")

    (turn,) = collector.traces("invoke_agent lead-manager", "execute_tool searchContacts")
    asked = attributes(turn["invoke_agent lead-manager"])
    assert asked["gen_ai.operation.name"] == "invoke_agent"
    assert str(asked["gen_ai.conversation.id"]).endswith(chat.id)
    tool = turn["execute_tool searchContacts"]
    assert tool.parent_span_id == turn["invoke_agent lead-manager"].span_id
    assert attributes(tool)["gen_ai.tool.name"] == "searchContacts"
    (model,) = [span for span in turn.values() if attributes(span).get("gen_ai.operation.name") == "chat"]
    assert attributes(model)["gen_ai.conversation.id"] == asked["gen_ai.conversation.id"]
    assert int(str(attributes(model)["gen_ai.usage.output_tokens"])) > 0
    assert {"gateway answers", "agent answers", "identity answers"} <= turn.keys()
    assert all(SECRET.encode() not in each for each in collector.got)
    # Who stands in for a model costs nothing, whatever the prices are.
    assert b'"cost_dollars":null' in usage
