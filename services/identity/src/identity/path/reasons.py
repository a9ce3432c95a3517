"""What speaks for joining records and against it, put together for a batch: keys, decisions, what is alike.

Whether a key is shared depends on all who carry it. Of one that is not, all carriers are at hand, as they share a
component; of one that is, they stay where they are, and only when a carrier leaves it must the others be looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution.changes import Cause, Known, Values
from identity.resolution.golden import NO_PINS, Pin
from identity.resolution.matching import Decision, Reasons
from identity.resolution.records import SourceRecord
from identity.resolution.sharing import is_key_shared
from identity.rules.vetoes import mark_in
from identity.store import alike_queries, decision_queries, queries, sharing_queries
from identity.store.queries import KeyName, SourceName, Workspace

CARRIERS_AT_ONCE = 500

Before = Mapping[UUID, Known]
Records = Mapping[UUID, SourceRecord]
Locked = Mapping[UUID, Workspace]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says now: decisions and pins that are made, and numbers of those that are withdrawn."""

    workspace_id: UUID
    decisions: tuple[Decision, ...] = ()
    pins: tuple[Pin, ...] = ()
    withdrawn: frozenset[int] = frozenset()
    moved: frozenset[UUID] = frozenset()
    """The records on which pins hang that are made or withdrawn."""
    cause: Cause = Cause()


T = TypeVar("T")


def by_workspace(
    locked: Locked, all_of: Mapping[UUID, T], workspace_of: Callable[[T], UUID]
) -> dict[UUID, Mapping[UUID, T]]:
    """Sort by workspace what belongs to these; it is mostly of one, and then there is nothing to sort."""
    if len(locked) == 1:
        return dict.fromkeys(locked, all_of) if all_of else {}
    sorted_ = defaultdict[UUID, dict[UUID, T]](dict)
    for id_, each in all_of.items():
        sorted_[workspace_of(each)][id_] = each
    return dict(sorted_)


Each = TypeVar("Each", SourceRecord, SourceName)


def each_in_its_workspace(locked: Locked, all_of: Sequence[Each]) -> Mapping[UUID, Sequence[Each]]:
    """Sort by workspace what has no order by id; as above, mostly there is nothing to sort."""
    if len(locked) == 1:
        return dict.fromkeys(locked, all_of) if all_of else {}
    sorted_ = defaultdict[UUID, list[Each]](list)
    for each in all_of:
        sorted_[each.workspace_id].append(each)
    return sorted_


class Case(msgspec.Struct, frozen=True):
    """Records as they were and as they are, and the reasons to join them and to choose values, by workspace."""

    before: Before
    records: Records
    reasons: Mapping[UUID, Reasons]
    values: Mapping[UUID, Values]
    cause: Cause | None = None


async def gather(
    conn: AsyncConnection,
    locked: Locked,
    before: Before,
    records: Records,
    word: Word | None = None,
    *,
    moved: frozenset[UUID] = frozenset(),
) -> Case:
    """Load the reasons for records that take the place of those `before`, with whom a key binds again.

    A person's `word` is taken as given, though nothing of it is written yet. `moved` are records whose values may be
    chosen otherwise now.
    """
    shared: set[KeyName] = set()
    if any(workspace.has_shared for workspace in locked.values()):
        shared, before, records = await _unshare(conn, before, records)
    ids = by_workspace(locked, records, attrgetter("workspace_id"))
    decided = [SourceName(w, id_) for w, some in ids.items() if locked[w].decisions for id_ in some]
    decisions = await decision_queries.load_decisions(conn, decided) if decided else {}
    pins = await decision_queries.load_pins(conn, decided) if decided else []
    if word:
        given = [each for each in decisions.get(word.workspace_id, ()) if each.number not in word.withdrawn]
        decisions = {**decisions, word.workspace_id: [*given, *word.decisions]}
        pins = [(w, pin) for w, pin in pins if pin.number not in word.withdrawn]
        pins += [(word.workspace_id, pin) for pin in word.pins]
    weighed = [SourceName(w, id_) for w, some in ids.items() if locked[w].has_alike for id_ in some if id_ in before]
    alike = await alike_queries.load_alike(conn, weighed) if weighed else {}
    keys_of: dict[UUID, set[str]] = defaultdict(set)
    for name in shared:
        keys_of[name.workspace_id].add(name.key)
    reasons = {
        w: Reasons(
            decisions=decisions.get(w, ()),
            alike=alike.get(w, ()),
            shared=keys_of.get(w, frozenset()),
        )
        for w in ids
    }
    values = {w: _values(w, workspace, pins, word, moved) for w, workspace in locked.items()}
    return Case(before, records, reasons, values, word.cause if word else None)


