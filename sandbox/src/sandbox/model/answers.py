"""An answer as the API words it: a message, or the events that tell it piece by piece."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec

from sandbox.model import seals
from sandbox.model.script import Part, Turn
from sandbox.model.wire import Block, Question

Event = dict[str, Any]


class Answer:
    """What the model says to a question."""

    def __init__(self, question: Question, turn: Turn) -> None:
        self._question = question
        self.id = f"msg_{uuid4().hex[:24]}"
        self.parts = turn.parts
        self._told = turn.spoken
        if question.thinks and not any(part.thinking is not None for part in turn.parts):
            # As with `omitted`: the block is there, its text is not.
            self.parts = [Part(thinking=""), *turn.parts]
        calls = any(part.tool is not None for part in turn.parts)
        self.stop_reason = turn.stop_reason or ("tool_use" if calls else "end_turn")

    def message(self) -> dict[str, Any]:
        """All of it at once."""
        return self._head([self._block(place, part) for place, part in enumerate(self.parts)], self.stop_reason)

    def events(self) -> Iterator[Event]:
        """All of it, piece by piece."""
        yield {"type": "message_start", "message": self._head([], None)}
        yield {"type": "ping"}
        for place, part in enumerate(self.parts):
            block = self._block(place, part)
            yield {"type": "content_block_start", "index": place, "content_block": _emptied(block)}
            for delta in _deltas(block, part):
                yield {"type": "content_block_delta", "index": place, "delta": delta}
            yield {"type": "content_block_stop", "index": place}
        end: dict[str, Any] = {"stop_reason": self.stop_reason, "stop_sequence": None}
        if self.stop_reason == "refusal":
            end["stop_details"] = {"type": "refusal", "category": None, "explanation": None}
        yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": self._spoken()}}
        yield {"type": "message_stop"}

    def _head(self, content: list[Block], stop_reason: str | None) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self._question.model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {"input_tokens": tokens(self._question), "output_tokens": self._spoken() if stop_reason else 1},
        }

    def _block(self, place: int, part: Part) -> Block:
        if part.thinking is not None:
            # Bound to what stood before this message, however many thoughts it holds.
            signature = seals.seal(self._question, self._question.messages, part.thinking)
            return {"type": "thinking", "thinking": part.thinking, "signature": signature}
        if part.tool is not None:
            return {
                "type": "tool_use",
                "id": seals.call_id(self._question, place),
                "name": part.tool,
                "input": part.input,
            }
        return {"type": "text", "text": part.text}

    def _spoken(self) -> int:
        return 1 + len(msgspec.json.encode(self.parts)) // 4 if self._told is None else self._told


def tokens(question: Question) -> int:
    """About how many tokens a question has."""
    return 1 + len(msgspec.json.encode([question.system, question.tools, question.messages])) // 4


def _emptied(block: Block) -> Block:
    match block["type"]:
        case "thinking":
            return block | {"thinking": "", "signature": ""}
        case "tool_use":
            return block | {"input": {}}
        case _:
            return {"type": "text", "text": ""}


def _deltas(block: Block, part: Part) -> Iterator[dict[str, str]]:
    match block["type"]:
        case "thinking":
            for piece in _pieces(block["thinking"]):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "tool_use":
            whole = msgspec.json.encode(block["input"]).decode() if part.raw_input is None else part.raw_input
            # The API begins with an empty one, too.
            for piece in ("", *_pieces(whole)):
                yield {"type": "input_json_delta", "partial_json": piece}
        case _:
            for piece in _pieces(block["text"]):
                yield {"type": "text_delta", "text": piece}


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + 12] for start in range(0, len(text), 12))
