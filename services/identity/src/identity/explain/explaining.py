"""Why the source records of a golden record are one, as anyone may ask at any time.

Nothing of it is kept: it is what the partition says again of the records that edges reach, with its reasons.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec
from contracts.explanations import ContactExplanation, DecisionView, EdgeView, GuardView, LeftOff, NearMiss
from contracts.golden_records import SourceName as OutsideName
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading_queries
from identity.contacts.reading import ContactNotFound
from identity.explain import evidence, explain_queries, wording
from identity.explain.evidence import Names
from identity.normalise import Form, form_of
from identity.resolution import suggestions
from identity.resolution.changes import Known
from identity.resolution.matching import (
    ALIKE,
    DECIDED_SAME,
    EMAIL_STRENGTH,
    SAME_EMAIL,
    Decision,
    Edge,
    Group,
    Reasons,
    partition,
)
from identity.resolution.sharing import is_shared_by_name
from identity.rules.blocking import read_blocks
from identity.rules.ruleset import Rules
from identity.store import alike_queries, decision_queries, queries, rules_queries, sharing_queries, weighing_queries
from identity.store.queries import KeyName, SourceName
from identity.weights import weighing

CARRIERS_COUNTED = 500
KEYS_LOOKED_INTO = 20

T = TypeVar("T")


class Scene(msgspec.Struct, frozen=True):
    """The records that edges reach from a golden record, why each is where it is, and the rules."""

    workspace_id: UUID
    rules: Rules
    known: Mapping[UUID, Known]
    reasons: Reasons
    groups: Mapping[UUID, Group]
    """By golden id."""
    names: Names

    def group_of(self, source_id: UUID) -> Group:
        """Name the group a record is in now. Raises `ContactNotFound` where it was erased since it was looked up."""
        if source_id not in self.known:
            raise ContactNotFound
        return self.groups[self.known[source_id].line.golden_id]

    def carriers(self, *golden_ids: UUID) -> dict[str, list[UUID]]:
        """List who carries each key that binds, among the members of these golden records."""
        found: dict[str, list[UUID]] = defaultdict(list)
        for golden_id in golden_ids:
            for member in self.groups[golden_id].members:
                for key in self.known[member].record.keys:
                    if key not in self.reasons.shared:
                        found[key].append(member)
        return found


async def load_scene(conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]) -> Scene:
    """Load what edges reach from golden records, and part it again."""
    rules = await rules_queries.current_rules(conn, workspace_id)
    await queries.read_standing(conn)  # after which statements are carried out as they are written
    heads = [SourceName(workspace_id, id_) for id_ in golden_ids]
    known = {one.record.source_id: one for one in await queries.load_neighbourhood(conn, sources=heads)}
    named = [SourceName(workspace_id, source_id) for source_id in known]
    keys = {key for one in known.values() for key in one.record.keys}
    learned = await sharing_queries.load_shared(conn, [KeyName(workspace_id, key) for key in keys]) if keys else set()
    decisions = (await decision_queries.load_decisions(conn, named)).get(workspace_id, [])
    alike = (await alike_queries.load_alike(conn, named)).get(workspace_id, [])
    shared = frozenset(name.key for name in learned).union(key for key in keys if is_shared_by_name(key, rules))
    reasons = Reasons(decisions=decisions, alike=alike, shared=shared)
    records = {id_: one.record for id_, one in known.items()}
    edges = [edge for group in partition(records, reasons, rules).groups for edge in group.edges]
    spoken_of = {member for decision in decisions for side in decision.sides for member in side} - known.keys()
    names = await reading_queries.list_names(conn, workspace_id, spoken_of) if spoken_of else {}
    names |= {id_: evidence.name_of(one.record) for id_, one in known.items()}
    return Scene(workspace_id, rules, known, reasons, _groups(known, edges), names)


def _groups(known: Mapping[UUID, Known], edges: Iterable[Edge]) -> dict[UUID, Group]:
    """Group records as they stand, with what joined them: while rules change, some stand as the old ones said."""
    members: dict[UUID, list[UUID]] = defaultdict(list)
    joining: dict[UUID, list[Edge]] = defaultdict(list)
    for source_id in sorted(known):
        members[known[source_id].line.golden_id].append(source_id)
    for edge in edges:
        golden_id = known[edge.left].line.golden_id
        if known[edge.right].line.golden_id == golden_id:
            joining[golden_id].append(edge)
    return {
        golden_id: Group(golden_id, known[some[0]].line.component_id, tuple(some), tuple(joining[golden_id]))
        for golden_id, some in members.items()
    }


async def explain_contact(conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, limit: int) -> ContactExplanation:
    """Tell why the source records of a golden record are one; of each kind of item `limit` at most.

    Raises `ContactNotFound`.
    """
    golden_id = await reading_queries.find_golden_id(conn, workspace_id, id_)
    if golden_id is None:
        raise ContactNotFound
    scene = await load_scene(conn, workspace_id, [golden_id])
    group = scene.group_of(golden_id)
    edges = holding(scene, group)
    guards = [*await shared_keys(conn, scene, group.members), *refusals(scene, group)]
    guards += await full_blocks(conn, scene, group.members)
    spoken = [each for each in scene.reasons.decisions if _concerns(each, group)]
    near = await _near_misses(conn, scene, group.golden_id)
    return ContactExplanation(
        id=group.golden_id,
        sentence=_summed_up(group),
        sources=tuple(scene.names[member] for member in group.members[:limit]),
        edges=await show_edges(conn, scene, edges[:limit], group.edges),
        guards=tuple(guards[:limit]),
        decisions=await show_decisions(conn, scene, spoken[:limit]),
        near_misses=tuple(near[:limit]),
        left_off=LeftOff(
            sources=_beyond(group.members, limit),
            edges=_beyond(edges, limit),
            guards=_beyond(guards, limit),
            decisions=_beyond(spoken, limit),
            near_misses=_beyond(near, limit),
        ),
    )


def _beyond(items: Sequence[object], limit: int) -> int:
    return max(len(items) - limit, 0)


def _summed_up(group: Group) -> str:
    if len(group.members) == 1:
        return "one source record, which nothing joined to another"
    rules = {edge.rule for edge in group.edges}
    by = {SAME_EMAIL: "keys they carry", ALIKE: "what they have in common", DECIDED_SAME: "what a person said"}
    said = " and ".join(words for rule, words in by.items() if rule in rules)
    return f"{len(group.members)} source records, joined by {said}"


def holding(scene: Scene, group: Group) -> list[Edge]:
    """List every reason to join that holds between members, the strongest first: one edge for each key."""
    members = set(group.members)
    found = [edge for edge in group.edges if edge.rule == DECIDED_SAME]
    found = list({edge.value: edge for edge in found}.values())
    for key, carriers in sorted(scene.carriers(group.golden_id).items()):
        if len(carriers) > 1:
            joining = (edge for edge in group.edges if (edge.rule, edge.value) == (SAME_EMAIL, key))
            first, second, *_ = carriers
            found.append(next(joining, Edge(first, second, SAME_EMAIL, key, EMAIL_STRENGTH)))
    found += [edge for edge in scene.reasons.alike if edge.left in members and edge.right in members]
    return sorted(found, key=lambda edge: (-edge.strength, edge.value, edge.left, edge.right))


async def show_edges(
    conn: AsyncConnection, scene: Scene, edges: Sequence[Edge], joining: Iterable[Edge]
) -> tuple[EdgeView, ...]:
    """Show edges in words; those among `joining` are those by which records were joined."""
    ends = {end for edge in edges if edge.rule == ALIKE for end in (edge.left, edge.right)}
    forms = await load_forms(conn, scene, ends)
    shared = await weighing.load_shared_telephones(conn, scene.workspace_id, forms, scene.rules)
    by_pair = {(edge.rule, frozenset((edge.left, edge.right))) for edge in joining}
    by_value = {(edge.rule, edge.value) for edge in joining}
    shown = []
    for edge in edges:
        members = scene.groups[scene.known[edge.left].line.golden_id].members
        joined = (edge.rule, edge.value) in by_value
        if edge.rule == ALIKE:
            joined = (edge.rule, frozenset((edge.left, edge.right))) in by_pair
            shown.append(
                evidence.pair_edge(
                    scene.names, (edge.left, edge.right), forms, scene.rules, joined=joined, shared=shared
                )
            )
        elif edge.rule == DECIDED_SAME:
            decision = next(each for each in scene.reasons.decisions if str(each.number) == edge.value)
            shown.append(evidence.decided_edge(scene.names, decision, members, joined=joined))
        else:
            carriers = [member for member in members if edge.value in scene.known[member].record.keys]
            shown.append(evidence.key_edge(scene.names, edge.value, carriers, joined=joined))
    return tuple(shown)


async def load_forms(conn: AsyncConnection, scene: Scene, ids: Collection[UUID]) -> dict[UUID, Form]:
    """Load records as they were weighed last, or as they would be where they were not yet."""
    if not ids:
        return {}
    weighed = await weighing_queries.load_weighed(conn, scene.workspace_id, ids)
    return {
        id_: weighed[id_].form if id_ in weighed else form_of(scene.known[id_].record.contact, scene.rules.region)
        for id_ in ids
    }


async def shared_keys(conn: AsyncConnection, scene: Scene, members: Collection[UUID]) -> list[GuardView]:
    """Show the keys of members that are nobody's own."""
    keys = {key for member in members for key in scene.known[member].record.keys if key in scene.reasons.shared}
    found = []
    for key in sorted(keys)[:KEYS_LOOKED_INTO]:
        name = KeyName(scene.workspace_id, key)
        carriers = await sharing_queries.list_carriers(conn, name, after=UUID(int=0), at_most=CARRIERS_COUNTED)
        found.append(evidence.shared_key(key, carriers, scene.rules))
    return found


