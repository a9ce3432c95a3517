"""Who is who: the partition of a workspace's source records, as a function of records, decisions and rules.

Kruskal's algorithm with constraints. The reasons to join are taken strongest first, ties by the ranks of their
two records; two groups join when a reason says so and nothing forbids it. What forbids once forbids for ever,
since groups only grow; that is why trying fewer pairs than there are can give the same groups.

What wins over what: *different* over *same*, *same* over what only one of two people can be (a veto), that over keys,
and keys over weights.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from uuid import UUID

import msgspec
from contracts.golden_records import Verdict

from identity.resolution.bonds import Bond, bonds_among
from identity.resolution.ids import rank
from identity.resolution.records import SourceRecord
from identity.rules.ruleset import DEFAULT, Rules
from identity.rules.vetoes import Mark, conflict, is_marked, mark_in, torn

SAME_EMAIL = "same_email"
ALIKE = "alike"
DECIDED_SAME = "decided_same"
EMAIL_STRENGTH = 100_000
DECIDED_STRENGTH = 1_000_000


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on groups of records, the members as they were; a later one has a higher number."""

    number: int
    verdict: Verdict
    sides: tuple[frozenset[UUID], ...]


class Edge(msgspec.Struct, frozen=True, gc=False):
    """Why two records were joined: the rule, what it stands on, and how strong it is."""

    left: UUID
    right: UUID
    rule: str
    value: str
    strength: int


class Group(msgspec.Struct, frozen=True, gc=False):
    """Records of one person: one part of the partition, with the edges that hold it together.

    `component_id` names all the records that edges reach from here, whatever forbids some of the joins: what
    happens to one of them can concern them all, and nobody else.
    """

    golden_id: UUID
    component_id: UUID
    members: tuple[UUID, ...]
    edges: tuple[Edge, ...] = ()


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for and against joining records of a workspace, beside the keys they carry."""

    decisions: Sequence[Decision] = ()
    """All that name any of the records."""
    alike: Sequence[Edge] = ()
    """Pairs that weigh enough to join, `left` and `right` in the order of their ids."""
    shared: Set[str] = frozenset()
    """Keys known to be shared, whose carriers need not all be here."""


class Partition(msgspec.Struct, frozen=True):
    """Who is who among records, and which of their keys turned out to be nobody's own."""

    groups: list[Group]
    shared: list[str]


def partition(
    records: Mapping[UUID, SourceRecord], reasons: Reasons | None = None, rules: Rules = DEFAULT
) -> Partition:
    """Group the records of one workspace.

    The records must be closed: who shares an unshared key, is alike, or was decided to be the same, is among them.
    """
    reasons = reasons or Reasons()
    bonds, shared = bonds_among(records.values(), reasons.shared, rules)
    return Partition(_groups(records, bonds, reasons, rules), shared)


def _groups(records: Mapping[UUID, SourceRecord], bonds: Sequence[Bond], reasons: Reasons, rules: Rules) -> list[Group]:
    same = _spoken_of(records, reasons.decisions, "same")
    near = [edge for edge in reasons.alike if edge.left in records and edge.right in records]
    alike = _beyond_doubt(records, near)
    linked = {end for edge in near for end in (edge.left, edge.right)}
    plain = [] if reasons.decisions else [bond for bond in bonds if _is_plain(bond, linked)]
    groups = [_plain_group(bond) for bond in plain]
    grouped = {member for group in groups for member in group.members}
    carriers = _carriers(bond for bond in bonds if bond.members[0].source_id not in grouped)
    bonded = linked.union(*carriers.values())
    for decision in same:
        bonded.update(*decision.sides)
    placed = bonded | grouped
    groups += [Group(id_, id_, (id_,)) for id_ in records if id_ not in placed]
    if not bonded:
        return groups
    ordered = sorted(bonded, key=rank)
    different = _spoken_of(records, reasons.decisions, "different")
    forest = _Forest(records, ordered, different, rules, is_weighed=bool(near))
    # A deleted contact keeps its place and holds nobody together: its edges come after all others.
    for among_gone in (False, True) if forest.gone else (False,):
        for decision in same:
            _join_decided(forest, decision, among_gone=among_gone)
        _join_carriers(forest, carriers, ordered, among_gone=among_gone)
        _join_alike(forest, alike, among_gone=among_gone)
    return groups + forest.groups(_components(ordered, carriers, same, near))


