"""What an answer was made of: its words, the tools it called, the records it named, the changes it proposed."""

from collections.abc import Sequence
from typing import Any

import msgspec

from e2e.chatting import Chunk, of, text_of

Record = tuple[str, str]
"""A source record: its connection and its provider's id."""


class Call(msgspec.Struct, frozen=True):
    """A tool that was called, and what it answered; nothing where it failed, or waits for a person."""

    tool: str
    given: dict[str, Any]
    output: Any = None


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, taken apart."""

    text: str
    calls: tuple[Call, ...] = ()
    proposals: tuple[Call, ...] = ()
    cited: frozenset[Record] = frozenset()
    failure: str | None = None


def read(chunks: Sequence[Chunk]) -> Transcript:
    """Take an answer apart."""
    outputs = {chunk["toolCallId"]: chunk["output"] for chunk in of(chunks, "tool-output-available")}
    calls = {
        chunk["toolCallId"]: Call(chunk["toolName"], chunk["input"], outputs.get(chunk["toolCallId"]))
        for kind in ("tool-input-available", "tool-input-error")
        for chunk in of(chunks, kind)
    }
    waiting = [chunk["toolCallId"] for chunk in of(chunks, "tool-approval-request")]
    sources = [chunk["sourceId"].partition("/") for chunk in of(chunks, "source-url")]
    failed = of(chunks, "error") + of(chunks, "abort")
    return Transcript(
        text=text_of(chunks),
        calls=tuple(calls.values()),
        proposals=tuple(calls[id_] for id_ in waiting),
        cited=frozenset((connection, record) for connection, _, record in sources),
        failure=str(failed[0].get("errorText") or failed[0].get("reason") or "it ended early") if failed else None,
    )
