"""The Messages API over HTTP: `/model/v1/messages`, with its events by name, and the script behind it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from litestar import Litestar, Response, get, post
from litestar.response import Stream

from sandbox.model.answers import Say, Script, tool_id
from sandbox.model.checks import Body, Conversations, Refused, check

STATUS = {"overloaded": (529, "overloaded_error"), "rate_limited": (429, "rate_limit_error")}
PIECE = 12


def create_app() -> Litestar:
    """The model's stand-in."""
    script, conversations = Script(), Conversations()
    asked: list[Body] = []

    @post("/model/v1/messages", status_code=200)
    async def answer(data: dict[str, Any]) -> Response[Any]:
        asked.append(data)
        try:
            check(data)
            conversations.check(data)
        except Refused as refused:
            return _error(400, "invalid_request_error", str(refused))
        say = script.answer(data)
        if say.fault is None:
            conversations.keep(data)
        if say.fault in STATUS:
            return _error(*STATUS[say.fault], "not now")
        if data.get("stream"):
            return Stream(_events(data, say), media_type="text/event-stream", headers={"request-id": uuid4().hex})
        return Response(_message(data, say))

    @post("/model/v1/messages/count_tokens", status_code=200)
    async def count_tokens(data: dict[str, Any]) -> dict[str, int]:
        return {"input_tokens": _tokens(json.dumps(data))}

    @post("/model/script", status_code=200)
    async def load_script(data: dict[str, Any]) -> dict[str, int]:
        """Answer by these turns from now on; those that were asked are forgotten."""
        script.load(data.get("turns", []))
        asked.clear()
        return {"turns": len(script.turns)}

    @get("/model/asked")
    async def list_asked() -> list[dict[str, Any]]:
        """Tell what was asked since the last script."""
        return asked

    return Litestar([answer, count_tokens, load_script, list_asked], openapi_config=None, logging_config=None)


def _error(status: int, kind: str, message: str) -> Response[Any]:
    request_id = uuid4().hex
    content = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
    return Response(content, status_code=status, headers={"request-id": request_id, "retry-after": "0"})


def _stop_reason(say: Say) -> str:
    if say.fault in ("refusal", "max_tokens"):
        return say.fault
    return "tool_use" if say.tools else "end_turn"


def _blocks(say: Say) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if say.thinking:
        blocks.append({"type": "thinking", "thinking": say.thinking, "signature": "signed"})
    if say.text:
        blocks.append({"type": "text", "text": say.text})
    return blocks + [{"type": "tool_use", "id": tool_id(), **tool} for tool in say.tools]


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)


def _message(body: Body, say: Say) -> dict[str, Any]:
    blocks = _blocks(say)
    usage = {"input_tokens": _tokens(json.dumps(body["messages"])), "output_tokens": _tokens(json.dumps(blocks))}
    return {
        "id": f"msg_{uuid4().hex[:20]}",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "content": blocks,
        "stop_reason": _stop_reason(say),
        "stop_sequence": None,
        "usage": usage,
    }


async def _events(body: Body, say: Say) -> AsyncIterator[str]:
    whole = _message(body, say)
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    yield _event("message_start", message=begun)
    for index, block in enumerate(whole["content"]):
        async for event in _block_events(index, block, say):
            yield event
    if say.fault == "error":
        yield _event("error", error={"type": "overloaded_error", "message": "Overloaded"})
        return
    if say.fault == "cut":
        return
    yield _event(
        "message_delta",
        delta={"stop_reason": whole["stop_reason"], "stop_sequence": None},
        usage={"output_tokens": whole["usage"]["output_tokens"]},
    )
    yield _event("message_stop")


async def _block_events(index: int, block: dict[str, Any], say: Say) -> AsyncIterator[str]:
    start: dict[str, Any]
    match block["type"]:
        case "text":
            start, kind, name, content = {"type": "text", "text": ""}, "text_delta", "text", block["text"]
        case "thinking":
            start = {"type": "thinking", "thinking": "", "signature": ""}
            kind, name, content = "thinking_delta", "thinking", block["thinking"]
        case _:
            start = dict(block, input={})
            kind, name, content = "input_json_delta", "partial_json", json.dumps(block["input"], ensure_ascii=False)
            if say.fault == "max_tokens":
                content = content[: len(content) // 2]
    yield _event("content_block_start", index=index, content_block=start)
    for at in range(0, len(content), PIECE):
        if say.delay:
            await asyncio.sleep(say.delay)
        yield _event("content_block_delta", index=index, delta={"type": kind, name: content[at : at + PIECE]})
    if block["type"] == "thinking":
        yield _event("content_block_delta", index=index, delta={"type": "signature_delta", "signature": "signed"})
    yield _event("content_block_stop", index=index)


def _event(kind: str, **carried: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **carried}, ensure_ascii=False)}\n\n"
