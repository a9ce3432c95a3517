"""A slow reference: who is who, which values are shown and what people are asked, as the plain rules have it.

No thought of speed: every pair of records is compared, the reasons to join are sorted, groups are joined one pair at a
time. It shares nothing with the service but own_id, rank, and what makes a key of an email and weighs two forms.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations, product
from uuid import UUID

from contracts.contacts import Contact, ContactFetched, ContactGone
from identity.normalise import Form, form_of
from identity.resolution.ids import own_id, rank
from identity.resolution.keys import keys_of
from identity.resolution.matching import EMAIL_STRENGTH
from identity.resolution.records import ContactEvent
from identity.resolution.sharing import is_shared, is_shared_by_name
from identity.rules.blocking import block_of_telephone, blocks_of
from identity.rules.ruleset import DEFAULT, STRONGEST, Rules
from identity.rules.scoring import Score, score
from identity.rules.vetoes import conflict, mark_of, marks_of, torn

LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER_AGAIN = 2**62
FIELDS = ("email", "phone", "first_name", "last_name", "company", "job_title", "city")


@dataclass
class Truth:
    """What was said of one record: of each kind of event, what counts is the highest revision."""

    source_id: UUID
    name: tuple[UUID, str]
    first_seen_at: datetime
    provider: str = ""
    shown: tuple[int, Contact] = (0, Contact())
    gone_at: int = 0

    @property
    def gone(self) -> bool:
        return self.gone_at >= self.shown[0]

    def value(self, name: str) -> str | None:
        contact = self.shown[1]
        if name in ("email", "phone"):
            return next(iter(contact.emails if name == "email" else contact.phones), None)
        return getattr(contact, name)


@dataclass
class World:
    records: dict[UUID, Truth] = field(default_factory=dict)
    decisions: dict[int, tuple[str, Sequence[set[UUID]]]] = field(default_factory=dict)
    erased: dict[UUID, datetime] = field(default_factory=dict)
    rules: Rules = DEFAULT
    pins: Mapping[int, tuple[UUID, str, str]] = field(default_factory=dict)
    """By their numbers: the record each hangs on, the field, the value."""

    def forget(self, group: Collection[UUID]) -> None:
        """A person is erased: of its records nothing is left, and nothing told of them is news."""
        for source_id in group:
            self.records[source_id].shown = (NEVER_AGAIN, Contact())
            self.records[source_id].gone_at = NEVER_AGAIN

    def erase(self, connection_id: UUID, until: datetime) -> None:
        until = self.erased[connection_id] = max(until, self.erased.get(connection_id, until))
        self.records = {
            source_id: truth
            for source_id, truth in self.records.items()
            if truth.name[0] != connection_id or truth.first_seen_at > until
        }

    def hear(self, event: ContactEvent) -> None:
        if event.first_seen_at <= self.erased.get(event.connection_id, LONG_AGO):
            return
        source_id = own_id(event.workspace_id, event.connection_id, event.provider_id, event.first_seen_at)
        name = (event.connection_id, event.provider_id)
        if any(one.name == name and one.first_seen_at > event.first_seen_at for one in self.records.values()):
            return
        self.records = {
            id_: one
            for id_, one in self.records.items()
            if one.name != name or one.first_seen_at == event.first_seen_at
        }
        truth = self.records.setdefault(source_id, Truth(source_id, name, event.first_seen_at, event.provider))
        if isinstance(event, ContactGone):
            truth.gone_at = max(truth.gone_at, event.revision)
        if isinstance(event, ContactFetched) or event.reason == "erased":
            shown = event.contact if isinstance(event, ContactFetched) else Contact()
            truth.shown = max(truth.shown, (event.revision, shown), key=lambda it: it[0])

    def groups(self) -> set[frozenset[UUID]]:
        ordered = sorted(self.records, key=rank)
        alike = self.beyond_doubt()
        reasons = [reason for pair in combinations(ordered, 2) for reason in self.reasons(*pair, alike)]
        group_of = {source_id: frozenset({source_id}) for source_id in self.records}
        for (among_gone, by_rule, weight, *_), left, right in sorted(reasons):
            ours, theirs = group_of[left], group_of[right]
            bridges_gone = among_gone and self.living(ours) and self.living(theirs)
            torn = by_rule and self.differ(ours, theirs, weight > 0)
            if ours != theirs and not bridges_gone and not torn and not self.forbidden(ours, theirs):
                group_of.update(dict.fromkeys(ours | theirs, ours | theirs))
        return set(group_of.values())

    def reasons(
        self, left: UUID, right: UUID, alike: dict[tuple[UUID, UUID], int]
    ) -> Iterable[tuple[tuple[int, ...], UUID, UUID]]:
        """Every reason to join a pair, with its order: the living first, then by strength, then by ranks."""
        among_gone = self.records[left].gone or self.records[right].gone
        for number, (verdict, sides) in self.decisions.items():
            if verdict == "same" and apart(sides, left, right):
                yield (among_gone, False, -number, rank(left), rank(right)), left, right
        common = set(keys_of(self.records[left].shown[1])) & set(keys_of(self.records[right].shown[1]))
        if not all(map(self.is_shared, common)):
            yield (among_gone, True, 0, rank(left), rank(right)), left, right
        if strength := alike.get((min(left, right), max(left, right))):
            yield (among_gone, True, STRONGEST + 1 - strength, rank(left), rank(right)), left, right

    def beyond_doubt(self) -> dict[tuple[UUID, UUID], int]:
        """All that are alike, without those of whom one is as much like somebody else."""
        pairs = {pair: found for pair in combinations(sorted(self.records), 2) if (found := self.alike(*pair))}
        marks = {one: mark_of(self.form(one)) for one in self.records}
        guesses = torn([(*pair, strength) for pair, strength in pairs.items()], marks)
        return {pair: strength for pair, strength in pairs.items() if pair not in guesses}

    def form(self, source_id: UUID) -> Form:
        return form_of(self.records[source_id].shown[1], self.rules.region)

    def alike(self, left: UUID, right: UUID) -> int | None:
        """How strongly two weigh that are worth comparing and would be joined; their ids in order, as it is told."""
        if not self.compared(left, right):
            return None
        found = self.score(left, right)
        return found.strength if found.verdict == "join" else None

    def score(self, left: UUID, right: UUID) -> Score:
        return score(self.form(left), self.form(right), self.rules, self.shared_phones(left, right))

    def compared(self, left: UUID, right: UUID) -> bool:
        ours, theirs = (set(blocks_of(self.form(one))) for one in (left, right))
        return any(self.carriers(block) <= self.rules.block_limit for block in ours & theirs)

    def carriers(self, block: int) -> int:
        return sum(block in blocks_of(self.form(one)) for one in self.records)

    def is_shared(self, key: str) -> bool:
        carriers = [one for one, truth in self.records.items() if key in keys_of(truth.shown[1])]
        return is_shared_by_name(key, self.rules) or is_shared(map(self.form, carriers), telephone=False)

    def shared_phones(self, left: UUID, right: UUID) -> frozenset[str]:
        """The telephones of both that others have, too."""
        return frozenset(
            phone
            for phone in set(self.form(left).phones) & set(self.form(right).phones)
            if self.carriers(block_of_telephone(phone)) > self.rules.block_limit
            or is_shared((self.form(one) for one in self.records if phone in self.form(one).phones), telephone=True)
        )

    def differ(self, ours: Collection[UUID], theirs: Collection[UUID], is_alike: bool) -> bool:
        if is_alike and len(ours) + len(theirs) > self.rules.group_limit:
            return True
        marks = [[marks_of(self.form(one)) for one in group] for group in (ours, theirs)]
        return any(conflict(one, other, weaker_than_key=is_alike) for one in marks[0] for other in marks[1])

    def forbidden(self, ours: Iterable[UUID], theirs: Iterable[UUID]) -> bool:
        different = [sides for verdict, sides in self.decisions.values() if verdict == "different"]
        return any(apart(sides, a, b) for sides in different for a in ours for b in theirs)

    def questions(self) -> dict[tuple[UUID, UUID], tuple[int, set[tuple[UUID, UUID]]]]:
        """What people are asked: for any two golden records the strongest evidence, and the pairs that have it."""
        asked = {}
        for ours, theirs in combinations(sorted(self.groups(), key=min), 2):
            pairs = product(*([one.source_id for one in self.living(group)] for group in (ours, theirs)))
            found = {pair: strength for pair in pairs if (strength := self.evidence(*pair)) is not None}
            if found and not self.forbidden(ours, theirs):
                best = max(found.values())
                asked[min(ours), min(theirs)] = best, {pair for pair, strength in found.items() if strength == best}
        return asked

    def evidence(self, left: UUID, right: UUID) -> int | None:
        common = set(keys_of(self.records[left].shown[1])) & set(keys_of(self.records[right].shown[1]))
        if not all(map(self.is_shared, common)):
            return EMAIL_STRENGTH
        found = self.score(left, right) if self.compared(left, right) else None
        return found.strength if found and found.verdict != "apart" else None

    def living(self, group: Iterable[UUID]) -> list[Truth]:
        return [self.records[member] for member in group if not self.records[member].gone]

    def golden(self) -> dict[UUID, dict[str, tuple[str, UUID]]]:
        """Every golden record: for each field with a value, the value and the record it comes from."""
        return {min(group): self.values(group) for group in self.groups() if self.living(group)}

    def values(self, group: Iterable[UUID]) -> dict[str, tuple[str, UUID]]:
        def newest(one: Truth) -> tuple[bool, float, int]:
            told = one.shown[1].updated_at
            return told is None, -told.timestamp() if told else 0.0, rank(one.source_id)

        living = sorted(self.living(group), key=newest)
        found = {name: [(v, one) for one in living if (v := one.value(name))] for name in FIELDS}
        best = {name: self.best(name, values) for name, values in found.items() if values}
        pinned = {name: (v, id_) for _, (id_, name, v) in sorted(self.pins.items()) if id_ in group}
        return {**{name: (v, one.source_id) for name, (v, one) in best.items()}, **pinned}

    def best(self, name: str, values: list[tuple[str, Truth]]) -> tuple[str, Truth]:
        """What the workspace's rule chooses; of what it leaves open the first, which is the newest."""
        order = self.rules.survivorship.priority
        often = Counter(value.casefold() for value, _ in values)
        match self.rules.survivorship.rules.get(name, "latest"):
            case "longest":
                return max(values, key=lambda each: len(each[0]))
            case "most_frequent":
                return max(values, key=lambda each: often[each[0].casefold()])
            case "source_priority":
                return min(values, key=lambda each: order.index(p) if (p := each[1].provider) in order else len(order))
            case _:
                return values[0]


def apart(sides: Sequence[set[UUID]], left: UUID, right: UUID) -> bool:
    where = {member: number for number, side in enumerate(sides) for member in side}
    return left in where and right in where and where[left] != where[right]
