"""What the model answers: by a script that a test wrote, or else in plain words by what its tools told it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sandbox.model.checks import Body, blocks_of

GREETING = (
    "I am a stand-in for the assistant's model: I know a few questions by heart and think nothing of my own. Ask me "
    "who somebody is, how many contacts there are, or which of them may be one person."
)
NAMED = re.compile(r"[\w.+-]+@[\w.-]+\w|\b[A-ZÀ-Þ][\w'-]+(?:\s+[A-ZÀ-Þ][\w'-]+)+")
CHANGE = re.compile(
    r"(?:change|set|update)\s+(?:the\s+)?(phone|email|city|company|job title)\b.*?\bto\s+(.+)$", re.IGNORECASE
)


@dataclass
class Say:
    """One answer: what is thought, said and called, and what goes wrong on the way."""

    text: str = ""
    thinking: str = ""
    tools: list[dict[str, Any]] = field(default_factory=list)
    fault: str | None = None
    """`overloaded` (529), `rate_limited` (429), `cut` (the stream just ends), `error` (an event in mid-stream),
    `refusal`, `max_tokens`."""
    delay: float = 0.0
    """Seconds between two pieces."""


class Script:
    """What is to be answered: turns, each for texts that hold its `when`; the answers of one follow each other."""

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []

    def load(self, turns: list[dict[str, Any]]) -> None:
        """Take another script; an empty one is none."""
        self.turns = turns

    def answer(self, body: Body) -> Say:
        """Choose the answer to a request."""
        asked, since = last_question(body["messages"])
        for turn in self.turns:
            if turn.get("when", "") in asked:
                answers = turn["answers"]
                return Say(**answers[min(since, len(answers) - 1)])
        return plain_answer(body, asked, since)


def last_question(messages: list[dict[str, Any]]) -> tuple[str, int]:
    """Find what a person said last, and how many answers were given to it."""
    since = 0
    for message in reversed(messages):
        if message["role"] == "assistant":
            since += 1
            continue
        texts = [block["text"] for block in blocks_of(message) if block["type"] == "text"]
        if texts:
            return texts[-1], since
    return "", since


def plain_answer(body: Body, asked: str, since: int) -> Say:
    """Answer without a script, by what was asked and by the tools there are."""
    tools = {tool["name"] for tool in body.get("tools", ())}
    if since:
        return _told(body, asked, tools, since)
    low = asked.lower()
    if "how many" in low and "countContacts" in tools:
        return _call("countContacts", {})
    if ("duplicate" in low or "one person" in low) and "findDuplicates" in tools:
        return _call("findDuplicates", {})
    if ("fresh" in low or "sources" in low or "connected" in low) and "listSources" in tools:
        return _call("listSources", {})
    if (named := NAMED.search(asked)) and "searchContacts" in tools:
        return _call("searchContacts", {"query": named.group()})
    return Say(text=GREETING)


def _told(body: Body, asked: str, tools: set[str], since: int) -> Say:
    """Go on with what the tools told last."""
    results = [block for block in blocks_of(body["messages"][-1]) if block["type"] == "tool_result"]
    told = "\n".join(_text_of(block) for block in results)
    found = re.search(r'"contact_id":\s*"([0-9a-f-]{36})"', told)
    change = CHANGE.search(asked)
    if since == 1 and found and change and "updateContact" in tools:
        name = change.group(1).lower().replace(" ", "_")
        value = change.group(2).strip().rstrip(".")
        return _call("updateContact", {"contact_id": found.group(1), "changes": {name: value}})
    if since == 1 and found and "searchContacts" in json.dumps(body["messages"][-2]) and "getContactDetails" in tools:
        return _call("getContactDetails", {"contact_id": found.group(1)})
    return Say(text=f"This is what I was told:\n\n{_readable(told)}")


def _call(name: str, given: dict[str, Any]) -> Say:
    return Say(tools=[{"name": name, "input": given}])


def _text_of(block: dict[str, Any]) -> str:
    content = block.get("content", "")
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _readable(told: str) -> str:
    """Write JSON as lines of names and values; anything else as it is."""
    try:
        return "\n".join(_lines(json.loads(told)))[:1_500]
    except ValueError:
        return told[:1_500]


def _lines(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [line for key, inner in value.items() if not key.endswith("_id") for line in _lines(inner, key)]
    if isinstance(value, list):
        return [line for inner in value[:10] for line in _lines(inner, name)]
    return [f"- **{name.replace('_', ' ')}**: {value}"] if value not in (None, "") else []


def tool_id() -> str:
    """Make the id of a tool call."""
    return f"toolu_{uuid4().hex[:24]}"
