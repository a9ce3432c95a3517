"""The chunks of a turn as they travel to the page, and the message that a page makes of them.

They are those of the AI SDK's UI message stream: each one JSON object in a server-sent event without a name.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

Chunk = dict[str, Any]
Part = dict[str, Any]

HEADERS = {
    "Cache-Control": "no-cache",
    "X-Vercel-AI-UI-Message-Stream": "v1",
    "X-Accel-Buffering": "no",
}
KEEP_ALIVE = b": keep-alive\n\n"
DONE = b"data: [DONE]\n\n"

_encode = msgspec.json.Encoder().encode


def on_the_wire(chunk: Chunk) -> bytes:
    """Write a chunk as an event."""
    return b"data: " + _encode(chunk) + b"\n\n"


class Assembly:
    """A message in the making: the parts that a page has when it read the same chunks."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self.parts: list[Part] = list(parts)
        self._open: dict[str, Part] = {}

    def take(self, chunk: Chunk) -> None:
        """Take the next chunk."""
        kind = chunk["type"]
        if kind in ("start-step", "reset-step"):
            self._step(kind)
        elif kind.startswith(("text-", "reasoning-")):
            self._words(kind, chunk)
        elif kind.startswith("tool-"):
            self._tool(kind, chunk)
        elif kind == "source-url":
            self.parts.append(dict(chunk))
        elif kind.startswith("data-") and not chunk.get("transient"):
            named = {"id": chunk["id"]} if "id" in chunk else {}
            self.parts.append({"type": kind, **named, "data": chunk["data"]})

    def _step(self, kind: str) -> None:
        if kind == "start-step":
            self.parts.append({"type": "step-start"})
            return
        while self.parts and self.parts.pop()["type"] != "step-start":
            pass
        self.parts.append({"type": "step-start"})

    def _words(self, kind: str, chunk: Chunk) -> None:
        name, _, what = kind.partition("-")
        if what == "start":
            part = {"type": name, "text": "", "state": "streaming"}
            self._open[chunk["id"]] = part
            self.parts.append(part)
        elif what == "delta":
            self._open[chunk["id"]]["text"] += chunk["delta"]
        else:
            self._open.pop(chunk["id"])["state"] = "done"

    def _tool(self, kind: str, chunk: Chunk) -> None:
        call = self.call(chunk["toolCallId"])
        if call is None:
            call = {"type": f"tool-{chunk['toolName']}", "toolCallId": chunk["toolCallId"], "state": "input-streaming"}
            if "title" in chunk:
                call["title"] = chunk["title"]
            self.parts.append(call)
        match kind:
            case "tool-input-available":
                call |= {"state": "input-available", "input": chunk["input"]}
            case "tool-input-error":
                call |= {"state": "output-error", "input": chunk["input"], "errorText": chunk["errorText"]}
            case "tool-approval-request":
                call |= {"state": "approval-requested", "approval": {"id": chunk["approvalId"]}}
            case "tool-output-available":
                call |= {"state": "output-available", "output": chunk["output"]}
            case "tool-output-error":
                call |= {"state": "output-error", "errorText": chunk["errorText"]}
            case "tool-output-denied":
                call |= {"state": "output-denied"}

    def call(self, call_id: str) -> Part | None:
        """Find the part of a tool's call."""
        return next((part for part in self.parts if part.get("toolCallId") == call_id), None)

    def decided(self, call_id: str, *, approved: bool, reason: str | None) -> None:
        """Note what a person said of a proposal."""
        if (call := self.call(call_id)) is not None:
            call["state"] = "approval-responded"
            call["approval"] = {**call["approval"], "approved": approved, **({"reason": reason} if reason else {})}
