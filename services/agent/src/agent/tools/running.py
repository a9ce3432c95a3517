"""Running a tool, whichever door it was called through: timed, traced, and a bug is told as one."""

import time

import msgspec
import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from servicekit import telemetry

from agent.tools.api import Api, ToolFailed
from agent.tools.tool import Plan, Reading, Result, Tool, fitted

log = structlog.get_logger()

TOOL_SECONDS = Histogram("agent_tool_seconds", "Time of one call of a tool", ["tool", "door", "outcome"])


class ToolBroke(ToolFailed):
    """A bug of ours; what the model is told is this, and not what went wrong."""

    def __init__(self) -> None:
        super().__init__("The tool broke. Say so; do not guess what it would have told.")


async def run(api: Api, tool: Tool, wanted: object, *, door: str, call_id: str | None = None) -> Result | Plan:
    """Find what is asked for, or plan what would be done. Raises `ToolFailed`."""
    started, outcome = time.perf_counter(), "failed"
    about = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool.name}
    with telemetry.span(f"execute_tool {tool.name}", {}, SpanKind.INTERNAL) as span:
        span.set_attributes(about | ({"gen_ai.tool.call.id": call_id} if call_id else {}))
        try:
            found = await (tool.work(api, wanted) if isinstance(tool, Reading) else tool.plan(api, wanted))
            outcome = "found" if isinstance(found, Result) else "planned"
            return msgspec.structs.replace(found, content=fitted(found.content)) if isinstance(found, Result) else found
        except ToolFailed:
            span.set_attribute("error.type", "tool_failed")
            raise
        except Exception as error:  # the edge of a call: nobody takes a bug for an answer
            outcome = "broke"
            span.set_attribute("error.type", type(error).__qualname__)
            log.exception("tool_broke", tool=tool.name)
            raise ToolBroke from None
        finally:
            seconds = time.perf_counter() - started
            TOOL_SECONDS.labels(tool.name, door, outcome).observe(seconds)
            log.info("tool_called", tool=tool.name, door=door, outcome=outcome, seconds=round(seconds, 3))
