"""A small brain of rules, for a demo without a key: it really calls the tools, and says that it is a stand-in."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.model.reading import read, words
from sandbox.model.script import Part, Turn
from sandbox.model.wire import Block, Question

STAND_IN = "(I am the sandbox's stand-in for a model, and follow a few rules.)"
CAN = (
    "I can look a person up by name or e-mail address, say how many contacts there are, list duplicates and sources, "
    'and propose to change a telephone number: "change Ada Lovelace\'s phone to +44 20 7946 0000".'
)

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NAME = re.compile(r"\b[^\W\d_a-z][\w'-]*(?:\s+(?:(?:de|van|von|der|di|da)\s+)*[^\W\d_a-z][\w'-]*)+")
CHANGE = re.compile(r"\b(?:change|update|set)\b.*\bphone\b.*\bto\s+(\+?[\d ()./-]{5,}\d)", re.IGNORECASE | re.DOTALL)
NO_NAMES = {"what", "who", "where", "when", "tell", "show", "find", "which", "change", "update", "set", "is", "does"}
SHOWN = 12
AT_ONCE = (
    (re.compile(r"\bhow many\b", re.IGNORECASE), "countContacts"),
    (re.compile(r"\b(?:duplicates?|one person)\b", re.IGNORECASE), "findDuplicates"),
    (re.compile(r"\b(?:sources?|fresh|connected)\b", re.IGNORECASE), "listSources"),
)
"""What is asked of a tool that needs to be told nothing."""


def turn(question: Question) -> Turn:
    """The next thing to say, or to ask of a tool."""
    text = question.asked[-1] if question.asked else ""
    tools = {tool.name for tool in question.tools}
    heard = {call["name"]: result for call, result in question.results()}
    failed = next((result for result in heard.values() if result.get("is_error")), None)
    if failed is not None:
        return _say(f"That did not work: {words(failed)}")
    return _next(text, tools, heard)


def _next(text: str, tools: set[str], heard: dict[str, Block]) -> Turn:
    for asked, name in AT_ONCE:
        if asked.search(text) and name in tools:
            return _report(heard[name]) if name in heard else _call(name)
    wanted = _wanted(text)
    if wanted is None or "searchContacts" not in tools:
        return _say(CAN)
    if "searchContacts" not in heard:
        return _call("searchContacts", query=wanted)
    found = _first_id(read(heard["searchContacts"]))
    return _say(f"I found nobody by {wanted}.") if found is None else _about(found, text, tools, heard)


def _about(found: str, text: str, tools: set[str], heard: dict[str, Block]) -> Turn:
    """What was asked about somebody: to change a number, or else all there is."""
    change = CHANGE.search(text)
    last = "updateContact" if change else "getContactDetails"
    if last in heard:
        return _report(heard[last])
    if last not in tools:
        return _report(heard["searchContacts"])
    changes = {"changes": {"phone": change[1].strip()}} if change else {}
    return _call(last, contact_id=found, **changes)


def _wanted(text: str) -> str | None:
    """Whom a question is about: an address, or words that are written like a name."""
    if address := EMAIL.search(text):
        return address[0]
    for name in NAME.finditer(text):
        parts = name[0].replace("'s", "").replace("\N{RIGHT SINGLE QUOTATION MARK}s", "").split()
        while parts and parts[0].casefold() in NO_NAMES:
            parts.pop(0)
        if len(parts) > 1:
            return " ".join(parts)
    return None


def _call(name: str, **given: Any) -> Turn:
    return Turn(parts=[Part(tool=name, input=given)])


def _say(text: str) -> Turn:
    return Turn(parts=[Part(text=f"{text}\n\n{STAND_IN}")])


def _report(result: Block) -> Turn:
    """Say what a tool found, as it stands there."""
    lines = list(_lines(read(result)))
    more = [f"… and {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
    return _say("\n".join(["This is what I found:", *(f"- {line}" for line in lines[:SHOWN]), *more]))


def _lines(value: Any, path: str = "") -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                if not name.endswith("id"):
                    yield from _lines(inner, f"{path} {name}".strip().replace("_", " "))
        case list():
            for inner in value:
                yield from _lines(inner, path)
        case None | "" | False:
            return
        case _:
            yield f"{path}: {value}" if path else str(value)


def _first_id(value: Any) -> str | None:
    """The id of whoever stands first."""
    if isinstance(value, dict) and isinstance(value.get("contact_id"), str):
        return str(value["contact_id"])
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for each in inner if (found := _first_id(each))), None)
