"""What people decide: who is the same person, who is not, which value is shown; and taking it back.

A word is weighed before it is written: the same computation, given the word beside what is in force, tells what would
follow. With a dry run that is all.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import structlog
from contracts.decisions import DecisionWishes, Outcome, ResultingContact, SourceKey
from contracts.golden_records import HistoryKind, Verdict
from servicekit.errors import BadRequest, Conflict, NotFound
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import (
    decision_queries,
    foresight,
    golden,
    history_queries,
    operations,
    queries,
    reading,
    reading_queries,
    reasons,
    suggesting,
)
from identity.changes import Cause, Changes, Entry, Side
from identity.golden import Pin
from identity.history_queries import StoredEntry
from identity.matching import Decision
from identity.queries import SourceName, Workspace
from identity.reasons import Case, Word

log = structlog.get_logger()

Sides = tuple[frozenset[UUID], ...]


class EntryNotFound(NotFound):
    """No such entry in the history of this workspace."""

    slug = "history-entry-not-found"
    title = "Nothing of that number happened here"


class DecidedOtherwise(Conflict):
    """An earlier word stands against this one; `override` takes it back."""

    slug = "decided-otherwise"
    title = "It was decided that these are different people"


class NothingToUndo(Conflict):
    """An entry that was undone, or that nothing can be done about."""

    slug = "nothing-to-undo"
    title = "There is nothing to undo"


class FieldUnknown(BadRequest):
    """A field that golden records do not have one value of."""

    slug = "field-unknown"
    title = "A contact has no such field"


class SourcesNotHere(BadRequest):
    """Sources that are not there, or not of this golden record."""

    slug = "sources-not-here"
    title = "These sources are not of this contact"


async def decide(
    conn: AsyncConnection,
    workspace_id: UUID,
    spoken: Sequence[tuple[Verdict, Sides]],
    *,
    by: UUID | None,
    withdrawing: Collection[int] = (),
    dry_run: bool = False,
    undoes: int | None = None,
) -> Outcome:
    """Take a person's word, or several, that groups of records are the same person, or are not.

    Words that contradict each other stand beside each other, and *different* counts; those of `withdrawing` are taken
    back at the same time.
    """
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    first = workspace.decisions + 1
    decisions = tuple(
        Decision(number=number, verdict=verdict, sides=sides) for number, (verdict, sides) in enumerate(spoken, first)
    )
    verdict = spoken[0][0] if len({verdict for verdict, _ in spoken}) == 1 else None
    cause = Cause(by=by, verdict=verdict, made=first if len(spoken) == 1 else None, undoes=undoes)
    word = Word(workspace_id=workspace_id, decisions=decisions, withdrawn=frozenset(withdrawing), cause=cause)
    named = {member for decision in decisions for side in decision.sides for member in side}
    return await _speak(conn, workspace, word, named, dry_run=dry_run)


async def say(
    conn: AsyncConnection,
    workspace_id: UUID,
    spoken: Sequence[tuple[Verdict, Sides]],
    *,
    by: UUID | None,
    override: bool = False,
    dry_run: bool = False,
    undoes: int | None = None,
) -> Outcome:
    """Decide, where no earlier word stands against it.

    Raises `DecidedOtherwise` where *same* has an earlier *different* against it, unless `override` withdraws that.
    """
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    against = await _against(conn, workspace, spoken)
    if against and not override:
        raise DecidedOtherwise(f"decisions {', '.join(map(str, sorted(against)))}", decisions=sorted(against))
    return await decide(conn, workspace_id, spoken, by=by, withdrawing=against, dry_run=dry_run, undoes=undoes)


async def _against(conn: AsyncConnection, workspace: Workspace, spoken: Iterable[tuple[Verdict, Sides]]) -> set[int]:
    """Number the decisions in force that say of two whom these hold for the same that they are not."""
    same = [frozenset[UUID]().union(*sides) for verdict, sides in spoken if verdict == "same"]
    names = [SourceName(workspace.workspace_id, member) for everybody in same for member in everybody]
    if not names or not workspace.decisions:
        return set()
    known = (await decision_queries.load_decisions(conn, names)).get(workspace.workspace_id, ())
    return {
        other.number
        for other in known
        if other.verdict == "different"
        and any(sum(not side.isdisjoint(everybody) for side in other.sides) > 1 for everybody in same)
    }


async def withdraw(
    conn: AsyncConnection,
    workspace_id: UUID,
    numbers: Collection[int],
    *,
    by: UUID | None,
    dry_run: bool = False,
    undoes: int | None = None,
) -> Outcome:
    """Take decisions and pins back, as if they had never been. Does nothing of those that were taken back before."""
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    said = {number: await decision_queries.find_said(conn, workspace_id, number) for number in numbers}
    there = {number: each.spoken for number, each in said.items() if each and each.in_force}
    pins = [spoken for spoken in there.values() if isinstance(spoken, Pin)]
    named = {pin.source_id for pin in pins}
    for spoken in there.values():
        if isinstance(spoken, Decision):
            named.update(*spoken.sides)
    cause = Cause(
        by=by,
        withdrew=next(iter(there)) if len(there) == 1 else None,
        undoes=undoes,
        field=pins[0].field if pins else None,
        value=pins[0].value if pins else None,
    )
    word = Word(
        workspace_id=workspace_id,
        withdrawn=frozenset(there),
        moved=frozenset(pin.source_id for pin in pins),
        cause=cause,
    )
    return await _speak(conn, workspace, word, named, dry_run=dry_run)


async def pin_value(
    conn: AsyncConnection,
    workspace_id: UUID,
    id_: UUID,
    field: str,
    value: str,
    *,
    by: UUID | None,
    undoes: int | None = None,
) -> Outcome:
    """Have a golden record show a value. Raises `ContactNotFound`, `FieldUnknown`."""
    if field not in golden.FIELDS:
        raise FieldUnknown(field, fields=golden.FIELDS)
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    golden_id, _ = await reading.members_of(conn, workspace_id, id_)
    pin = Pin(number=workspace.decisions + 1, source_id=golden_id, field=field, value=value)
    cause = Cause(by=by, made=pin.number, undoes=undoes, field=field, value=value)
    word = Word(workspace_id=workspace_id, pins=(pin,), moved=frozenset((golden_id,)), cause=cause)
    return await _speak(conn, workspace, word, {golden_id}, dry_run=False)


async def unpin_value(conn: AsyncConnection, workspace_id: UUID, id_: UUID, field: str, *, by: UUID | None) -> Outcome:
    """Have a golden record show again what its sources say. Raises `ContactNotFound`."""
    await queries.lock_workspaces(conn, {workspace_id})
    _, members = await reading.members_of(conn, workspace_id, id_)
    names = [SourceName(workspace_id, member.source_id) for member in members]
    pins = [pin for _, pin in await decision_queries.load_pins(conn, names) if pin.field == field]
    return await withdraw(conn, workspace_id, [pin.number for pin in pins], by=by)


async def merge(
    conn: AsyncConnection,
    workspace_id: UUID,
    ids: Sequence[UUID],
    *,
    by: UUID | None,
    override: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Take a person's word that golden records are one person. Raises `ContactNotFound`, `DecidedOtherwise`."""
    await queries.lock_workspaces(conn, {workspace_id})
    groups = {}
    for id_ in ids:
        golden_id, members = await reading.members_of(conn, workspace_id, id_)
        groups[golden_id] = frozenset(member.source_id for member in members)
    if len(groups) < 2:
        raise BadRequest("these ids lead to one contact already")
    sides = tuple(groups.values())
    return await say(conn, workspace_id, [("same", sides)], by=by, override=override, dry_run=dry_run)


