"""What the API refuses: each check is one of its rules, and says what it found."""

import re
from collections.abc import Iterator

import msgspec

from sandbox.model import seals
from sandbox.model.wire import Message, Question, refusal

GONE = ("temperature", "top_p", "top_k")
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
KINDS = {
    "user": {"text", "image", "document", "tool_result", "search_result"},
    "assistant": {"text", "thinking", "redacted_thinking", "tool_use"},
    "system": {"text"},
}


def read(body: bytes, *, answered: bool = True) -> Question:
    """A request that the API would take. Raises `Refusal`."""
    try:
        names = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        question = msgspec.json.decode(body, type=Question)
    except msgspec.MsgspecError as error:
        raise refusal(400, str(error)) from error
    for found in (*_settings(names, question, answered=answered), *_tools(question), *_conversation(question)):
        raise refusal(400, found)
    if broken := seals.broken(question):
        raise refusal(400, broken)
    return question


def _settings(names: dict[str, msgspec.Raw], question: Question, *, answered: bool) -> Iterator[str]:
    for name in GONE:
        if name in names:
            yield f"{name}: not supported by this model"
    if answered and (question.max_tokens is None or question.max_tokens < 1):
        yield "max_tokens: a whole number from 1 on is required"


def _tools(question: Question) -> Iterator[str]:
    names = [tool.name for tool in question.tools]
    if len(set(names)) < len(names):
        yield "tools: names must be unique"
    for place, tool in enumerate(question.tools):
        if not TOOL_NAME.fullmatch(tool.name):
            yield f"tools.{place}.name: should match ^[a-zA-Z0-9_-]{{1,64}}$"
        if tool.input_schema.get("type") != "object":
            yield f"tools.{place}.input_schema.type: should be 'object'"


def _conversation(question: Question) -> Iterator[str]:
    messages = question.messages
    if not messages or messages[0].role != "user":
        yield "messages: the first message must be a user's"
        return
    if messages[-1].role == "assistant":
        yield "messages: the conversation must end with a user's message: prefills are not supported by this model"
    asked: list[str] = []
    for place, message in enumerate(messages):
        yield from _content(place, message)
        yield from _results(place, message, asked)
        asked = [str(call.get("id")) for call in message.of("tool_use")]


def _content(place: int, message: Message) -> Iterator[str]:
    where = f"messages.{place}"
    if not message.blocks:
        yield f"{where}: content must not be empty"
    for number, block in enumerate(message.blocks):
        kind = block.get("type")
        if kind not in KINDS[message.role]:
            yield f"{where}.content.{number}: {kind!r} is not allowed in a message of {message.role}"
        if kind == "text" and not str(block.get("text", "")).strip():
            yield f"{where}.content.{number}: text content blocks must be non-empty"
        if kind == "text" and message.role == "user" and "citations" in block:
            yield f"{where}.content.{number}.citations: not permitted"
        if kind == "tool_use" and not (isinstance(block.get("id"), str) and isinstance(block.get("input"), dict)):
            yield f"{where}.content.{number}: a tool_use needs an id and an object as input"


def _results(place: int, message: Message, asked: list[str]) -> Iterator[str]:
    answered = [str(result.get("tool_use_id")) for result in message.of("tool_result")]
    for call in asked:
        if answered.count(call) != 1:
            yield f"messages.{place}: tool_use {call} needs exactly one tool_result in the next message"
    for call in answered:
        if call not in asked:
            yield f"messages.{place}: tool_result {call} answers no tool_use of the previous message"
    kinds = [block.get("type") == "tool_result" for block in message.blocks]
    if kinds != sorted(kinds, reverse=True):
        yield f"messages.{place}: tool_result blocks must come first"
