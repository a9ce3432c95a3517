"""What the Messages API refuses, refused here too: a stand-in that takes everything proves nothing."""

import itertools
import json
import re
from typing import Any

TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
SAMPLING = ("temperature", "top_p", "top_k")

Body = dict[str, Any]


class Refused(Exception):
    """A request that the API answers with 400."""


def check(body: Body) -> None:
    """Check a request as it stands. Raises `Refused`."""
    if given := [name for name in SAMPLING if name in body]:
        raise Refused(f"{given[0]}: this parameter is no longer supported")
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        raise Refused("max_tokens: Field required")
    for tool in body.get("tools", ()):
        if not TOOL_NAME.fullmatch(tool["name"]):
            raise Refused(f"tools: the name {tool['name']} does not fit")
        if tool["input_schema"].get("type") != "object":
            raise Refused(f"tools.{tool['name']}.input_schema.type: must be object")
    _check_messages(body.get("messages") or [])


def _check_messages(messages: list[dict[str, Any]]) -> None:
    if not messages or messages[0]["role"] != "user":
        raise Refused("messages: first message must use the user role")
    if messages[-1]["role"] == "assistant":
        raise Refused("messages: this model does not support prefill")
    for before, after in itertools.pairwise(messages):
        if before["role"] == after["role"]:
            raise Refused("messages: roles must alternate")
    for at, message in enumerate(messages):
        if message["role"] == "assistant":
            _check_results(blocks_of(message), blocks_of(messages[at + 1]), at)


def _check_results(said: list[dict[str, Any]], answered: list[dict[str, Any]], at: int) -> None:
    calls = [block["id"] for block in said if block["type"] == "tool_use"]
    results = [block["tool_use_id"] for block in answered if block["type"] == "tool_result"]
    if sorted(calls) != sorted(results):
        raise Refused(f"messages.{at}: tool_use ids were found without tool_result blocks immediately after")
    kinds = [block["type"] for block in answered]
    if "tool_result" in kinds[len(results) :]:
        raise Refused(f"messages.{at + 1}: tool_result blocks must come first")


def blocks_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """List a message's blocks; a text alone is one."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class Conversations:
    """What was sent of each conversation, by `metadata.user_id`: each is only ever gone on with."""

    MOST = 1_000

    def __init__(self) -> None:
        self._sent: dict[str, list[str]] = {}

    def check(self, body: Body) -> None:
        """Check that a conversation begins as it did before, thinking included. Raises `Refused`."""
        before, now = self._sent.get(_name_of(body), []), _told(body)
        if len(now) <= len(before):
            before = before[:-1]  # its answer was not taken, and so what was asked may be put otherwise
        if now[: len(before)] != before:
            raise Refused("messages: thinking blocks are bound to a different conversation")

    def keep(self, body: Body) -> None:
        """Note what was sent and is answered whole."""
        if name := _name_of(body):
            while len(self._sent) >= self.MOST:
                self._sent.pop(next(iter(self._sent)))
            self._sent[name] = _told(body)


def _name_of(body: Body) -> str:
    return (body.get("metadata") or {}).get("user_id") or ""


def _told(body: Body) -> list[str]:
    head = json.dumps([body.get("system"), body.get("tools")], sort_keys=True)
    return [head, *(json.dumps([m["role"], blocks_of(m)], sort_keys=True) for m in body["messages"])]
