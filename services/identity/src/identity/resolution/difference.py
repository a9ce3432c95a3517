"""What a new partition means: the difference to the one before, and nothing else, in rows, history and events."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from contracts.event import Event
from contracts.golden_records import (
    CHANGED_AT_ONCE,
    GoldenRecordChanged,
    GoldenRecordGone,
    GoldenRecordMerged,
    GoldenRecordSplit,
)

from identity.resolution import golden
from identity.resolution.changes import PLAIN, Changes, Entry, Known, Line, Side, Values
from identity.resolution.golden import UNPINNED
from identity.resolution.matching import Group
from identity.resolution.records import SourceRecord


def compare(
    workspace_id: UUID,
    before: Mapping[UUID, Known],
    records: Mapping[UUID, SourceRecord],
    groups: Sequence[Group],
    values: Values = PLAIN,
    alone: Iterable[SourceRecord] = (),
) -> Changes:
    """Tell what changes when `groups` of `records` take the place of what was known of the same records.

    A record of `before` that is not in `records` is erased. `alone` are new, each a group of its own, and no pin hangs
    on any.
    """
    changes = Changes(workspace_id)
    changes.made = [golden.row_of(r.source_id, (r,), UNPINNED, values.survivorship) for r in alone if not r.gone]
    changes.contacts = len(changes.made)
    standing: list[Group] = []
    for group in groups:
        if before.keys().isdisjoint(group.members):
            _welcome(changes, [records[member] for member in group.members], group, values)
        else:
            standing.append(group)
    moved = _compare_standing(changes, before, records, standing, values) if standing or before else ()
    changes.events = [*_changed(changes), *moved]
    return changes


def _changed(changes: Changes) -> Iterator[Event]:
    """Name the golden records that are new or show something else."""
    ids = [row.golden_id for row in (*changes.made, *changes.changed)]
    for start in range(0, len(ids), CHANGED_AT_ONCE):
        some = tuple(ids[start : start + CHANGED_AT_ONCE])
        yield GoldenRecordChanged(workspace_id=changes.workspace_id, golden_ids=some)


def _welcome(changes: Changes, newcomers: Sequence[SourceRecord], group: Group, values: Values) -> None:
    """Take in a group of whom nobody was known, as most are in a first sync.

    Told anew after a rebuild, they may have a pin that waited for them.
    """
    changes.lines += [
        _line(changes.workspace_id, member, group) for member in group.members if member != group.component_id
    ]
    if living := golden.newest_first(newcomers):
        pinned = golden.pinned_of(group.members, values.pins) if values.pins else UNPINNED
        changes.made.append(golden.row_of(group.golden_id, living, pinned, values.survivorship))
        changes.contacts += 1
    if len(newcomers) > 1:
        sides = tuple([Side(member, (member,)) for member in group.members])
        changes.entries.append(Entry(kind="joined", golden_id=group.golden_id, sides=sides, edges=group.edges))


def _compare_standing(
    changes: Changes,
    before: Mapping[UUID, Known],
    records: Mapping[UUID, SourceRecord],
    groups: Sequence[Group],
    values: Values,
) -> Iterable[Event]:
    was = _Before(before)
    living_now: set[UUID] = set()
    golden_of = {member: group.golden_id for group in groups for member in group.members}
    for group in groups:
        known, are = was.members(group), [records[member] for member in group.members]
        _compare_lines(changes, group, known)
        living = golden.newest_first(are)
        if living:
            living_now.add(group.golden_id)
        if was.differs(group, known, are) or not values.moved.isdisjoint(group.members):
            _compare_values(changes, was, group, living, values)
            if len(known) > 1 and (joined := _joined(group, known)):
                changes.entries.append(joined)
    changes.entries += sorted(_parted(was, golden_of), key=_golden_id_of)  # what was known was loaded in any order
    changes.dropped = sorted(was.living - living_now)
    changes.contacts += len(living_now - was.living) - len(changes.dropped)
    changes.heirs = _heirs(was, golden_of)
    leads_to = golden_of | {erased: golden_of[heir] for erased, heir in changes.heirs.items()}
    return _moved(was, leads_to, living_now, changes.workspace_id)


def _compare_values(
    changes: Changes, was: "_Before", group: Group, living: Sequence[SourceRecord], values: Values
) -> None:
    if living:
        rows = changes.changed if group.golden_id in was.living else changes.made
        pinned = golden.pinned_of(group.members, values.pins) if values.pins else UNPINNED
        rows.append(golden.row_of(group.golden_id, living, pinned, values.survivorship))


class _Before:
    """The groups as they were."""

    def __init__(self, known: Mapping[UUID, Known]) -> None:
        self.known = known
        self.groups: dict[UUID, set[UUID]] = defaultdict(set)
        for source_id, one in known.items():
            self.groups[one.line.golden_id].add(source_id)
        self.living = {one.line.golden_id for one in known.values() if not one.record.gone}

    def members(self, group: Group) -> list[Known | None]:
        """What was known of a group's members, one by one."""
        return [self.known.get(member) for member in group.members]

    def differs(self, group: Group, known: Sequence[Known | None], are: Sequence[SourceRecord]) -> bool:
        """Whether a group has other members than the one of its id had, or one of them shows something else."""
        if None in known or self.groups.get(group.golden_id, _NOBODY) != set(group.members):
            return True
        return any(one and _shows_another(one.record, now) for one, now in zip(known, are, strict=True))

    def golden_id(self, source_id: UUID) -> UUID:
        """The golden record a source record was in; a new one comes with its own."""
        known = self.known.get(source_id)
        return known.line.golden_id if known else source_id