def _beyond_doubt(records: Mapping[UUID, SourceRecord], edges: Sequence[Edge]) -> list[Edge]:
    """Leave out pairs of whom one is as much like a third, who contradicts the other: such a join is a guess."""
    marks = {end: mark_in(records[end].contact) for edge in edges for end in (edge.left, edge.right)}
    guesses = torn([(edge.left, edge.right, edge.strength) for edge in edges], marks)
    return [edge for edge in edges if (edge.left, edge.right) not in guesses]


def _is_plain(bond: Bond, linked: Set[UUID]) -> bool:
    """Whether a bond makes a group by itself: its members are like nobody else, and nothing can keep them apart.

    Most groups are so; it is what Kruskal's algorithm would say of them, for a tenth of its price.
    """
    return bond.is_plain() and (not linked or linked.isdisjoint([member.source_id for member in bond.members]))


def _plain_group(bond: Bond) -> Group:
    first, *others = [member.source_id for member in bond.members]
    edges = tuple([Edge(first, other, SAME_EMAIL, bond.keys[0], EMAIL_STRENGTH) for other in others])
    head, *_ = ordered = sorted((first, *others))
    return Group(head, head, tuple(ordered), edges)


def _carriers(bonds: Iterable[Bond]) -> dict[str, list[UUID]]:
    """List who carries each key that binds, by rank."""
    return {key: [member.source_id for member in bond.members] for bond in bonds for key in bond.keys}


def _spoken_of(records: Iterable[UUID], decisions: Iterable[Decision], verdict: Verdict) -> list[Decision]:
    """List the decisions that say something of these records, the latest first, without the records not here."""
    spoken = []
    for decision in sorted(decisions, key=lambda d: -d.number):
        sides = tuple(here for side in decision.sides if (here := side.intersection(records)))
        if decision.verdict == verdict and len(sides) > 1:
            spoken.append(msgspec.structs.replace(decision, sides=sides))
    return spoken


class _Forest:
    """Groups that grow by joining, and refuse what is forbidden, or what only the dead would hold together."""

    def __init__(
        self,
        records: Mapping[UUID, SourceRecord],
        ids: Sequence[UUID],
        forbidden: Iterable[Decision],
        rules: Rules,
        *,
        is_weighed: bool,
    ) -> None:
        self._rules = rules
        self.gone = {id_ for id_ in ids if records[id_].gone}
        self._members = {id_: [id_] for id_ in ids}
        self._root = {id_: id_ for id_ in ids}
        self._living = {id_: id_ not in self.gone for id_ in ids}
        self._sides: dict[UUID, dict[int, int]] = defaultdict(dict)
        # What is weaker than a key asks more of its groups than a key does, and looking costs.
        self._marks: dict[UUID, frozenset[Mark]] = {
            id_: frozenset((mark_in(records[id_].contact),))
            for id_ in ids
            if is_weighed or is_marked(records[id_].contact)
        }
        self._edges: list[Edge] = []
        for decision in forbidden:
            for side, members in enumerate(decision.sides):
                for member in members:
                    self._sides[member][decision.number] = side

    def root(self, id_: UUID) -> UUID:
        """Name the group a record is in now."""
        return self._root[id_]

    def join(self, edge: Edge) -> None:
        """Join the groups of an edge's ends, unless that is forbidden."""
        left, right = self._root[edge.left], self._root[edge.right]
        if left == right or self._forbidden(left, right, edge):
            return
        if len(self._members[left]) < len(self._members[right]):
            left, right = right, left
        moved = self._members.pop(right)
        self._root.update(dict.fromkeys(moved, left))
        self._members[left] += moved
        self._living[left] |= self._living[right]
        self._sides[left].update(self._sides.pop(right, {}))
        if marks := self._marks.pop(right, None):
            self._marks[left] = self._marks[left] | marks if left in self._marks else marks
        self._edges.append(edge)

    def _forbidden(self, left: UUID, right: UUID, edge: Edge) -> bool:
        among_gone = edge.left in self.gone or edge.right in self.gone
        if among_gone and self._living[left] and self._living[right]:
            return True
        ours, theirs = self._sides.get(left, {}), self._sides.get(right, {})
        if any(theirs.get(number, side) != side for number, side in ours.items()):
            return True
        if edge.rule == DECIDED_SAME:
            return False
        weak = edge.rule == ALIKE
        if weak and len(self._members[left]) + len(self._members[right]) > self._rules.group_limit:
            return True
        one, other = self._marks.get(left), self._marks.get(right)
        return one is not None and other is not None and conflict(one, other, weaker_than_key=weak) is not None

    def groups(self, component_of: Mapping[UUID, UUID]) -> list[Group]:
        """List the groups as they are now. A group's golden id is the own id of its member first seen."""
        edges = defaultdict(list)
        for edge in self._edges:
            edges[self._root[edge.left]].append(edge)
        return [
            Group(min(members), component_of[root], tuple(sorted(members)), tuple(edges[root]))
            for root, members in self._members.items()
        ]


