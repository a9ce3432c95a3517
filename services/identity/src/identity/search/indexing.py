"""Keeping the search index: documents, tokens and spellings follow the golden records, set by set.

An event only names what to look at. What is written is read after the index was locked, from the records as they are
then, so neither the order of events nor their lanes matter, and one that comes twice changes nothing.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import structlog
from contracts.golden_records import (
    GoldenRecordAsked,
    GoldenRecordChanged,
    GoldenRecordGone,
    GoldenRecordMerged,
    GoldenRecordSplit,
    TimelineChanged,
)
from servicekit.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.resolution import golden
from identity.resolution.golden import UNPINNED
from identity.search import indexing_queries, spelling_queries
from identity.search.documents import document_of, mark_of, values_in
from identity.search.indexing_queries import GoldenName, RecordName, Shown, TokenName
from identity.search.spelling_queries import Word
from identity.search.words import is_spelled
from identity.store import decision_queries, rules_queries
from identity.store.queries import SourceName

log = structlog.get_logger()

SLICE = 1_000
FOUND_BY = ("city", "country", "owner")
"""Fields that documents have, and rows of golden records have not."""
REST_SECONDS = 60.0
"""How long the rebuilding worker rests when there is nothing to rebuild."""

GoldenEvent = GoldenRecordChanged | GoldenRecordAsked | GoldenRecordMerged | GoldenRecordSplit | GoldenRecordGone


def named_by(event: GoldenEvent) -> set[GoldenName]:
    """Name the golden records that an event tells of."""
    if isinstance(event, GoldenRecordChanged | GoldenRecordAsked):
        ids = set(event.golden_ids)
    elif isinstance(event, GoldenRecordMerged):
        ids = {event.golden_id, event.merged_id}
    elif isinstance(event, GoldenRecordSplit):
        ids = {event.golden_id, event.split_id}
    else:
        ids = {event.golden_id}
    return {GoldenName(event.workspace_id, golden_id) for golden_id in ids}


async def follow_golden_records(conn: AsyncConnection, events: Sequence[GoldenEvent]) -> None:
    """Bring the index up to date with golden records that changed, or of which something else is asked."""
    asked: set[GoldenName] = set()
    changed: set[GoldenName] = set()
    for event in events:
        (asked if isinstance(event, GoldenRecordAsked) else changed).update(named_by(event))
    await reindex(conn, changed)
    await mark_anew(conn, asked - changed)


async def follow_timelines(conn: AsyncConnection, events: Sequence[TimelineChanged]) -> None:
    """Bring the index up to date with when something happened last."""
    told = {RecordName(event.workspace_id, *contact) for event in events for contact in event.contacts}
    await indexing_queries.lock_indexes(conn, {name.workspace_id for name in told})
    await reindex(conn, await indexing_queries.list_golden_of(conn, as_json(list(told))))


async def reindex(conn: AsyncConnection, names: Collection[GoldenName], *, unsure: bool = False) -> None:
    """Write what the index says of these golden records, and take out those that are gone.

    `unsure` looks at each token instead of trusting what the documents say is there already.
    """
    await indexing_queries.lock_indexes(conn, {name.workspace_id for name in names})
    for some in _slices(sorted(names)):
        await _reindex(conn, some, unsure=unsure)


def _slices(names: Sequence[GoldenName]) -> Sequence[Sequence[GoldenName]]:
    return [names[start : start + SLICE] for start in range(0, len(names), SLICE)]


async def _reindex(conn: AsyncConnection, names: Sequence[GoldenName], *, unsure: bool) -> None:
    shown = await indexing_queries.load_shown(conn, names)
    values = await _values_of(conn, shown)
    documents = [
        document_of(each.row, golden.newest_first(each.members), each.happened_at, shows, each.review_from)
        for each, shows in zip(shown, values, strict=True)
    ]
    before = await indexing_queries.load_tokens(conn, names)
    now = {GoldenName(each.workspace_id, each.golden_id): each.tokens for each in documents}
    added, removed = _difference(before, now, all_=unsure)
    await indexing_queries.save_documents(conn, documents, [name for name in before if name not in now])
    await indexing_queries.save_tokens(conn, added, removed, unsure=unsure)
    await spelling_queries.learn_words(conn, _words(added))
    await spelling_queries.forget_words(conn, _words(removed))


async def mark_anew(conn: AsyncConnection, names: Collection[GoldenName]) -> None:
    """Write from when on these golden records are to be reviewed, where they have a document."""
    await indexing_queries.lock_indexes(conn, {name.workspace_id for name in names})
    for some in _slices(sorted(names)):
        before = await indexing_queries.load_tokens(conn, some)
        review = await indexing_queries.load_review_from(conn, before)
        marks = {name: mark_of(tokens, review.get(name)) for name, tokens in before.items()}
        await indexing_queries.save_marks(conn, marks)
        added, removed = _difference(before, {name: mark.tokens for name, mark in marks.items()})
        await indexing_queries.save_tokens(conn, added, removed)


async def _values_of(conn: AsyncConnection, shown: Sequence[Shown]) -> list[Mapping[str, str]]:
    """Choose the values that golden records show, as their workspaces' rules and people's pins have it."""
    names = [SourceName(member.workspace_id, member.source_id) for each in shown for member in each.members]
    pins = await decision_queries.pins_on(conn, names)
    workspaces = {each.row.workspace_id for each in shown}
    rules = {id_: await rules_queries.current_rules(conn, id_) for id_ in workspaces}
    chosen: list[Mapping[str, str]] = []
    for each in shown:
        pinned = golden.pinned_of([member.source_id for member in each.members], pins) if pins else UNPINNED
        survivorship = rules[each.row.workspace_id].survivorship
        chosen.append(golden.values(golden.newest_first(each.members), pinned, survivorship, fields=FOUND_BY))
    return chosen


def _difference(
    before: Mapping[GoldenName, str], now: Mapping[GoldenName, str], *, all_: bool = False
) -> tuple[list[TokenName], list[TokenName]]:
    """List the tokens that golden records are found by now and were not, or all of them, and those that they were."""
    added = [token for name, tokens in now.items() for token in _tokens(name, tokens, before.get(name), all_=all_)]
    removed = [token for name, tokens in before.items() for token in _tokens(name, tokens, now.get(name))]
    return added, removed


def _tokens(name: GoldenName, tokens: str, others: str | None, *, all_: bool = False) -> list[TokenName]:
    """List the tokens of a golden record, without those that are among the others."""
    if tokens == others and not all_:
        return []
    left = set(values_in(tokens)).difference(() if all_ else values_in(others or ""))
    return [TokenName(name.workspace_id, token, name.golden_id) for token in left]


def _words(tokens: Collection[TokenName]) -> set[Word]:
    return {Word(each.workspace_id, each.token) for each in tokens if is_spelled(each.token)}


async def rebuild_all(db: Database) -> None:
    """Make the indexes anew that are to be, for as long as the service lives."""
    while True:
        async with db.engine.connect() as conn:
            workspaces = await indexing_queries.list_to_rebuild(conn)
        for workspace_id in workspaces:
            while await rebuild_slice(db, workspace_id):
                pass
        await asyncio.sleep(REST_SECONDS)


async def rebuild_slice(db: Database, workspace_id: UUID, *, at_most: int = SLICE) -> bool:
    """Make the next part of a workspace's index anew; tell whether more is left to do here."""
    async with db.transaction(workspace_id) as conn:
        ids = await indexing_queries.take_slice(conn, workspace_id, at_most)
        if ids is None:
            return False
        await reindex(conn, [GoldenName(workspace_id, golden_id) for golden_id in ids], unsure=True)
        await indexing_queries.pass_slice(conn, workspace_id, ids[-1] if ids else None)
    if not ids:
        log.info("search_rebuilt", workspace_id=str(workspace_id))
    return bool(ids)
