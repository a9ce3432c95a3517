"""The review queue: what people are asked, shown with both sides and what would come of it, and put off."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

import msgspec
from contracts.explanations import EdgeView
from contracts.pages import ItemPage
from contracts.suggestions import MergePreview, PutOffAnswer, SuggestionCount, SuggestionSide, SuggestionView
from servicekit.errors import NotFound
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading_queries
from identity.contacts.reading import summary_of
from identity.cursors import Cursors
from identity.explain import evidence, wording
from identity.explain.evidence import Names
from identity.normalise import Form, form_of
from identity.path import suggesting
from identity.resolution import golden
from identity.resolution.golden import GoldenRow, Pins
from identity.resolution.matching import ALIKE
from identity.resolution.records import SourceRecord
from identity.resolution.suggestions import Suggestion
from identity.rules.ruleset import Rules
from identity.store import decision_queries, queries, rules_queries, suggestion_queries, weighing_queries
from identity.store.queries import SourceName
from identity.weights import weighing

COUNTED_AT_MOST = 10_000


class SuggestionNotFound(NotFound):
    """No such question, or it is asked no longer: who is who has changed, or somebody said."""

    slug = "suggestion-not-found"
    title = "Suggestion not found"


class QueuePlace(msgspec.Struct, frozen=True, array_like=True):
    """Where the queue goes on."""

    strength: int
    suggestion_id: UUID


class Queue(msgspec.Struct, frozen=True):
    """What is needed to show some questions."""

    members: Mapping[UUID, Sequence[SourceRecord]]
    names: Names
    forms: Mapping[UUID, Form]
    shared: frozenset[str]
    rules: Rules
    pins: Pins
    rows: Mapping[UUID, tuple[GoldenRow, datetime | None]]


async def list_suggestions(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    min_strength: int | None,
    put_off: bool,
    cursors: Cursors,
    cursor: str | None,
    limit: int,
) -> ItemPage[SuggestionView]:
    """List the questions that wait, or those put off, the strongest first. Raises `CursorInvalid`."""
    place = cursors.read(cursor, QueuePlace, workspace_id) if cursor else None
    asked = await suggestion_queries.list_questions(
        conn,
        workspace_id,
        now=datetime.now(UTC),
        min_strength=min_strength,
        put_off=put_off,
        after=(place.strength, place.suggestion_id) if place else None,
        at_most=limit + 1,
    )
    shown = asked[:limit]
    queue = await _load(conn, workspace_id, [each for each, _ in shown])
    last = shown[-1][0] if len(asked) > limit else None
    return ItemPage(
        items=[_show(queue, each, until) for each, until in shown if _stands(queue, each)],
        next_cursor=cursors.write(QueuePlace(last.strength, last.suggestion_id), workspace_id) if last else None,
    )


async def get_suggestion(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> SuggestionView:
    """Show one question, also one put off. Raises `SuggestionNotFound`."""
    found = await suggestion_queries.find_question(conn, workspace_id, id_)
    if found is None:
        raise SuggestionNotFound
    asked, until = found
    queue = await _load(conn, workspace_id, [asked])
    if not _stands(queue, asked):
        raise SuggestionNotFound
    return _show(queue, asked, until)


async def _load(conn: AsyncConnection, workspace_id: UUID, asked: Sequence[Suggestion]) -> Queue:
    rules = await rules_queries.current_rules(conn, workspace_id)
    members = await reading_queries.list_members(
        conn, workspace_id, {id_ for each in asked for id_ in (each.older_id, each.younger_id)}
    )
    records = {record.source_id: record for some in members.values() for record in some}
    names = {id_: evidence.name_of(one) for id_, one in records.items()}
    ends = {end for each in asked for end in (each.left_id, each.right_id)}
    weighed = await weighing_queries.load_weighed(conn, workspace_id, ends)
    forms = {
        end: weighed[end].form if end in weighed else form_of(records[end].contact, rules.region)
        for end in ends & records.keys()
    }
    shared = await weighing.load_shared_telephones(conn, workspace_id, forms, rules)
    pins = await decision_queries.pins_on(conn, [SourceName(workspace_id, id_) for id_ in records])
    rows = await reading_queries.list_golden(conn, workspace_id, list(members))
    return Queue(members, names, forms, shared, rules, pins, {row.golden_id: (row, last) for row, last in rows})


def _stands(queue: Queue, asked: Suggestion) -> bool:
    """Whether a question is what it was when it was read: who is who may change between two statements."""
    ends = (asked.older_id, asked.left_id), (asked.younger_id, asked.right_id)
    return all(
        golden_id in queue.rows
        and any(member.source_id == source_id and not member.gone for member in queue.members[golden_id])
        for golden_id, source_id in ends
    )


def _show(queue: Queue, asked: Suggestion, until: datetime | None) -> SuggestionView:
    reason = _reason(queue, asked)
    return SuggestionView(
        id=asked.suggestion_id,
        strength=asked.strength,
        sentence=reason.sentence,
        sides=(_side(queue, asked.older_id, asked.left_id), _side(queue, asked.younger_id, asked.right_id)),
        reason=reason,
        preview=_preview(queue, asked.older_id, asked.younger_id),
        version=version_of(*(_ids(queue.members[id_]) for id_ in (asked.older_id, asked.younger_id))),
        put_off_until=until,
    )


def version_of(older: Collection[UUID], younger: Collection[UUID]) -> str:
    """Name what a question stands for: it is another as soon as anybody joins or leaves either side."""
    sides = b"|".join(b"".join(id_.bytes for id_ in sorted(side)) for side in (older, younger))
    return blake2b(sides, digest_size=12).hexdigest()


def _ids(members: Iterable[SourceRecord]) -> set[UUID]:
    return {member.source_id for member in members}


def _reason(queue: Queue, asked: Suggestion) -> EdgeView:
    """Show why it is asked: what two records have in common, and what kept it or a key from joining them."""
    ends = asked.left_id, asked.right_id
    weighed = evidence.pair_edge(queue.names, ends, queue.forms, queue.rules, joined=False, shared=queue.shared)
    weak = asked.rule == ALIKE
    if weak and weighed.guards:
        return weighed
    if weak and asked.strength < queue.rules.join:
        return weighed
    sides = (queue.members[asked.older_id], queue.members[asked.younger_id])
    kind = evidence.why_refused(*sides, queue.rules, weak=weak)
    guard = evidence.refusal(kind, weighed.records, queue.rules, value=asked.value or None)
    if weak:
        return msgspec.structs.replace(weighed, guards=(guard,))
    return msgspec.structs.replace(
        weighed,
        rule=asked.rule,
        value=asked.value,
        strength=asked.strength,
        sentence=f"{wording.same_key(asked.value)}, but {guard.sentence}",
        guards=(guard,),
    )


def _side(queue: Queue, golden_id: UUID, source_id: UUID) -> SuggestionSide:
    members = sorted(queue.members[golden_id], key=lambda member: member.source_id)
    row, last_interaction_at = queue.rows[golden_id]
    return SuggestionSide(
        contact=summary_of(row, golden.newest_first(members), last_interaction_at, needs_review=True),
        record=queue.names[source_id],
        members=tuple(queue.names[member.source_id] for member in members[: evidence.RECORDS_NAMED]),
        left_off=max(len(members) - evidence.RECORDS_NAMED, 0),
    )


def _preview(queue: Queue, golden_id: UUID, other_id: UUID) -> MergePreview:
    """Show the golden record that the members of both would be."""
    members = [*queue.members[golden_id], *queue.members[other_id]]
    living = golden.newest_first(members)
    pinned = golden.pinned_of([member.source_id for member in members], queue.pins)
    lineage = golden.lineage(living, pinned, queue.rules.survivorship)
    return MergePreview(
        id=golden_id,
        fields={field: told.chosen.value for field, told in lineage.items()},
        emails=golden.all_emails(living),
        phones=golden.all_phones(living),
    )


async def count_suggestions(conn: AsyncConnection, workspace_id: UUID, *, min_strength: int | None) -> SuggestionCount:
    """Count the questions that wait; beyond a limit it is only told that there are more."""
    counted = await suggestion_queries.count_questions(
        conn, workspace_id, now=datetime.now(UTC), min_strength=min_strength, at_most=COUNTED_AT_MOST + 1
    )
    return SuggestionCount(count=min(counted, COUNTED_AT_MOST), is_exact=counted <= COUNTED_AT_MOST)


async def count_of_contacts(conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]) -> dict[UUID, int]:
    """Tell for each of these golden records in how many questions that wait it is, where in any."""
    return await suggestion_queries.count_of_each(conn, workspace_id, golden_ids, now=datetime.now(UTC))


async def put_off(
    conn: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID], *, days: int, put_off_by: UUID | None
) -> PutOffAnswer:
    """Ask these questions later, or as soon as there is other evidence."""
    return await _put_off(conn, workspace_id, ids, datetime.now(UTC) + timedelta(days=days), put_off_by)


async def ask_again(conn: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID]) -> PutOffAnswer:
    """Ask questions that were put off."""
    return await _put_off(conn, workspace_id, ids, None, None)


async def _put_off(
    conn: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID], until: datetime | None, put_off_by: UUID | None
) -> PutOffAnswer:
    await queries.lock_workspaces(conn, {workspace_id})
    found = await suggestion_queries.put_off(conn, workspace_id, ids, until=until, put_off_by=put_off_by)
    named = await suggestion_queries.find_questions(conn, workspace_id, found)
    await suggesting.tell(conn, workspace_id, named.values())
    return PutOffAnswer(
        ids=tuple(id_ for id_ in ids if id_ in found),
        missing=tuple(id_ for id_ in ids if id_ not in found),
        put_off_until=until,
    )


async def put_off_one(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, days: int, put_off_by: UUID | None
) -> PutOffAnswer:
    """Ask a question later. Raises `SuggestionNotFound`."""
    return _found(await put_off(conn, workspace_id, [id_], days=days, put_off_by=put_off_by))


async def ask_one_again(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> PutOffAnswer:
    """Ask a question that was put off. Raises `SuggestionNotFound`."""
    return _found(await ask_again(conn, workspace_id, [id_]))


def _found(answer: PutOffAnswer) -> PutOffAnswer:
    if answer.missing:
        raise SuggestionNotFound
    return answer
