"""What people decide: who is the same person, who is not, which value is shown; and taking it back.

A word is weighed before it is written: the same computation, given the word beside what is in force, tells what would
follow. With a dry run that is all.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, count
from uuid import UUID

import msgspec
import structlog
from contracts.contacts import is_dialled
from contracts.decisions import DecisionWishes, Outcome, ResultingContact, SourceKey
from contracts.golden_records import HistoryKind, Verdict
from servicekit.errors import BadRequest, Conflict
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading, reading_queries
from identity.normalise.emails import mailbox
from identity.path import foresight, operations, reasons, suggesting
from identity.path.reasons import Case, Word
from identity.resolution import golden
from identity.resolution.changes import Cause, Changes, Entry, Side
from identity.resolution.golden import Pin
from identity.resolution.matching import Decision
from identity.resolution.records import SourceRecord
from identity.store import decision_queries, history_queries, queries, saving_queries
from identity.store.history_queries import StoredEntry
from identity.store.queries import SourceName, Workspace

log = structlog.get_logger()

Sides = tuple[frozenset[UUID], ...]
Spoken = tuple[Verdict, Sides]


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says at once: decisions, values that are pinned to records, and earlier words taken back."""

    spoken: tuple[Spoken, ...] = ()
    pinned: tuple[tuple[UUID, str, str], ...] = ()
    """The record a pin hangs on, the field, the value."""
    withdrawn: tuple[Decision | Pin, ...] = ()
    undoes: tuple[int, ...] = ()
    """The entries of the history that this undoes."""


class DecidedOtherwise(Conflict):
    """An earlier word stands against this one; `override` takes it back."""

    slug = "decided-otherwise"
    title = "It was decided that these are different people"


class ContactsChanged(Conflict):
    """Golden records have other sources than whoever decided was shown."""

    slug = "contacts-changed"
    title = "These contacts are others than those that were shown; nothing was done"


class FieldUnknown(BadRequest):
    """A field that golden records do not have one value of."""

    slug = "field-unknown"
    title = "A contact has no such field"


class ValueUnfit(BadRequest):
    """A value that is none of its field's."""

    slug = "value-unfit"
    title = "This value does not fit"


class SourcesNotHere(BadRequest):
    """Sources that are not there, or not of this golden record."""

    slug = "sources-not-here"
    title = "These sources are not of this contact"


async def decide(
    conn: AsyncConnection,
    workspace_id: UUID,
    spoken: Sequence[Spoken],
    *,
    by: UUID | None,
    dry_run: bool = False,
) -> Outcome:
    """Take a person's word, or several, that groups of records are the same person, or are not.

    Words that contradict each other stand beside each other, and *different* counts.
    """
    return await speak(conn, workspace_id, Speech(spoken=tuple(spoken)), by=by, dry_run=dry_run)


