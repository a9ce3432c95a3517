"""What the page is told of, and how much of it at once."""

from collections.abc import Hashable, Iterator
from typing import Any

import msgspec
from contracts.actions import ActionEnded
from contracts.chats import ProposalEnded
from contracts.connections import (
    ConnectionAuthorized,
    ConnectionBroken,
    ConnectionPaused,
    ConnectionRemoved,
    ConnectionResumed,
)
from contracts.event import Event
from contracts.golden_records import (
    GoldenRecordAsked,
    GoldenRecordChanged,
    GoldenRecordGone,
    GoldenRecordMerged,
    GoldenRecordSplit,
)
from contracts.syncs import SyncProgressed

SHOWN: tuple[type[Event], ...] = (
    GoldenRecordChanged,
    GoldenRecordAsked,
    GoldenRecordMerged,
    GoldenRecordSplit,
    GoldenRecordGone,
    SyncProgressed,
    ActionEnded,
    ProposalEnded,
    ConnectionAuthorized,
    ConnectionPaused,
    ConnectionResumed,
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
        self._by_name: dict[str, dict[Hashable, dict[str, Any]]] = {}
        self._overflowed = False

    def add(self, event: Event) -> None:
        """Remember an event."""
        if self._overflowed:
            return
        self._by_name.setdefault(event.NAME, {}).update(_items_of(event))
        if sum(map(len, self._by_name.values())) > self._at_most:
            self.lose_track()

    def lose_track(self) -> None:
        """Say "look at everything" next: something happened, and we cannot tell what."""
        self._by_name.clear()
        self._overflowed = True

    def take(self) -> bytes | None:
        """Take the next message, everything of the name that waits longest; None when there is nothing to say."""
        if self._overflowed:
            self._overflowed = False
            return message(RESYNC, {})
        if not self._by_name:
            return None
        name, items = next(iter(self._by_name.items()))
        del self._by_name[name]
        return message(name.rpartition(".v")[0], {"items": list(items.values())})


def message(name: str, data: dict[str, Any]) -> bytes:
    """Write one server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))


def _items_of(event: Event) -> Iterator[tuple[Hashable, dict[str, Any]]]:
    """Tell what an event says, subject by subject: of two items about the same one, the later says it all."""
    if isinstance(event, GoldenRecordChanged | GoldenRecordAsked):
        for golden_id in event.golden_ids:
            yield golden_id, {"golden_id": golden_id}
        return
    # Each field is said, also where it is its default: on the bus those are left out.
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "workspace_id"}
    yield (event.sync_id, event.stream) if isinstance(event, SyncProgressed) else event, fields