def refusals(scene: Scene, group: Group) -> list[GuardView]:
    """Show what kept from this golden record others that a key or a likeness ties to it."""
    refused: dict[tuple[UUID, bool], tuple[UUID, UUID, str | None]] = {}
    ours = set(group.members)
    for other in scene.groups.values():
        if other.golden_id != group.golden_id:
            carriers = scene.carriers(group.golden_id, other.golden_id)
            for key in sorted(carriers):
                mine = [id_ for id_ in carriers[key] if id_ in ours]
                others = [id_ for id_ in carriers[key] if id_ not in ours]
                if mine and others:
                    refused.setdefault((other.golden_id, False), (mine[0], others[0], key))
    golden_of = {member: each.golden_id for each in scene.groups.values() for member in each.members}
    for edge in sorted(scene.reasons.alike, key=lambda each: -each.strength):
        mine_, other_ = (edge.left, edge.right) if edge.left in ours else (edge.right, edge.left)
        if mine_ in ours and other_ in golden_of and golden_of[other_] != group.golden_id:
            refused.setdefault((golden_of[other_], True), (mine_, other_, None))
    return [
        _refusal(scene, group, scene.groups[golden_id], ends, weak=weak) for (golden_id, weak), ends in refused.items()
    ]


def _refusal(scene: Scene, group: Group, other: Group, ends: tuple[UUID, UUID, str | None], *, weak: bool) -> GuardView:
    left, right, key = ends
    one, two = ([scene.known[member].record for member in each.members] for each in (group, other))
    kind = "decided_different" if _decided_apart(scene, group, other) else None
    kind = kind or evidence.why_refused(one, two, scene.rules, weak=weak)
    return evidence.refusal(kind, (scene.names[left], scene.names[right]), scene.rules, value=key)


