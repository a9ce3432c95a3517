"""Thinking is bound to all that stood before it: its signature tells whether it comes back as it went out.

Nothing is remembered: the signature is computed anew from what comes back.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from sandbox.model.wire import Block, Message, Question

_KEY = b"the stand-in's own; it guards nothing"
_CALL = "toolu_thought_"


def seal(question: Question, before: Sequence[Message], thinking: str) -> str:
    """The signature of a thought that follows these messages."""
    said = [[message.role, [_bare(block) for block in message.blocks]] for message in before]
    tools = [[tool.name, tool.description, tool.input_schema] for tool in question.tools]
    system = question.system if isinstance(question.system, str) else [_bare(block) for block in question.system]
    whole = msgspec.json.encode([system, tools, said, thinking], order="sorted")
    return hmac.new(_KEY, whole, hashlib.sha256).hexdigest()


def call_id(question: Question, place: int) -> str:
    """An id for a call, the same for the same conversation, which tells whether thinking went before it."""
    start = _CALL if question.thinks else "toolu_"
    return start + seal(question, question.messages, str(place))[:20]


def broken(question: Question) -> str | None:
    """What is wrong with thinking that came back, or None; what was thought for an earlier question may be left out."""
    for place, message in enumerate(question.messages):
        if message.role != "assistant":
            continue
        thoughts = message.of("thinking")
        if (
            place > question.asked_at
            and not thoughts
            and any(call["id"].startswith(_CALL) for call in message.of("tool_use"))
        ):
            return f"messages.{place}: the thinking that came with these tool calls is missing"
        before = question.messages[:place]
        for thought in thoughts:
            if thought.get("signature") != seal(question, before, str(thought.get("thinking", ""))):
                return f"messages.{place}: thinking block is changed, or bound to a different conversation"
    return None


def _bare(block: Block) -> dict[str, Any]:
    """A block without its mark for the cache, which may move."""
    return {name: value for name, value in block.items() if name != "cache_control"}
