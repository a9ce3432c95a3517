"""Evidence as it is shown: the reasons to join records and what refused them, field by field and in words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from contracts.explanations import EdgeView, FieldShare, GuardView
from contracts.golden_records import SourceName

from identity.explain import wording
from identity.normalise import Form, form_of
from identity.resolution.matching import ALIKE, DECIDED_SAME, DECIDED_STRENGTH, EMAIL_STRENGTH, SAME_EMAIL, Decision
from identity.resolution.records import SourceRecord
from identity.resolution.sharing import MOST_CARRIERS, is_shared_by_name
from identity.rules.comparison import NO_KEYS, Comparison
from identity.rules.ruleset import Rules
from identity.rules.scoring import Score, score, worths
from identity.rules.vetoes import NO_MARKS, Marks, conflict, mark_in, marks_of

RECORDS_NAMED = 20
"""So many of those that a key ties are named; of the others it is told how many they are."""

Names = Mapping[UUID, SourceName]


def name_of(record: SourceRecord) -> SourceName:
    """Tell what a source record is called at its provider."""
    return SourceName(connection_id=record.connection_id, provider=record.provider, provider_id=record.provider_id)


def pair_edge(
    names: Names,
    ends: tuple[UUID, UUID],
    forms: Mapping[UUID, Form],
    rules: Rules,
    *,
    joined: bool,
    shared: frozenset[str],
) -> EdgeView:
    """Show what two records have in common, field by field; the fields' shares add up to the strength.

    Telephones that are `shared` by several people say nothing.
    """
    left, right = (forms[end] for end in ends)
    found = score(left, right, rules, shared & set(left.phones) & set(right.phones) if shared else NO_KEYS)
    records = tuple(names[end] for end in ends if end in names)
    return EdgeView(
        rule=ALIKE,
        value="",
        strength=found.strength,
        sentence=wording.alike(found.strength, rules),
        records=records,
        joined=joined,
        fields=tuple(_shares(left, right, found, rules)),
        guards=tuple(GuardView(kind=kind, sentence=wording.guard(kind), records=records) for kind in found.guards),
    )


def _shares(left: Form, right: Form, found: Score, rules: Rules) -> Iterable[FieldShare]:
    yield _plain_share("prior", rules.prior, "two records at random are seldom one person")
    seen, total = found.comparison, rules.prior
    for field, strength in worths(left, right, seen, rules).items():
        level: str = getattr(seen, field)
        total += strength
        yield FieldShare(
            field=field,
            level=level,
            strength=strength,
            sentence=wording.share(field, level, strength, rules, of_host=_is_of_host(field, left, right, seen)),
            values=wording.compared(field, left, right, seen),
        )
    if total != found.strength:
        yield _plain_share("limit", found.strength - total, "what is alike counts for less than a key")


def _plain_share(field: str, strength: int, said: str) -> FieldShare:
    return FieldShare(field=field, level="", strength=strength, sentence=f"{said}: {wording.bits(strength)}")


def _is_of_host(field: str, left: Form, right: Form, seen: Comparison) -> bool:
    """Whether employers are taken for the same because the mailboxes are at one host."""
    return field == "company" and seen.company == "same" and left.company != right.company


def key_edge(names: Names, key: str, carriers: Sequence[UUID], *, joined: bool) -> EdgeView:
    """Show a key that records carry."""
    shown = [names[carrier] for carrier in carriers[:RECORDS_NAMED] if carrier in names]
    return EdgeView(
        rule=SAME_EMAIL,
        value=key,
        strength=EMAIL_STRENGTH,
        sentence=wording.same_key(key),
        records=tuple(shown),
        joined=joined,
        left_off=len(carriers) - len(shown),
    )


def decided_edge(names: Names, decision: Decision, members: Collection[UUID], *, joined: bool) -> EdgeView:
    """Show that a person said of records that they are the same."""
    spoken_of = sorted(member for side in decision.sides for member in side if member in members)
    shown = [names[member] for member in spoken_of[:RECORDS_NAMED] if member in names]
    return EdgeView(
        rule=DECIDED_SAME,
        value=str(decision.number),
        strength=DECIDED_STRENGTH,
        sentence=wording.decision("same", holds=True),
        records=tuple(shown),
        joined=joined,
        left_off=len(spoken_of) - len(shown),
    )


def why_refused(ours: Sequence[SourceRecord], theirs: Sequence[SourceRecord], rules: Rules, *, weak: bool) -> str:
    """Name what keeps two groups apart that something `weak`, or a key, would join.

    What forbade their joining forbids it still, as groups only grow.
    """
    found = conflict(_marks(ours, rules), _marks(theirs, rules), weaker_than_key=weak)
    if found:
        return found
    if weak and len(ours) + len(theirs) > rules.group_limit:
        return "group_limit"
    return "gone" if any(record.gone for record in (*ours, *theirs)) else "other_members"


def _marks(records: Iterable[SourceRecord], rules: Rules) -> Marks:
    marks = NO_MARKS
    for record in records:
        marks |= marks_of(form_of(record.contact, rules.region))
    return marks


def refusal(kind: str, records: Iterable[SourceName], rules: Rules, *, value: str | None = None) -> GuardView:
    """Show that something kept records apart which `value`, or what they have in common, would join."""
    sentence = wording.guard(kind, limit=rules.group_limit)
    return GuardView(kind=kind, sentence=sentence, value=value, records=tuple(records))


def shared_key(key: str, carriers: Collection[SourceRecord], rules: Rules) -> GuardView:
    """Show why a key that nobody owns joins nobody, given those of its carriers that were looked at."""
    value = wording.plain_key(key)
    if key in rules.blocked:
        return GuardView(kind="blocked", sentence=wording.guard("blocked", value=value), value=key)
    if is_shared_by_name(key, rules):
        return GuardView(kind="desk", sentence=wording.guard("desk", value=value), value=key)
    people = len({(mark.given, mark.family) for mark in map(mark_in, (c.contact for c in carriers)) if any(mark[:2])})
    kind = "shared" if people > 1 else "shared_by_many"
    sentence = wording.guard(kind, value=value, people=people, limit=MOST_CARRIERS)
    return GuardView(kind=kind, sentence=sentence, value=key, people=people)


def full_block(text: str, rules: Rules) -> GuardView:
    """Show that too many records share what a record could have been found by."""
    return GuardView(
        kind="block_too_full",
        sentence=wording.guard("block_too_full", value=text, limit=rules.block_limit),
        value=text,
    )