def _decided_apart(scene: Scene, one: Group, other: Group) -> bool:
    golden_of = {member: each.golden_id for each in (one, other) for member in each.members}
    return bool(suggestions.kept_apart(scene.reasons.decisions, golden_of))


async def full_blocks(conn: AsyncConnection, scene: Scene, members: Collection[UUID]) -> list[GuardView]:
    """Show what too many others have in common with members for them to be compared."""
    weighed = await weighing_queries.load_weighed(conn, scene.workspace_id, sorted(members)[:KEYS_LOOKED_INTO])
    texts = {block: text for each in weighed.values() for block, text in read_blocks(each.form).items()}
    limit = scene.rules.block_limit
    carriers = await weighing_queries.list_carriers(conn, scene.workspace_id, dict.fromkeys(texts, limit + 1))
    return [evidence.full_block(texts[block], scene.rules) for block in sorted(texts) if len(carriers[block]) > limit]


def _concerns(decision: Decision, group: Group) -> bool:
    return any(not side.isdisjoint(group.members) for side in decision.sides)


async def show_decisions(
    conn: AsyncConnection, scene: Scene, decisions: Sequence[Decision]
) -> tuple[DecisionView, ...]:
    """Show decisions with who made them; one to be the same that cannot hold says so."""
    spoken = await explain_queries.load_spoken(conn, scene.workspace_id, [each.number for each in decisions])
    golden_of = {member: each.golden_id for each in scene.groups.values() for member in each.members}
    shown = []
    for decision in decisions:
        reached = {golden_of[member] for side in decision.sides for member in side if member in golden_of}
        holds = decision.verdict == "different" or len(reached) < 2
        shown.append(
            DecisionView(
                number=decision.number,
                verdict=decision.verdict,
                decided_at=spoken[decision.number].decided_at,
                decided_by=spoken[decision.number].decided_by,
                sentence=wording.decision(decision.verdict, holds=holds),
                # Who waits to come back after a rebuild, or was erased, has no name.
                sides=tuple(
                    tuple(scene.names[member] for member in sorted(side) if member in scene.names)
                    for side in decision.sides
                ),
                holds=holds,
            )
        )
    return tuple(shown)


async def _near_misses(conn: AsyncConnection, scene: Scene, golden_id: UUID) -> list[NearMiss]:
    asked = await explain_queries.list_questions_of(conn, scene.workspace_id, golden_id)
    ends = {end for each, _ in asked for end in (each.left_id, each.right_id)}
    names: dict[UUID, OutsideName] = await reading_queries.list_names(conn, scene.workspace_id, ends)
    return [
        NearMiss(
            suggestion_id=each.suggestion_id,
            id=each.younger_id if each.older_id == golden_id else each.older_id,
            strength=each.strength,
            sentence=wording.same_key(each.value) if each.value else wording.alike(each.strength, scene.rules),
            records=(names[each.left_id], names[each.right_id]),
            put_off_until=until,
        )
        for each, until in asked
        if each.left_id in names and each.right_id in names
    ]
