"""Whom a question is about."""

import re
from collections.abc import Sequence
from typing import Any

from sandbox.model.demo import wording
from sandbox.model.demo.asking import Asking, Stuck

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"\+?\d[\d ()/.-]{5,}\d")
NAME = re.compile(r"\b[^\W\d_a-z][\w'-]*(?:\s+(?:(?:de|van|von|der|di|da)\s+)*[^\W\d_a-z][\w'-]*)+")
SMALL = re.compile(
    r"\b(?:who is|about|of|with|for)\s+(?!(?:the|an?|our|my|your|this|that|these|those|all|him|her|them)\b)"
    r"(?P<who>[^\W\d_][\w'-]*(?:\s+[^\W\d_][\w'-]*){1,2}?)\s*(?:[?.!,]|$|(?=\s(?:worth|called|known|lately)\b))",
    re.IGNORECASE,
)
"""A name in small letters, where one is to be expected."""
NO_NAMES = {
    *("what", "who", "where", "when", "why", "tell", "show", "find", "which", "is", "does", "do", "did", "has", "are"),
    *("change", "update", "set", "hubspot", "pipedrive", "zendesk", "how", "about", "write", "send", "whose"),
}  # fmt: skip
THIS = re.compile(r"\b(?:this|that|the)\s+(?:contact|person|customer|one)\b|\bhere\b|^the$", re.IGNORECASE)
THEY = re.compile(r"\b(?:him|her|his|he|she|them|their|they)\b", re.IGNORECASE)
MOST_NAMED = 5


def named(text: str) -> str | None:
    """Tell who is named: by an address, by a number, or by words that look like a name or stand for one."""
    for pattern in (EMAIL, PHONE):
        if found := pattern.search(text):
            return found[0]
    for name in NAME.finditer(text):
        parts = re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]s\\b", "", name[0]).split()
        while parts and parts[0].casefold() in NO_NAMES:
            parts.pop(0)
        if len(parts) > 1:
            return " ".join(parts)
    small = SMALL.search(text)
    return small["who"] if small else None


def meant(ask: Asking, text: str) -> str | None:
    """Tell the id of whoever is meant without a name: whom the page shows, or who was spoken of last."""
    if THIS.search(text):
        return ask.shown or ask.spoken_of
    return (ask.spoken_of or ask.shown) if THEY.search(text) else None


def best(ask: Asking, text: str) -> tuple[str, int]:
    """Find who fits best; return the id, and how many others are found so. Raises `NotHeard`, `Stuck`."""
    if (who := named(text)) is None:
        if (one := meant(ask, text)) is None:
            raise Stuck("I do not see whom you mean: name somebody by first and last name, or by an e-mail address.")
        return one, 0
    # One at a time: each that is found is told as a source of the answer.
    (first, *_), total = _search(ask, who, at_most=1)
    if total > 1 and not is_called(first, who):
        some, _ = _search(ask, who, at_most=MOST_NAMED)
        first = next((each for each in some if is_called(each, who)), first)
    return str(first["contact_id"]), total - 1


def certain(ask: Asking, who: str) -> str:
    """Find the one who is meant, for something is to be done. Raises `NotHeard`, `Stuck` where it is not clear."""
    plain = who.strip(" .,:;\"'")
    if (one := meant(ask, plain)) and not named(plain):
        return one
    plain = named(plain) or plain
    found, total = _search(ask, plain, at_most=1)
    if total > 1:
        some, _ = _search(ask, plain, at_most=MOST_NAMED)
        found = [each for each in some if is_called(each, plain)]
        if len(found) != 1:
            raise Stuck(_which(plain, found or some))
    return str(found[0]["contact_id"])


def both(ask: Asking, who: str) -> list[str]:
    """Find the two who are called the same. Raises `NotHeard`, `Stuck`."""
    some, total = _search(ask, who, at_most=MOST_NAMED)
    # Where there are two alone, one may be called so by another of its sources.
    found = some if total == 2 else [each for each in some if is_called(each, who)]
    if len(found) != 2:
        raise Stuck(f"I need two contacts called {who}, and found {len(found)}. Name them by their e-mail addresses.")
    return [str(each["contact_id"]) for each in found]


def is_called(contact: dict[str, Any], who: str) -> bool:
    """Whether these words are all of a contact's name, or its address, or its number."""
    keys = {str(contact.get(field)).casefold() for field in ("name", "email")}
    digits = re.sub(r"\D", "", str(contact.get("phone") or ""))
    return who.casefold() in keys or (bool(digits) and digits == re.sub(r"\D", "", who))


def _search(ask: Asking, who: str, *, at_most: int) -> tuple[Sequence[dict[str, Any]], int]:
    told = ask("searchContacts", query=who, limit=at_most)
    found = told.get("contacts") or []
    if not found:
        raise Stuck(wording.nobody(who, told.get("searched") or []))
    if told.get("spelled_like"):
        raise Stuck(f"I found nobody by {who}. Is {wording.entry(found[0])} meant?")
    return found, max(told.get("total") or 0, len(found))


def _which(who: str, found: Sequence[dict[str, Any]]) -> str:
    lines = [f"- {wording.entry(each)}" for each in found]
    return "\n".join([f"Several may be meant by {who}. Which one? An e-mail address tells them apart:", *lines])
