"""Answering the questions of the review queue, by their ids."""

from collections.abc import Collection, Sequence
from uuid import UUID

from contracts.decisions import Outcome
from contracts.suggestions import Answer
from servicekit.errors import Conflict
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading_queries
from identity.decisions import deciding
from identity.review.queue import version_of
from identity.store import queries, suggestion_queries

Sides = tuple[frozenset[UUID], frozenset[UUID]]


class SuggestionsChanged(Conflict):
    """Questions that are asked no longer, or stand for others than when they were shown."""

    slug = "suggestions-changed"
    title = "These questions changed since; look at them again"


async def answer(
    conn: AsyncConnection, workspace_id: UUID, answers: Sequence[Answer], *, by: UUID | None, dry_run: bool = False
) -> Outcome:
    """Take a person's word on questions, all of it or none. Raises `SuggestionsChanged`, `DecidedOtherwise`."""
    await queries.lock_workspaces(conn, {workspace_id})
    sides = await load_sides(conn, workspace_id, {each.id for each in answers})
    changed = [
        each.id
        for each in answers
        if each.id not in sides or (each.version is not None and each.version != version_of(*sides[each.id]))
    ]
    if changed:
        raise SuggestionsChanged(ids=changed)
    spoken = [(each.decision, sides[each.id]) for each in answers]
    return await deciding.say(conn, workspace_id, spoken, by=by, dry_run=dry_run)


async def load_sides(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Sides]:
    """Tell what each of these questions stands for: the two groups of records that are the same person or are not.

    A question that is asked no longer is left out. Who decides holds the workspace's lock, so that it stays true.
    """
    asked = await suggestion_queries.find_questions(conn, workspace_id, ids)
    members = await reading_queries.list_members(
        conn, workspace_id, {id_ for each in asked.values() for id_ in (each.older_id, each.younger_id)}
    )
    grouped = {id_: frozenset(member.source_id for member in some) for id_, some in members.items()}
    return {id_: (grouped[each.older_id], grouped[each.younger_id]) for id_, each in asked.items()}