def _join_decided(forest: _Forest, decision: Decision, *, among_gone: bool) -> None:
    """Try every pair of records of different sides, by rank."""
    side_of = {member: side for side, members in enumerate(decision.sides) for member in members}
    ordered = sorted(side_of, key=rank)
    for place, left in enumerate(ordered):
        for right in ordered[place + 1 :]:
            if side_of[left] != side_of[right] and _belongs(forest, left, right, among_gone=among_gone):
                forest.join(Edge(left, right, DECIDED_SAME, str(decision.number), DECIDED_STRENGTH))


def _join_carriers(
    forest: _Forest, carriers: Mapping[str, Sequence[UUID]], ordered: Sequence[UUID], *, among_gone: bool
) -> None:
    """Try the pairs that share a key, by rank, leaving out those whose answer is known.

    A record whose group already has an earlier carrier of the key has nothing to add: that one tried them all,
    and who refused it refuses its whole group. So a key costs as many tries as carriers, once per group.
    """
    keys_of = defaultdict(list)
    for key, members in carriers.items():
        for member in members:
            keys_of[member].append(key)
    leaders: dict[str, list[UUID]] = defaultdict(list)
    for left in ordered:
        if left in forest.gone and not among_gone:
            continue
        partners: dict[UUID, str] = {}
        for key in sorted(keys_of[left]):
            if any(forest.root(leader) == forest.root(left) for leader in leaders[key]):
                continue
            leaders[key].append(left)
            for right in carriers[key][carriers[key].index(left) + 1 :]:
                partners.setdefault(right, key)
        for right in sorted(partners, key=rank):
            if _belongs(forest, left, right, among_gone=among_gone):
                forest.join(Edge(left, right, SAME_EMAIL, partners[right], EMAIL_STRENGTH))


def _join_alike(forest: _Forest, alike: Iterable[Edge], *, among_gone: bool) -> None:
    """Try those that weigh enough, the heaviest first."""
    for edge in sorted(alike, key=_heaviest_first):
        if _belongs(forest, edge.left, edge.right, among_gone=among_gone):
            forest.join(edge)


def _heaviest_first(edge: Edge) -> tuple[int, int, int]:
    low, high = sorted((rank(edge.left), rank(edge.right)))
    return -edge.strength, low, high


def _belongs(forest: _Forest, left: UUID, right: UUID, *, among_gone: bool) -> bool:
    """Whether this round is the one for a pair: the living first, then those with a gone end."""
    return (left in forest.gone or right in forest.gone) == among_gone


def _components(
    ids: Iterable[UUID], carriers: Mapping[str, Sequence[UUID]], same: Iterable[Decision], alike: Iterable[Edge]
) -> dict[UUID, UUID]:
    """Tell for each record the smallest id that edges reach from it, allowed or not."""
    neighbours: dict[UUID, list[UUID]] = defaultdict(list)
    decided = (tuple(frozenset[UUID]().union(*decision.sides)) for decision in same)
    for members in (*carriers.values(), *decided, *((edge.left, edge.right) for edge in alike)):
        hub, *others = members
        for other in others:
            neighbours[hub].append(other)
            neighbours[other].append(hub)
    component: dict[UUID, UUID] = {}
    for start in sorted(ids):
        waiting = [] if start in component else [start]
        while waiting:
            id_ = waiting.pop()
            if id_ not in component:
                component[id_] = start
                waiting += neighbours[id_]
    return component