async def say(
    conn: AsyncConnection,
    workspace_id: UUID,
    spoken: Sequence[Spoken],
    *,
    by: UUID | None,
    override: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Decide, where no earlier word stands against it.

    Raises `DecidedOtherwise` where *same* has an earlier *different* against it, unless `override` withdraws that.
    """
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    against = await list_against(conn, workspace, spoken)
    if against and not override:
        numbers = sorted(decision.number for decision in against)
        raise DecidedOtherwise(f"decisions {', '.join(map(str, numbers))}", decisions=numbers)
    speech = Speech(spoken=tuple(spoken), withdrawn=tuple(against))
    return await speak(conn, workspace_id, speech, by=by, dry_run=dry_run)


async def list_against(conn: AsyncConnection, workspace: Workspace, spoken: Iterable[Spoken]) -> list[Decision]:
    """List the decisions in force that say of two whom these hold for the same that they are not."""
    same = [frozenset[UUID]().union(*sides) for verdict, sides in spoken if verdict == "same"]
    names = [SourceName(workspace.workspace_id, member) for everybody in same for member in everybody]
    if not names or not workspace.decisions:
        return []
    known = (await decision_queries.load_decisions(conn, names)).get(workspace.workspace_id, ())
    return [
        other
        for other in known
        if other.verdict == "different"
        and any(sum(not side.isdisjoint(everybody) for side in other.sides) > 1 for everybody in same)
    ]


async def withdraw(
    conn: AsyncConnection, workspace_id: UUID, numbers: Collection[int], *, by: UUID | None, dry_run: bool = False
) -> Outcome:
    """Take decisions and pins back, as if they had never been. Does nothing of those that were taken back before."""
    await queries.lock_workspaces(conn, {workspace_id})
    said = await decision_queries.find_said(conn, workspace_id, numbers)
    withdrawn = tuple(each.spoken for each in said if each.in_force)
    return await speak(conn, workspace_id, Speech(withdrawn=withdrawn), by=by, dry_run=dry_run)


async def pin_value(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID, field: str, value: str, *, by: UUID | None
) -> Outcome:
    """Have a golden record show a value. Raises `ContactNotFound`, `FieldUnknown`, `ValueUnfit`."""
    if field not in golden.FIELDS:
        raise FieldUnknown(field, fields=golden.FIELDS)
    if field == "phone" and not is_dialled(value):
        raise ValueUnfit("This is no phone number.")
    if field == "email" and mailbox(value) is None:
        raise ValueUnfit("This is no email address.")
    await queries.lock_workspaces(conn, {workspace_id})
    golden_id, _ = await reading.members_of(conn, workspace_id, id_)
    return await speak(conn, workspace_id, Speech(pinned=((golden_id, field, value),)), by=by)


async def unpin_value(conn: AsyncConnection, workspace_id: UUID, id_: UUID, field: str, *, by: UUID | None) -> Outcome:
    """Have a golden record show again what its sources say. Raises `ContactNotFound`."""
    await queries.lock_workspaces(conn, {workspace_id})
    _, members = await reading.members_of(conn, workspace_id, id_)
    names = [SourceName(workspace_id, member.source_id) for member in members]
    pins = tuple(pin for _, pin in await decision_queries.load_pins(conn, names) if pin.field == field)
    return await speak(conn, workspace_id, Speech(withdrawn=pins), by=by)


async def merge(
    conn: AsyncConnection,
    workspace_id: UUID,
    ids: Sequence[UUID],
    *,
    by: UUID | None,
    expected: Collection[SourceKey] | None = None,
    override: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Take a person's word that golden records are one person.

    Raises `ContactNotFound`, `ContactsChanged`, `DecidedOtherwise`.
    """
    await queries.lock_workspaces(conn, {workspace_id})
    groups = {}
    for id_ in ids:
        golden_id, members = await reading.members_of(conn, workspace_id, id_)
        groups[golden_id] = members
    if len(groups) < 2:
        raise BadRequest("these ids lead to one contact already")
    _check_expected(expected, chain.from_iterable(groups.values()))
    sides = tuple(frozenset(member.source_id for member in members) for members in groups.values())
    return await say(conn, workspace_id, [("same", sides)], by=by, override=override, dry_run=dry_run)


async def split(
    conn: AsyncConnection,
    workspace_id: UUID,
    id_: UUID,
    sources: Collection[SourceKey],
    *,
    by: UUID | None,
    expected: Collection[SourceKey] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Take a person's word that some sources of a golden record are another person than the rest.

    Raises `ContactNotFound`, `ContactsChanged`, `SourcesNotHere`.
    """
    await queries.lock_workspaces(conn, {workspace_id})
    _, members = await reading.members_of(conn, workspace_id, id_)
    _check_expected(expected, members)
    asked = {(source.connection_id, source.provider_id) for source in sources}
    off = frozenset(m.source_id for m in members if (m.connection_id, m.provider_id) in asked)
    rest = frozenset(m.source_id for m in members) - off
    if len(off) != len(asked) or not rest:
        raise SourcesNotHere
    return await decide(conn, workspace_id, [("different", (off, rest))], by=by, dry_run=dry_run)


def _check_expected(expected: Collection[SourceKey] | None, members: Iterable[SourceRecord]) -> None:
    shown = (each for each in members if not each.gone)
    found = {SourceKey(connection_id=each.connection_id, provider_id=each.provider_id) for each in shown}
    if expected is not None and set(expected) != found:
        raise ContactsChanged


async def decide_between(
    conn: AsyncConnection, workspace_id: UUID, wishes: DecisionWishes, *, by: UUID | None
) -> Outcome:
    """Take a person's word on groups of source records. Raises `SourcesNotHere`, `DecidedOtherwise`."""
    await queries.lock_workspaces(conn, {workspace_id})
    keys = {key for wish in wishes.decisions for key in (*wish.left, *wish.right)}
    ids = await reading_queries.find_sources(conn, workspace_id, keys)
    if len(ids) < len(keys):
        raise SourcesNotHere
    spoken: list[Spoken] = []
    for wish in wishes.decisions:
        sides = tuple(frozenset(ids[key] for key in side) for side in (wish.left, wish.right))
        if sides[0] & sides[1]:
            raise BadRequest("a source is on both sides")
        spoken.append((wish.verdict, sides))
    return await say(conn, workspace_id, spoken, by=by, override=wishes.override, dry_run=wishes.dry_run)


# What follows from a word -----------------------------------------------------------------------------------------


async def speak(
    conn: AsyncConnection, workspace_id: UUID, speech: Speech, *, by: UUID | None, dry_run: bool = False
) -> Outcome:
    """Let what a person says hold from now on, all of it at once; with `dry_run`, tell what would follow."""
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    word = _word(workspace, speech, by)
    locked = {workspace_id: msgspec.structs.replace(workspace, decisions=workspace.decisions + 1)}
    sources = [SourceName(workspace_id, source_id) for source_id in _named(word, speech)]
    before = {known.record.source_id: known for known in await queries.load_neighbourhood(conn, sources=sources)}
    records = {source_id: known.record for source_id, known in before.items()}
    case = await reasons.gather(conn, locked, before, records, word)
    settled = operations.consider(case, locked)
    (changes,) = settled or [Changes(workspace_id)]
    changes.entries = [
        _with_cause(entry, word, speech) for entry in changes.entries or _without_effect(case, word, speech)
    ]
    if not dry_run:
        foresight.remember(locked, case.before, case.records, ())
        await decision_queries.save_word(
            conn,
            workspace_id,
            decisions=word.decisions,
            pins=word.pins,
            withdrawn=word.withdrawn,
            decided_by=by,
        )
        await queries.stamp_workspaces(conn, locked)
        await saving_queries.save_changes(conn, settled, locked)
        if speech.undoes:
            await history_queries.mark_undone(conn, workspace_id, speech.undoes, by=workspace.entries + 1)
        await suggesting.ask_anew(conn, workspace, changes.questions)
        publish(conn, changes.events)
        log.info("word_taken", workspace_id=str(workspace_id), entries=len(changes.entries))
    first = 0 if dry_run else workspace.entries + 1
    return await _outcome(conn, case, changes, first, dry_run=dry_run)


def _word(workspace: Workspace, speech: Speech, by: UUID | None) -> Word:
    """Number what is said on from the last word of the workspace."""
    numbers = count(workspace.decisions + 1)
    decisions = tuple(Decision(number=next(numbers), verdict=verdict, sides=sides) for verdict, sides in speech.spoken)
    pins = tuple(
        Pin(number=next(numbers), source_id=source_id, field=field, value=value)
        for source_id, field, value in speech.pinned
    )
    moved = [*pins, *(spoken for spoken in speech.withdrawn if isinstance(spoken, Pin))]
    return Word(
        workspace_id=workspace.workspace_id,
        decisions=decisions,
        pins=pins,
        withdrawn=frozenset(spoken.number for spoken in speech.withdrawn),
        moved=frozenset(pin.source_id for pin in moved),
        cause=Cause(by=by),
    )


def _named(word: Word, speech: Speech) -> set[UUID]:
    named = set(word.moved)
    for spoken in (*word.decisions, *speech.withdrawn):
        if isinstance(spoken, Decision):
            named.update(*spoken.sides)
    return named


def _with_cause(entry: Entry, word: Word, speech: Speech) -> Entry:
    """Say of an entry which of the words it follows from: those that speak of several of its sides, if any do."""
    decisions = [each for each in word.decisions if _speaks_of(each, entry)] or word.decisions
    taken_back = [each for each in speech.withdrawn if isinstance(each, Decision)]
    taken_back = [each for each in taken_back if _speaks_of(each, entry)] or taken_back
    pins = [pin for pin in speech.withdrawn if isinstance(pin, Pin)]
    verdicts = {decision.verdict for decision in decisions}
    shown = next(iter((*word.pins, *pins)), None)
    cause = Cause(
        by=word.cause.by,
        verdict=verdicts.pop() if len(verdicts) == 1 else None,
        made=(*(each.number for each in decisions), *(pin.number for pin in word.pins)),
        withdrew=(*(each.number for each in taken_back), *(pin.number for pin in pins)),
        undoes=speech.undoes,
        field=shown.field if shown else None,
        value=shown.value if shown else None,
    )
    return msgspec.structs.replace(entry, cause=cause)


def _speaks_of(decision: Decision, entry: Entry) -> bool:
    """Whether a decision names records of more than one side of an entry."""
    named = frozenset[UUID]().union(*decision.sides)
    return sum(not named.isdisjoint(side.members) for side in entry.sides) > 1


def _without_effect(case: Case, word: Word, speech: Speech) -> list[Entry]:
    """Tell of a word that left everybody in their groups: who decides should find it in the history all the same."""
    golden_of = {id_: known.line.golden_id for id_, known in case.before.items()}
    kind: HistoryKind = "pinned" if word.pins else "unpinned"
    ids = sorted({golden_of[id_] for id_ in word.moved if id_ in golden_of})
    entries = [Entry(kind=kind, golden_id=id_, sides=(Side(id_, _members(golden_of, id_)),)) for id_ in ids]
    for decision in (*word.decisions, *speech.withdrawn):
        if isinstance(decision, Decision):
            sides = [tuple(sorted(side & golden_of.keys())) for side in decision.sides]
            told = tuple(Side(golden_of[side[0]], side) for side in sides if side)
            if len(told) > 1:
                entries.append(Entry(kind="decided", golden_id=told[0].golden_id, sides=told))
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
