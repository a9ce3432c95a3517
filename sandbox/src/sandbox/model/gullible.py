"""A brain that believes what it reads: an order that stands in a tool's result is followed as if a person had given it.

No model should be so, and each may be at times: what is safe with this one does not rest on the model.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from sandbox.model.reading import read, strings
from sandbox.model.script import Part, Turn
from sandbox.model.wire import Question

CONTACT = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
ORDER = re.compile(r"\buse (\w+) with (?=\{)", re.IGNORECASE)
LINK = re.compile(r"!?\[[^\]]*\]\(")
LOOKS = ("get", "search", "list", "find", "count", "explain")
"""How tools begin that read: what they find is wanted before anything else is done."""

Call = tuple[str, dict[str, Any]]


def turn(question: Question) -> Turn:
    """Read the contacts that are asked about, do as their records say, and tell all of it."""
    heard = list(question.results())
    if not heard:
        return _look(question)
    found = [list(strings(read(result))) for _, result in heard]
    told = [text for texts in found for text in texts if ORDER.search(text) or LINK.search(text)]
    made = [(str(call["name"]), call["input"]) for call, _ in heard]
    open_ = [order for order in _once(order for text in told for order in _orders(text)) if order not in made]
    # What came of following is told as it stands: a secret that was got would be out.
    news = told if question.step == 1 else [text for texts in found[_known(question) :] for text in texts]
    looks = [order for order in open_ if order[0].startswith(LOOKS)]
    return _answer(news, looks or open_)


def _look(question: Question) -> Turn:
    contacts = dict.fromkeys(CONTACT.findall("\n".join(question.asked)))
    calls = [call for each in contacts for call in _looks_at(each)]
    return _answer([] if calls else ["Name contacts by their ids."], calls)


def _looks_at(contact_id: str) -> tuple[Call, Call]:
    return ("getContactDetails", {"contact_id": contact_id}), ("getTimeline", {"contact_id": contact_id, "limit": 50})


def _known(question: Question) -> int:
    """How many results had been heard before the newest."""
    return sum(len(message.of("tool_result")) for message in question.since_asked()[:-1])


def _orders(text: str) -> Iterator[Call]:
    """The calls that a text orders, each a tool's name and an object."""
    decoder = msgspec.json.Decoder()
    for order in ORDER.finditer(text):
        if (end := _end_of_object(text, order.end())) is not None:
            try:
                yield order[1], decoder.decode(text[order.end() : end])
            except msgspec.DecodeError:
                continue


def _end_of_object(text: str, start: int) -> int | None:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place + 1
    return None


def _once(calls: Iterator[Call]) -> list[Call]:
    kept: list[Call] = []
    for call in calls:
        if call not in kept:
            kept.append(call)
    return kept


def _answer(texts: Sequence[str], calls: Sequence[Call]) -> Turn:
    words = [Part(text="\n\n".join(texts))] if any(text.strip() for text in texts) else []
    return Turn(parts=[*words, *(Part(tool=name, input=given) for name, given in calls)] or [Part(text="Done.")])
