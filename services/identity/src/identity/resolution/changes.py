"""What changes with a new partition: lines of the map, golden rows, entries of the history, events."""

from collections.abc import Sequence, Set
from uuid import UUID

import msgspec
from contracts.event import Event
from contracts.golden_records import HistoryKind, Verdict

from identity.resolution.golden import BY_DEFAULT, NO_PINS, GoldenRow, Pins
from identity.resolution.matching import Edge, Group
from identity.resolution.records import SourceRecord
from identity.rules.survivorship import Survivorship


class Line(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Where a source record stands: the golden record it belongs to, and its component.

    The first seen of a component heads both, like one that is alone; only the others need a line in the map.
    """

    workspace_id: UUID
    source_id: UUID
    golden_id: UUID
    component_id: UUID


class Known(msgspec.Struct, frozen=True, gc=False):
    """A source record as it was, and where it stood."""

    record: SourceRecord
    line: Line


class Side(msgspec.Struct, frozen=True, gc=False):
    """One of the groups that joined or parted: its golden id apart, and who was in it."""

    golden_id: UUID
    members: tuple[UUID, ...]


class Cause(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Why a person's word changed something: whose it was, and the entries it undoes.

    `made` and `withdrew` number the decisions and pins that the entry follows from.
    """

    by: UUID | None = None
    verdict: Verdict | None = None
    made: tuple[int, ...] = ()
    withdrew: tuple[int, ...] = ()
    undoes: tuple[int, ...] = ()
    field: str | None = None
    value: str | None = None


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Something that happened to groups. `golden_id` is the id of the whole; edges are those that joined it."""

    kind: HistoryKind
    golden_id: UUID
    sides: tuple[Side, ...]
    edges: tuple[Edge, ...] = ()
    cause: Cause | None = None


def without(entry: Entry, erased: Set[UUID]) -> Entry | None:
    """Leave erased records out of an entry; None when it then tells of nothing."""
    sides = tuple(
        Side(side.golden_id, left)
        for side in entry.sides
        if (left := tuple(m for m in side.members if m not in erased))
    )
    edges = tuple(edge for edge in entry.edges if edge.left not in erased and edge.right not in erased)
    enough = 1 if entry.kind in {"pinned", "unpinned"} else 2
    return msgspec.structs.replace(entry, sides=sides, edges=edges) if len(sides) >= enough else None


class Values(msgspec.Struct, frozen=True):
    """What golden values follow from beside the records; `moved` are those whose pins are others than before."""

    pins: Pins = NO_PINS
    survivorship: Survivorship = BY_DEFAULT
    moved: Set[UUID] = frozenset()


class Changes(msgspec.Struct):
    """Everything to write for one workspace."""

    workspace_id: UUID
    lines: list[Line] = []
    freed: list[UUID] = []
    """Records that need a line no longer."""
    made: list[GoldenRow] = []
    changed: list[GoldenRow] = []
    dropped: list[UUID] = []
    entries: list[Entry] = []
    events: list[Event] = []
    heirs: dict[UUID, UUID] = {}
    """For each erased record that others shared a golden record with: one of them, for its id to lead to."""
    groups: Sequence[Group] = ()
    """The partition as it is now, as far as it was looked at."""
    shared: list[str] = []
    """Keys that turned out to be nobody's own."""
    questions: set[UUID] = set()
    """Golden records, as they were and as they are, of which other questions may be asked."""
    contacts: int = 0
    """How many golden records there are more than before."""


PLAIN = Values()