_NOBODY: set[UUID] = set()


def _shows_another(before: SourceRecord, now: SourceRecord) -> bool:
    return before is not now and (before.gone != now.gone or before.contact != now.contact)


def _compare_lines(changes: Changes, group: Group, known: Sequence[Known | None]) -> None:
    for member, one in zip(group.members, known, strict=True):
        line = one.line if one else None
        if line and line.golden_id == group.golden_id and line.component_id == group.component_id:
            continue
        if member != group.component_id:
            changes.lines.append(_line(changes.workspace_id, member, group))
        elif line:
            changes.freed.append(member)


def _line(workspace_id: UUID, member: UUID, group: Group) -> Line:
    return Line(workspace_id=workspace_id, source_id=member, golden_id=group.golden_id, component_id=group.component_id)


def _joined(group: Group, known: Sequence[Known | None]) -> Entry | None:
    """Tell of a group whose members were in several; one that is new comes with its own."""
    came_from = [one.line.golden_id if one else member for member, one in zip(group.members, known, strict=True)]
    sides = _sides(zip(came_from, group.members, strict=True))
    if len(sides) == 1:
        return None
    edges = group.edges
    if len(sides) < len(group.members):
        place = dict(zip(group.members, came_from, strict=True))
        edges = tuple(e for e in edges if place[e.left] != place[e.right])
    return Entry(kind="joined", golden_id=group.golden_id, sides=sides, edges=edges)


def _parted(was: _Before, golden_of: Mapping[UUID, UUID]) -> Iterator[Entry]:
    """Tell of the groups whose members are in several now."""
    for golden_id, members in was.groups.items():
        if len(members) == 1:
            continue
        sides = _sides((golden_of[member], member) for member in members if member in golden_of)
        if len(sides) > 1:
            yield Entry(kind="parted", golden_id=golden_id, sides=sides)


def _golden_id_of(entry: Entry) -> UUID:
    return entry.golden_id


def _sides(members: Iterable[tuple[UUID, UUID]]) -> tuple[Side, ...]:
    """Put members together by the golden record each is in."""
    sides: dict[UUID, list[UUID]] = {}
    for golden_id, member in members:
        sides.setdefault(golden_id, []).append(member)
    return tuple([Side(golden_id, tuple(sorted(sides[golden_id]))) for golden_id in sorted(sides)])


def _heirs(was: _Before, golden_of: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    heirs: dict[UUID, UUID] = {}
    if was.known.keys() <= golden_of.keys():
        return heirs
    for members in was.groups.values():
        left = members & golden_of.keys()
        if left and len(left) < len(members):
            heirs.update(dict.fromkeys(members - left, min(left)))
    return heirs


def _moved(was: _Before, leads_to: Mapping[UUID, UUID], living: set[UUID], workspace_id: UUID) -> Iterator[Event]:
    """Tell of ids that began or ceased to be a golden record's.

    An id is its first-seen record's own: when that record is in another group now, the id redirects there.
    """
    for old_id in sorted(was.living - living):
        heir = leads_to.get(old_id, old_id)
        if heir in living:
            yield GoldenRecordMerged(workspace_id=workspace_id, golden_id=heir, merged_id=old_id)
        else:
            yield GoldenRecordGone(workspace_id=workspace_id, golden_id=old_id)
    for new_id in sorted(living - was.living):
        # An id that heads a group for the first time, or again, parted from the group its record was in.
        golden_id = was.golden_id(new_id)
        if leads_to.get(golden_id) != new_id:
            yield GoldenRecordSplit(workspace_id=workspace_id, golden_id=golden_id, split_id=new_id)
