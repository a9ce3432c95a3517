"""The rules alone, in memory: normalise, block, weigh, and Kruskal with constraints over what is left.

It is the model of who is who with all speed left out, and without decisions and deletions: for measuring rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

import msgspec
from contracts.contacts import Contact
from identity.normalise import Form, form_of
from identity.resolution.sharing import is_shared
from identity.rules import blocking
from identity.rules.ruleset import Rules
from identity.rules.scoring import score
from identity.rules.vetoes import conflict, mark_of, marks_of, torn

KEY_STRENGTH = 1_000

Pair = tuple[int, int]


class Outcome(msgspec.Struct):
    """Groups by rule, and the pairs that people would be asked about, strongest first."""

    groups: list[list[int]]
    suggested: list[Pair]
    compared: int


class Population(msgspec.Struct):
    """Records, made ready for any rules."""

    forms: list[Form]
    keys: dict[str, list[int]]
    shared: frozenset[str]
    blocks: dict[int, tuple[int, ...]]


def prepare(contacts: Iterable[Contact], region: str | None = None) -> Population:
    """Normalise all records, and find out which values are shared."""
    forms, keys = [], defaultdict[str, list[int]](list)
    for number, contact in enumerate(contacts):
        form = form_of(contact, region)
        forms.append(form)
        for email in form.emails:
            keys[email].append(number)
        for phone in form.phones:
            keys[phone].append(number)
    shared = frozenset(
        key
        for key, carriers in keys.items()
        if is_shared([forms[number] for number in carriers], telephone="@" not in key)
    )
    blocks = {number: blocking.blocks_of(form) for number, form in enumerate(forms)}
    return Population(forms, dict(keys), shared, blocks)


def candidates(population: Population, rules: Rules) -> set[Pair]:
    """List the pairs that are compared: of one block, or of one key that is not shared."""
    found = blocking.pairs(population.blocks, rules.block_limit)
    for key, carriers in population.keys.items():
        if key not in population.shared and len(carriers) <= rules.block_limit:
            found.update(combinations(carriers, 2))
    return found


def resolve(population: Population, rules: Rules, accepted: Iterable[Pair] = ()) -> Outcome:
    """Group the records by rule; pairs that people `accepted` are joined first."""
    forest = _Forest(population.forms)
    for left, right in accepted:
        forest.join(left, right)
    edges: list[tuple[int, int, int]] = [
        (KEY_STRENGTH, left, right)
        for key, carriers in population.keys.items()
        if "@" in key and key not in population.shared
        for left, right in combinations(carriers, 2)
    ]
    asked = []
    compared = candidates(population, rules)
    for left, right in compared:
        found = score(population.forms[left], population.forms[right], rules, population.shared)
        if found.verdict == "join":
            edges.append((found.strength, left, right))
        elif found.verdict == "suggest":
            asked.append((found.strength, left, right))
    weak = [(left, right, strength) for strength, left, right in edges if strength < KEY_STRENGTH]
    guessed = torn(weak, dict(enumerate(map(mark_of, population.forms))))
    asked += [edge for edge in edges if edge[1:] in guessed and edge[0] < KEY_STRENGTH]
    edges = [edge for edge in edges if edge[1:] not in guessed or edge[0] == KEY_STRENGTH]
    for strength, left, right in sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2])):
        if not forest.try_join(left, right, weaker_than_key=strength < KEY_STRENGTH, limit=rules.group_limit):
            asked.append((strength, left, right))
    asked.sort(key=lambda edge: (-edge[0], edge[1], edge[2]))
    suggested = [(left, right) for _, left, right in asked if forest.root[left] != forest.root[right]]
    return Outcome(list(forest.members.values()), suggested, len(compared))


def answered(population: Population, rules: Rules, truth: Mapping[int, str]) -> tuple[Outcome, int]:
    """Let a careful person accept every suggestion that is right, until none is left; count the answers they gave."""
    accepted: list[Pair] = []
    outcome = resolve(population, rules)
    asked = 0
    while right := [pair for pair in outcome.suggested if truth[pair[0]] == truth[pair[1]]]:
        asked += len(outcome.suggested)
        accepted += right
        outcome = resolve(population, rules, accepted)
    return outcome, asked


class _Forest:
    """Groups that grow."""

    def __init__(self, forms: list[Form]) -> None:
        self.root = list(range(len(forms)))
        self.members = {number: [number] for number in self.root}
        self._marks = [marks_of(form) for form in forms]

    def try_join(self, left: int, right: int, *, weaker_than_key: bool, limit: int) -> bool:
        """Join two groups unless that is forbidden; whether they are one now."""
        one, other = self.root[left], self.root[right]
        if one == other:
            return True
        if weaker_than_key and len(self.members[one]) + len(self.members[other]) > limit:
            return False
        if conflict(self._marks[one], self._marks[other], weaker_than_key=weaker_than_key):
            return False
        self.join(left, right)
        return True

    def join(self, left: int, right: int) -> None:
        """Join two groups, whatever forbids it."""
        one, other = self.root[left], self.root[right]
        if one != other:
            self._marks[one] |= self._marks[other]
            self.members[one] += (moved := self.members.pop(other))
            for number in moved:
                self.root[number] = one
