"""What people are asked: which golden records may be one person, and by what the question is raised.

Of any two golden records there is one question at most, raised by the strongest evidence between their members that
are not gone: a pair that weighs enough to be worth a thought, or a key both carry that something stronger refused.
There is none where a person said that they are different. So the questions, too, follow from records, decisions and
rules alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from hashlib import blake2b
from itertools import combinations
from uuid import UUID

import msgspec

from identity.resolution.changes import Known
from identity.resolution.ids import rank
from identity.resolution.matching import EMAIL_STRENGTH, SAME_EMAIL, Decision, Group
from identity.resolution.records import SourceRecord

GROUPS_OF_A_KEY = 10
"""Among so many golden records a key that is refused raises questions; where it is in more, the first are asked of."""

Ends = tuple[UUID, UUID]
"""Two golden records, in the order of their ids."""


class Carrier(msgspec.Struct, frozen=True, gc=False):
    """A record as far as questions are concerned: the golden record it is in, and the keys it carries."""

    source_id: UUID
    golden_id: UUID
    gone: bool
    keys: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """Two records of different golden records, and what speaks for their being one person."""

    left_id: UUID
    right_id: UUID
    left_golden: UUID
    right_golden: UUID
    rule: str
    value: str
    strength: int


class Suggestion(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A question: two golden records, the older first, and of each the record that raises it."""

    workspace_id: UUID
    suggestion_id: UUID
    older_id: UUID
    younger_id: UUID
    left_id: UUID
    right_id: UUID
    rule: str
    value: str
    strength: int


def questions(workspace_id: UUID, evidence: Iterable[Evidence], forbidden: Set[Ends]) -> dict[UUID, Suggestion]:
    """Ask one question of each two golden records that evidence ties together and no decision keeps apart."""
    strongest: dict[Ends, Evidence] = {}
    for each in evidence:
        turned = _older_first(each)
        ends = turned.left_golden, turned.right_golden
        if ends not in forbidden and (ends not in strongest or _order(turned) < _order(strongest[ends])):
            strongest[ends] = turned
    asked = (_question(workspace_id, each) for each in strongest.values())
    return {each.suggestion_id: each for each in asked}


def _older_first(each: Evidence) -> Evidence:
    if each.left_golden < each.right_golden:
        return each
    return Evidence(
        each.right_id, each.left_id, each.right_golden, each.left_golden, each.rule, each.value, each.strength
    )


def _order(each: Evidence) -> tuple[int, int, int, str]:
    return -each.strength, rank(each.left_id), rank(each.right_id), each.value


def _question(workspace_id: UUID, each: Evidence) -> Suggestion:
    return Suggestion(
        workspace_id=workspace_id,
        suggestion_id=suggestion_id(workspace_id, each.left_golden, each.right_golden),
        older_id=each.left_golden,
        younger_id=each.right_golden,
        left_id=each.left_id,
        right_id=each.right_id,
        rule=each.rule,
        value=each.value,
        strength=each.strength,
    )


def suggestion_id(workspace_id: UUID, older_id: UUID, younger_id: UUID) -> UUID:
    """Name the question whether two golden records are one person."""
    digest = blake2b(workspace_id.bytes + older_id.bytes + younger_id.bytes, digest_size=16).digest()
    return UUID(bytes=digest, version=5)


def refused_keys(carriers: Iterable[Carrier], shared: Set[str]) -> Iterator[Evidence]:
    """List the keys that members of different golden records carry; of each two, by the carriers first in rank."""
    for key, firsts in crossing_keys(carriers).items():
        if key not in shared:
            some = [firsts[golden_id] for golden_id in sorted(firsts)[:GROUPS_OF_A_KEY]]
            for one, other in combinations(some, 2):
                yield Evidence(
                    one.source_id, other.source_id, one.golden_id, other.golden_id, SAME_EMAIL, key, EMAIL_STRENGTH
                )


def crossing_keys(carriers: Iterable[Carrier]) -> dict[str, dict[UUID, Carrier]]:
    """Tell which keys several golden records have, and of each the carrier that is first in rank and not gone."""
    found: dict[str, dict[UUID, Carrier]] = defaultdict(dict)
    for one in sorted(carriers, key=lambda each: rank(each.source_id)):
        if not one.gone:
            for key in one.keys:
                found[key].setdefault(one.golden_id, one)
    return {key: firsts for key, firsts in found.items() if len(firsts) > 1}


def kept_apart(decisions: Iterable[Decision], golden_of: Mapping[UUID, UUID]) -> set[Ends]:
    """Name the golden records that people said are different."""
    apart: set[Ends] = set()
    for decision in decisions:
        if decision.verdict == "different":
            sides = [{golden_of[member] for member in side if member in golden_of} for side in decision.sides]
            for ours, theirs in combinations(sides, 2):
                apart |= {(min(a, b), max(a, b)) for a in ours for b in theirs}
    return apart


def concerned(
    before: Mapping[UUID, Known],
    records: Mapping[UUID, SourceRecord],
    groups: Sequence[Group],
    decisions: Iterable[Decision],
    *,
    has_alike: bool,
    wholly: bool,
) -> set[UUID]:
    """Name the golden records, as they were and as they are, of which other questions may be asked than before.

    Not `wholly`, only records changed: then questions change where one went to another golden record, came or went,
    and where evidence was refused. Most changes do none of it.
    """
    found = _refusing((known.line.component_id, known.line.golden_id) for known in before.values())
    found |= _refusing((group.component_id, group.golden_id) for group in groups)
    if not has_alike and not found:
        return found
    golden_of = {member: group.golden_id for group in groups for member in group.members}
    if wholly:
        return {known.line.golden_id for known in before.values()} | set(golden_of.values())
    for source_id, known in before.items():
        now, record = golden_of.get(source_id), records.get(source_id)
        if now != known.line.golden_id or record is None or record.gone != known.record.gone:
            found |= {known.line.golden_id, now or known.line.golden_id}
    named = (member for decision in decisions for side in decision.sides for member in side)
    return found | {golden_of[member] for member in named if member in golden_of}


def _refusing(places: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    """Name the golden records that share a component with another: something forbids their joining.

    A component has the id of its first seen, and so has the golden record which that one is in; any other has not.
    """
    return {id_ for component_id, golden_id in places if component_id != golden_id for id_ in (component_id, golden_id)}