async def split(
    conn: AsyncConnection,
    workspace_id: UUID,
    id_: UUID,
    sources: Collection[SourceKey],
    *,
    by: UUID | None,
    dry_run: bool = False,
) -> Outcome:
    """Take a person's word that some sources of a golden record are another person than the rest.

    Raises `ContactNotFound`, `SourcesNotHere`.
    """
    await queries.lock_workspaces(conn, {workspace_id})
    _, members = await reading.members_of(conn, workspace_id, id_)
    asked = {(source.connection_id, source.provider_id) for source in sources}
    off = frozenset(m.source_id for m in members if (m.connection_id, m.provider_id) in asked)
    rest = frozenset(m.source_id for m in members) - off
    if len(off) != len(asked) or not rest:
        raise SourcesNotHere
    return await decide(conn, workspace_id, [("different", (off, rest))], by=by, dry_run=dry_run)


async def decide_between(
    conn: AsyncConnection, workspace_id: UUID, wishes: DecisionWishes, *, by: UUID | None
) -> Outcome:
    """Take a person's word on groups of source records. Raises `SourcesNotHere`, `DecidedOtherwise`."""
    await queries.lock_workspaces(conn, {workspace_id})
    keys = {key for wish in wishes.decisions for key in (*wish.left, *wish.right)}
    ids = await reading_queries.find_sources(conn, workspace_id, keys)
    if len(ids) < len(keys):
        raise SourcesNotHere
    spoken: list[tuple[Verdict, Sides]] = []
    for wish in wishes.decisions:
        sides = tuple(frozenset(ids[key] for key in side) for side in (wish.left, wish.right))
        if sides[0] & sides[1]:
            raise BadRequest("a source is on both sides")
        spoken.append((wish.verdict, sides))
    return await say(conn, workspace_id, spoken, by=by, override=wishes.override, dry_run=wishes.dry_run)


