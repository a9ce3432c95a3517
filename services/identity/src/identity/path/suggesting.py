"""Keeping the questions: after every change, those of the golden records it touched are asked anew."""

from collections.abc import Collection, Iterable, Set
from uuid import UUID

from contracts.golden_records import CHANGED_AT_ONCE, GoldenRecordAsked
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution import suggestions
from identity.resolution.sharing import is_shared_by_name
from identity.resolution.suggestions import Ends, Evidence, Suggestion
from identity.store import decision_queries, sharing_queries, suggestion_queries
from identity.store.queries import KeyName, SourceName, Workspace


async def ask_anew(conn: AsyncConnection, workspace: Workspace, golden_ids: Set[UUID]) -> None:
    """Put right what people are asked of golden records, of those too that are there no longer.

    The workspace is locked, and who is who is written.
    """
    if not golden_ids:
        return
    workspace_id = workspace.workspace_id
    were = await suggestion_queries.load_questions(conn, workspace_id, golden_ids)
    evidence, members = await _load_evidence(conn, workspace, golden_ids)
    forbidden = await _load_forbidden(conn, workspace, members) if evidence else set()
    concerned = (each for each in evidence if not {each.left_golden, each.right_golden}.isdisjoint(golden_ids))
    are = suggestions.questions(workspace_id, concerned, forbidden)
    await suggestion_queries.delete_questions(conn, workspace_id, were.keys() - are.keys())
    await suggestion_queries.save_questions(conn, [each for id_, each in are.items() if were.get(id_) != each])
    await tell(
        conn, workspace_id, [each for id_, each in (*were.items(), *are.items()) if (id_ in were) != (id_ in are)]
    )


async def tell(conn: AsyncConnection, workspace_id: UUID, questions: Iterable[Suggestion]) -> None:
    """Announce that there are other questions than before about golden records, those that there still are."""
    named = {id_ for each in questions for id_ in (each.older_id, each.younger_id)}
    ids = sorted(await suggestion_queries.which_live(conn, workspace_id, named)) if named else []
    publish(
        conn,
        [
            GoldenRecordAsked(workspace_id=workspace_id, golden_ids=tuple(ids[start : start + CHANGED_AT_ONCE]))
            for start in range(0, len(ids), CHANGED_AT_ONCE)
        ],
    )


async def _load_evidence(
    conn: AsyncConnection, workspace: Workspace, golden_ids: Set[UUID]
) -> tuple[list[Evidence], list[UUID]]:
    """Load what ties golden records to others, and their members. Who is refused by a key shares a component."""
    workspace_id = workspace.workspace_id
    carriers = await suggestion_queries.load_carriers(conn, workspace_id, golden_ids)
    crossing = {key for key in suggestions.crossing_keys(carriers) if not is_shared_by_name(key, workspace.rules)}
    shared = {key for one in carriers for key in one.keys} - crossing
    if crossing:
        learned = await sharing_queries.load_shared(conn, [KeyName(workspace_id, key) for key in crossing])
        shared |= {name.key for name in learned}
    members = [one for one in carriers if one.golden_id in golden_ids]
    alike = await suggestion_queries.load_alike_apart(conn, workspace_id, [one for one in members if not one.gone])
    return [*alike, *suggestions.refused_keys(carriers, shared)], [one.source_id for one in members]


async def _load_forbidden(conn: AsyncConnection, workspace: Workspace, members: Collection[UUID]) -> set[Ends]:
    """Load which golden records a person said are others than those with these members."""
    workspace_id = workspace.workspace_id
    loaded = await decision_queries.load_decisions(conn, [SourceName(workspace_id, id_) for id_ in members])
    different = [each for each in loaded.get(workspace_id, ()) if each.verdict == "different"]
    named = {member for decision in different for side in decision.sides for member in side}
    golden_of = await suggestion_queries.load_golden_ids(conn, workspace_id, named) if named else {}
    return suggestions.kept_apart(different, golden_of)
