"""What happened to the tickets of an account, update by update, as the export of ticket events tells of it.

A seeded ticket was made, and answered; what is done since is noted as it is done. A merge of users moves their tickets
and leaves no trace in here.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from sandbox import changes
from sandbox.records import Record
from sandbox.zendesk.seeds import Seeds

NAMES = {"requester": "requester_id", "ccs": "email_cc_ids", "followers": "follower_ids"}
_WORD_BITS = 2  # a seeded ticket holds four comments at most
_MADE_OF = ("subject", "status", "priority", "type", "requester")


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """An update of a ticket: the numbers of the comments it added, and the other things it did, as they are told."""

    at: int
    row: int
    said: tuple[int, ...] = ()
    done: tuple[dict[str, Any], ...] = ()


class Happenings:
    """All updates of all tickets, in the order of time; what is seeded lies before anything that is done."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds
        self._noted: list[Happening] = []
        self._index: array[int] | None = None

    def note(self, change: changes.AnyRecordChange, row: int, before: Record | None, after: Record) -> None:
        """Note what a change did to a ticket, which was not there before where it was made."""
        known = before.properties["comments"] if before else []
        said = [each["n"] for each in after.properties["comments"][len(known) :]]
        done = _made(after) if before is None else [*_hidden(known, after), *_changed(before, after)]
        self._noted.append(Happening(at=change.at, row=row, said=tuple(said), done=tuple(done)))

    def since(self, ms: int, until_ms: int) -> Iterator[Happening]:
        """What happened from a moment on, and not after another."""
        found = chain(self._seeded_since(ms), self._noted[bisect_left(self._noted, ms, key=lambda each: each.at) :])
        return (each for each in found if each.at <= until_ms)

    def _seeded_since(self, ms: int) -> Iterator[Happening]:
        if self._index is None:
            self._index = array("q", sorted(self._keys()))
        row_bits = self._seeds.tickets.bit_length() + _WORD_BITS
        for place in range(bisect_left(self._index, ms << row_bits), len(self._index)):
            at, rest = divmod(self._index[place], 1 << row_bits)
            row, number = divmod(rest, 1 << _WORD_BITS)
            done = () if number else tuple(_made(self._seeds.ticket(row)))
            yield Happening(at=at, row=row, said=(number,), done=done)

    def _keys(self) -> Iterator[int]:
        row_bits = self._seeds.tickets.bit_length() + _WORD_BITS
        for row in range(self._seeds.tickets):
            for number, at in enumerate(self._seeds.said_at(row)):
                yield at << row_bits | row << _WORD_BITS | number


def _made(ticket: Record) -> list[dict[str, Any]]:
    return [
        {NAMES.get(name, name): ticket.properties.get(name), "event_type": "Create"}
        for name in _MADE_OF
        if ticket.properties.get(name) is not None
    ]


def _hidden(known: list[dict[str, Any]], ticket: Record) -> Iterator[dict[str, Any]]:
    """What became of comments that were there: words were blackened, or they were made private."""
    for before, after in zip(known, ticket.properties["comments"], strict=False):
        if before["body"] != after["body"]:
            yield {"comment": after["n"], "event_type": "CommentRedactionEvent"}
        if before["public"] != after["public"]:
            yield {"comment": after["n"], "public": after["public"], "event_type": "CommentPrivacyChange"}


def _changed(before: Record, after: Record) -> Iterator[dict[str, Any]]:
    old, new = (_values(each) for each in (before, after))
    for name in new:
        if old.get(name) != new[name]:
            yield {NAMES.get(name, name): new[name], "previous_value": old.get(name), "event_type": "Change"}


def _values(ticket: Record) -> dict[str, Any]:
    """The properties of a ticket that are told of when they change; being deleted is a status."""
    values = {name: value for name, value in ticket.properties.items() if name not in {"comments", "identities"}}
    return values if ticket.archived_at is None else values | {"status": "deleted"}