def _values(
    workspace_id: UUID,
    workspace: Workspace,
    pins: Sequence[tuple[UUID, Pin]],
    word: Word | None,
    moved: frozenset[UUID],
) -> Values:
    hanging: dict[UUID, list[Pin]] = defaultdict(list)
    for where, pin in pins:
        if where == workspace_id:
            hanging[pin.source_id].append(pin)
    if word and word.workspace_id == workspace_id:
        moved |= word.moved
    return Values(hanging or NO_PINS, workspace.rules.survivorship, moved)


async def _unshare(conn: AsyncConnection, before: Before, records: Records) -> tuple[set[KeyName], Before, Records]:
    """Tell which keys are shared still; load those whom one binds again that is not."""
    names = {KeyName(r.workspace_id, key) for r in _all(before, records) for key in r.keys}
    shared = await sharing_queries.load_shared(conn, names) if names else set()
    freed: set[KeyName] = set()
    bound: set[SourceName] = set()
    for name in sorted(shared & _left(before, records), key=lambda each: (each.workspace_id, each.key)):
        carriers = await _carriers_if_few(conn, name, before, records)
        if carriers is not None:
            freed.add(name)
            bound |= {SourceName(name.workspace_id, id_) for id_ in carriers}
    if not freed:
        return shared, before, records
    await sharing_queries.delete_shared(conn, freed)
    more = await queries.load_neighbourhood(conn, sources=[each for each in bound if each.source_id not in before])
    news = {known.record.source_id: known for known in more if known.record.source_id not in before}
    left = {id_: known.record for id_, known in news.items()}
    others = {KeyName(r.workspace_id, key) for r in left.values() for key in r.keys} - names
    shared = (shared - freed) | (await sharing_queries.load_shared(conn, others) if others else set())
    return shared, {**before, **news}, {**left, **records}


def _all(before: Before, records: Records) -> Iterable[SourceRecord]:
    yield from records.values()
    yield from (known.record for known in before.values())


def _left(before: Before, records: Records) -> set[KeyName]:
    """Name the keys that lost a carrier, or what a carrier says of itself."""
    lost = set()
    for source_id, known in before.items():
        was, now = known.record, records.get(source_id)
        if now is was:
            continue
        kept = now.keys if now and mark_in(now.contact) == mark_in(was.contact) else ()
        lost |= {KeyName(was.workspace_id, key) for key in was.keys if key not in kept}
    return lost


async def _carriers_if_few(conn: AsyncConnection, name: KeyName, before: Before, records: Records) -> set[UUID] | None:
    """List who carries a key now, if they are few enough for it to say something; None if it is shared still."""
    here = [r for r in records.values() if r.workspace_id == name.workspace_id and name.key in r.keys]
    carriers = {record.source_id: record for record in here}
    after, found = UUID(int=0), CARRIERS_AT_ONCE
    while found == CARRIERS_AT_ONCE:
        if is_key_shared(carriers.values()):
            return None
        page = await sharing_queries.list_carriers(conn, name, after=after, at_most=CARRIERS_AT_ONCE)
        found = len(page)
        if page:
            after = page[-1].source_id
        carriers |= {r.source_id: r for r in page if r.source_id not in before and r.source_id not in records}
    return None if is_key_shared(carriers.values()) else set(carriers)