async def undo(
    conn: AsyncConnection, workspace_id: UUID, number: int, *, by: UUID | None, dry_run: bool = False
) -> Outcome:
    """Undo an entry of the history, whatever came after it.

    What a person decided is withdrawn, and what was withdrawn holds again; of what a rule joined, the sides are
    different people from now on, and of what it parted, the same. Raises `EntryNotFound`, `NothingToUndo`.
    """
    await queries.lock_workspaces(conn, {workspace_id})
    stored = await history_queries.find_entry(conn, workspace_id, number)
    if stored is None:
        raise EntryNotFound(f"entry {number}")
    if stored.undone_by is not None:
        raise NothingToUndo(f"entry {stored.undone_by} undid it")
    cause = stored.entry.cause
    if cause is None:
        verdict: Verdict = "different" if stored.entry.kind == "joined" else "same"
        sides = tuple(frozenset(side.members) for side in stored.entry.sides)
        return await say(conn, workspace_id, [(verdict, sides)], by=by, override=True, dry_run=dry_run, undoes=number)
    if cause.made is not None:
        return await withdraw(conn, workspace_id, [cause.made], by=by, dry_run=dry_run, undoes=number)
    said = await decision_queries.find_said(conn, workspace_id, cause.withdrew) if cause.withdrew else None
    if said is None:
        raise NothingToUndo("those whom it concerned were erased, or it was one of many")
    if isinstance(said.spoken, Pin):
        pin = said.spoken
        return await pin_value(conn, workspace_id, pin.source_id, pin.field, pin.value, by=by, undoes=number)
    spoken = [(said.spoken.verdict, said.spoken.sides)]
    return await say(conn, workspace_id, spoken, by=by, override=True, dry_run=dry_run, undoes=number)


UNDONE_AT_ONCE = 200


async def undo_since(
    conn: AsyncConnection, workspace_id: UUID, since: datetime, *, by: UUID | None, dry_run: bool = False
) -> tuple[Outcome, bool]:
    """Undo what rules joined since then, the latest first, so many at once; tell whether there is more."""
    await queries.lock_workspaces(conn, {workspace_id})
    entries = await history_queries.list_joined_by_rule(
        conn, workspace_id, since=since, before=history_queries.LAST, at_most=UNDONE_AT_ONCE + 1
    )
    some = entries[:UNDONE_AT_ONCE]
    if not some:
        return Outcome(contacts=(), gone=(), entries=(), dry_run=dry_run), False
    spoken: list[tuple[Verdict, Sides]] = [
        ("different", tuple(frozenset(side.members) for side in stored.entry.sides)) for stored in some
    ]
    outcome = await decide(conn, workspace_id, spoken, by=by, dry_run=dry_run)
    return outcome, len(entries) > len(some)


