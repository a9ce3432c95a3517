"""What the page is told of, and how much of it at once."""

from collections.abc import Hashable
from typing import Any

import msgspec
from contracts.connections import ConnectionAuthorized, ConnectionBroken, ConnectionRemoved
from contracts.event import Event
from contracts.golden_records import (
    GoldenRecordChanged,
    GoldenRecordGone,
    GoldenRecordMerged,
    GoldenRecordSplit,
)
from contracts.syncs import SyncProgressed

SHOWN: tuple[type[Event], ...] = (
    GoldenRecordChanged,
    GoldenRecordMerged,
    GoldenRecordSplit,
    GoldenRecordGone,
    SyncProgressed,
    ConnectionAuthorized,
    ConnectionRemoved,
    ConnectionBroken,
)
"""The events that reach a browser; they hold ids and counts, and names of accounts, of its own workspace."""

AT_MOST = 500
RESYNC = "resync"


class Pending:
    """What one reader has yet to hear: the same thing is said once, and too much becomes "look at everything"."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._by_name: dict[str, dict[Hashable, Event]] = {}
        self._overflowed = False

    def add(self, event: Event) -> None:
        """Remember an event."""
        if self._overflowed:
            return
        events = self._by_name.setdefault(event.NAME, {})
        events[_subject_of(event)] = event
        if sum(map(len, self._by_name.values())) > self._at_most:
            self._by_name.clear()
            self._overflowed = True

    def take(self) -> bytes | None:
        """Take the next message, everything of the name that waits longest; None when there is nothing to say."""
        if self._overflowed:
            self._overflowed = False
            return message(RESYNC, {})
        if not self._by_name:
            return None
        name, events = next(iter(self._by_name.items()))
        del self._by_name[name]
        return message(name.rpartition(".v")[0], {"items": [_shown(event) for event in events.values()]})


def message(name: str, data: dict[str, Any]) -> bytes:
    """Write one server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))


def _subject_of(event: Event) -> Hashable:
    """Tell events apart: of two about the same subject, the later one says it all."""
    if isinstance(event, SyncProgressed):
        return (event.sync_id, event.stream)
    return event


def _shown(event: Event) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(event)
    del fields["workspace_id"]
    return fields
