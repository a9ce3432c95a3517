"""Why two are one golden record, or are not: what they share, what it weighs, and what keeps them apart."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import ClassVar
from uuid import UUID

import msgspec
from contracts.explanations import BlockView, EdgeView, LeftOff, PairExplanation, PairSide, PairVerdict
from servicekit.errors import BadRequest
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading_queries
from identity.contacts.reading import ContactNotFound
from identity.explain import evidence, explain_queries, explaining, wording
from identity.explain.explaining import Scene
from identity.normalise import Form
from identity.resolution.ids import rank
from identity.resolution.matching import Edge, Group
from identity.resolution.suggestions import suggestion_id
from identity.rules.blocking import read_blocks
from identity.rules.scoring import score
from identity.store import weighing_queries
from identity.weights import weighing

MEMBERS_COMPARED = 20
"""Of each side, where no pair is known to be alike."""


class ReferenceInvalid(BadRequest):
    """What was asked about is named neither by an id nor as a source record."""

    slug: ClassVar[str] = "reference-invalid"
    title: ClassVar[str] = "Name a golden record by its id, or a source record as connection_id/provider_id"


class Side(msgspec.Struct, frozen=True):
    """One that was asked about: its golden record, and the record where one was named."""

    golden_id: UUID
    source_id: UUID | None


async def explain_pair(
    conn: AsyncConnection, workspace_id: UUID, left: str, right: str, *, limit: int
) -> PairExplanation:
    """Tell why two are one golden record, or are not. Raises `ContactNotFound`, `ReferenceInvalid`."""
    sides = [await _find(conn, workspace_id, reference) for reference in (left, right)]
    scene = await explaining.load_scene(conn, workspace_id, [side.golden_id for side in sides])
    one, other = (Side(scene.group_of(side.golden_id).golden_id, side.source_id) for side in sides)
    if one.golden_id == other.golden_id:
        return await _explain_one(conn, scene, one, other, limit)
    return await _explain_two(conn, scene, one, other, limit)


async def _find(conn: AsyncConnection, workspace_id: UUID, reference: str) -> Side:
    head, slash, provider_id = reference.partition("/")
    try:
        id_ = UUID(head)
    except ValueError:
        raise ReferenceInvalid from None
    source_id = await explain_queries.find_source(conn, workspace_id, id_, provider_id) if slash else id_
    golden_id = await reading_queries.find_golden_id(conn, workspace_id, source_id) if source_id else None
    if golden_id is None:
        raise ContactNotFound
    # An id that a golden record had before is that of a member, whose way into it is of interest.
    return Side(golden_id, source_id if slash or source_id != golden_id else None)


async def _explain_one(conn: AsyncConnection, scene: Scene, one: Side, other: Side, limit: int) -> PairExplanation:
    group = scene.groups[one.golden_id]
    left, right = (_named(scene, side) or side.golden_id for side in (one, other))
    path = _path(group.edges, left, right) if left != right else explaining.holding(scene, group)
    spoken = [d for d in scene.reasons.decisions if any(left in side or right in side for side in d.sides)]
    return PairExplanation(
        verdict="together",
        sentence=wording.together(len(path)),
        left=PairSide(id=group.golden_id, source=scene.names[left]),
        right=PairSide(id=group.golden_id, source=scene.names[right]),
        weighed=await _weigh(conn, scene, left, right) if left != right else None,
        edges=await explaining.show_edges(conn, scene, path[:limit], group.edges),
        guards=(),
        decisions=await explaining.show_decisions(conn, scene, spoken[:limit]),
        blocks=await _blocks(conn, scene, left, right) if left != right else (),
        suggestion_id=None,
        left_off=LeftOff(edges=max(len(path) - limit, 0), decisions=max(len(spoken) - limit, 0)),
    )


def _named(scene: Scene, side: Side) -> UUID | None:
    return side.source_id if side.source_id in scene.known else None


def _path(edges: Sequence[Edge], left: UUID, right: UUID) -> list[Edge]:
    """Find the edges that lead from one record to another; those that joined a group are a tree."""
    ways: dict[UUID, list[Edge]] = {left: []}
    waiting = [left]
    while waiting and right not in ways:
        here = waiting.pop()
        for edge in edges:
            if here in (edge.left, edge.right):
                there = edge.right if edge.left == here else edge.left
                if there not in ways:
                    ways[there] = [*ways[here], edge]
                    waiting.append(there)
    return ways.get(right, [])


async def _weigh(conn: AsyncConnection, scene: Scene, left: UUID, right: UUID) -> EdgeView:
    forms = await explaining.load_forms(conn, scene, {left, right})
    shared = await weighing.load_shared_telephones(conn, scene.workspace_id, forms, scene.rules)
    return evidence.pair_edge(scene.names, (left, right), forms, scene.rules, joined=False, shared=shared)


async def _explain_two(conn: AsyncConnection, scene: Scene, one: Side, other: Side, limit: int) -> PairExplanation:
    ours, theirs = (scene.groups[side.golden_id] for side in (one, other))
    left, right, is_alike = await _strongest(conn, scene, one, other)
    between = msgspec.structs.replace(scene, groups={each.golden_id: each for each in (ours, theirs)})
    refusals = explaining.refusals(between, ours)
    common = _carried(scene, ours.members) & _carried(scene, theirs.members) & scene.reasons.shared
    holders = [id_ for id_ in ours.members if common.intersection(scene.known[id_].record.keys)]
    shared = [each for each in await explaining.shared_keys(conn, scene, holders) if each.value in common]
    blocks = await _blocks(conn, scene, left, right)
    spoken = [d for d in scene.reasons.decisions if _names_both(d.sides, ours, theirs)]
    asked = suggestion_id(scene.workspace_id, *sorted((ours.golden_id, theirs.golden_id)))
    questions = await explain_queries.list_questions_of(conn, scene.workspace_id, ours.golden_id)
    is_asked = any(each.suggestion_id == asked for each, _ in questions)
    weighed = await weighing_queries.load_weighed(conn, scene.workspace_id, {left, right})
    if any(each.verdict == "different" for each in spoken):
        verdict: PairVerdict = "decided_different"
    elif refusals:
        verdict = "refused"
    elif is_asked:
        verdict = "suggested"
    elif len(weighed) < 2:
        verdict = "not_yet_weighed"
    else:
        is_compared = is_alike or any(not each.is_too_full for each in blocks)
        verdict = "below_threshold" if is_compared else "not_compared"
    guards = [*refusals, *shared]
    return PairExplanation(
        verdict=verdict,
        sentence=wording.pair(verdict, [each.sentence for each in refusals]),
        left=PairSide(id=ours.golden_id, source=scene.names[left]),
        right=PairSide(id=theirs.golden_id, source=scene.names[right]),
        weighed=await _weigh(conn, scene, left, right),
        edges=(),
        guards=tuple(guards[:limit]),
        decisions=await explaining.show_decisions(conn, scene, spoken[:limit]),
        blocks=blocks,
        suggestion_id=asked if is_asked else None,
        left_off=LeftOff(guards=max(len(guards) - limit, 0), decisions=max(len(spoken) - limit, 0)),
    )


def _names_both(sides: Iterable[frozenset[UUID]], ours: Group, theirs: Group) -> bool:
    """Whether a decision has members of the one on one side, and of the other on another."""
    listed = list(sides)
    return any(
        here is not there and not here.isdisjoint(ours.members) and not there.isdisjoint(theirs.members)
        for here, there in product(listed, listed)
    )


def _carried(scene: Scene, members: Iterable[UUID]) -> set[str]:
    return {key for member in members for key in scene.known[member].record.keys}


async def _strongest(conn: AsyncConnection, scene: Scene, one: Side, other: Side) -> tuple[UUID, UUID, bool]:
    """Find the records of two golden records that weigh most together, and whether they were found to be alike."""
    ours, theirs = (
        [side.source_id] if side.source_id in scene.known else list(scene.groups[side.golden_id].members)
        for side in (one, other)
    )
    pairs = await weighing_queries.load_pairs(conn, scene.workspace_id, [id_ for id_ in ours if id_])
    known = {frozenset((pair.left_id, pair.right_id)): pair.strength for pair in pairs}
    alike = [(known[ends], a, b) for a in ours for b in theirs if a and b and (ends := frozenset((a, b))) in known]
    if alike:
        _, left, right = max(alike)
        return left, right, True
    some, others = (sorted(filter(None, side), key=rank)[:MEMBERS_COMPARED] for side in (ours, theirs))
    forms = await explaining.load_forms(conn, scene, {*some, *others})
    left, right = max(product(some, others), key=lambda ends: _strength(forms, ends, scene))
    return left, right, False


def _strength(forms: Mapping[UUID, Form], ends: tuple[UUID, UUID], scene: Scene) -> int:
    return score(forms[ends[0]], forms[ends[1]], scene.rules).strength


async def _blocks(conn: AsyncConnection, scene: Scene, left: UUID, right: UUID) -> tuple[BlockView, ...]:
    """Show what two records have in common for which they are compared."""
    forms = await explaining.load_forms(conn, scene, {left, right})
    ours, theirs = read_blocks(forms[left]), read_blocks(forms[right])
    both = {block: ours[block] for block in ours.keys() & theirs.keys()}
    limit = scene.rules.block_limit
    carriers = await weighing_queries.list_carriers(conn, scene.workspace_id, dict.fromkeys(both, limit + 1))
    return tuple(
        BlockView(value=text, sentence=wording.block(text), is_too_full=len(carriers.get(block, ())) > limit)
        for block, text in sorted(both.items(), key=lambda item: item[1])
    )