# What follows from a word -----------------------------------------------------------------------------------------


async def _speak(
    conn: AsyncConnection, workspace: Workspace, word: Word, named: Collection[UUID], *, dry_run: bool
) -> Outcome:
    workspace_id = workspace.workspace_id
    locked = {workspace_id: msgspec.structs.replace(workspace, decisions=workspace.decisions + 1)}
    sources = [SourceName(workspace_id, source_id) for source_id in named]
    before = {known.record.source_id: known for known in await queries.load_neighbourhood(conn, sources=sources)}
    records = {source_id: known.record for source_id, known in before.items()}
    case = await reasons.gather(conn, locked, before, records, word)
    settled = operations.consider(case, locked)
    (changes,) = settled or [Changes(workspace_id)]
    changes.entries = changes.entries or _without_effect(case, word, named)
    if not dry_run:
        foresight.remember(locked, case.before, case.records, ())
        await decision_queries.save_word(
            conn,
            workspace_id,
            decisions=word.decisions,
            pins=word.pins,
            withdrawn=word.withdrawn,
            decided_by=word.cause.by,
        )
        await queries.stamp_workspaces(conn, locked)
        await queries.save_changes(conn, settled, locked)
        await suggesting.ask_anew(conn, workspace, changes.questions)
        publish(conn, changes.events)
        log.info("word_taken", workspace_id=str(workspace_id), entries=len(changes.entries))
    first = 0 if dry_run else workspace.entries + 1
    return await _outcome(conn, case, changes, first, dry_run=dry_run)


def _without_effect(case: Case, word: Word, named: Collection[UUID]) -> list[Entry]:
    """Tell of a word that left everybody in their groups: who decides should find it in the history all the same."""
    golden_of = {id_: known.line.golden_id for id_, known in case.before.items()}
    if word.cause.field:
        kind: HistoryKind = "pinned" if word.pins else "unpinned"
        ids = sorted({golden_of[id_] for id_ in named if id_ in golden_of})
        return [
            Entry(kind=kind, golden_id=id_, sides=(Side(id_, _members(golden_of, id_)),), cause=word.cause)
            for id_ in ids
        ]
    entries = []
    for decision in word.decisions:
        sides = [tuple(sorted(side & golden_of.keys())) for side in decision.sides]
        told = tuple(Side(golden_of[side[0]], side) for side in sides if side)
        if len(told) > 1:
            entries.append(Entry(kind="decided", golden_id=told[0].golden_id, sides=told, cause=word.cause))
    return entries


def _members(golden_of: dict[UUID, UUID], golden_id: UUID) -> tuple[UUID, ...]:
    return tuple(sorted(id_ for id_, where in golden_of.items() if where == golden_id))


async def _outcome(conn: AsyncConnection, case: Case, changes: Changes, first: int, *, dry_run: bool) -> Outcome:
    """Show what changes."""
    named = {member for entry in changes.entries for side in entry.sides for member in side.members}
    names = await reading_queries.list_names(conn, changes.workspace_id, named | case.records.keys())
    members: dict[UUID, list[UUID]] = {}
    for group in changes.groups:
        members[group.golden_id] = list(group.members)
    rows = {row.golden_id: row for row in (*changes.made, *changes.changed)}
    now = datetime.now(UTC)
    stored = [StoredEntry(first + place if first else 0, now, entry) for place, entry in enumerate(changes.entries)]
    return Outcome(
        contacts=tuple(
            ResultingContact(
                id=row.golden_id,
                **{field: getattr(row, field) for field in golden.LISTED},
                sources=tuple(names[member] for member in members.get(row.golden_id, ()) if member in names),
            )
            for row in rows.values()
        ),
        gone=tuple(changes.dropped),
        entries=tuple(reading.history_view(each, names) for each in stored),
        dry_run=dry_run,
    )
