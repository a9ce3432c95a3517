"""Which value wins: what a golden record shows, as a function of its members, and where each value comes from.

Field by field, among the members that are not gone and have a value: what a person pinned, else what the field's rule
says. By default the last write wins, the one with the latest provider time; ties go by rank. Only what lists
show is stored; the rest is computed when someone looks, so taking a group apart gives back what was there before.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from uuid import UUID

import msgspec
from contracts.contacts import Contact
from contracts.golden_records import FieldValue, Lineage

from identity.normalise.emails import address
from identity.resolution.ids import rank, seen_at
from identity.resolution.records import SourceRecord
from identity.rules.survivorship import LATEST, Rule, Survivorship

PINNED = "pinned"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
PLAIN_FIELDS = (
    "first_name", "last_name", "company", "job_title", "birth_date", "street", "city", "postal_code", "region",
    "country", "owner", "url",
)  # fmt: skip


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a person chose for a golden record. It hangs on one of its records, and goes where that one goes."""

    number: int
    source_id: UUID
    field: str
    value: str


Pins = Mapping[UUID, Sequence[Pin]]
"""Pins by the record they hang on."""
Pinned = Mapping[str, Pin]
"""A golden record's pin of each field that has one."""
NO_PINS: Pins = {}
UNPINNED: Pinned = {}
BY_DEFAULT = Survivorship()


class GoldenRow(msgspec.Struct, frozen=True, gc=False):
    """What is stored of a golden record: the columns of the list."""

    workspace_id: UUID
    golden_id: UUID
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    company: str | None
    job_title: str | None
    providers: tuple[str, ...]
    updated_at: datetime

    @property
    def created_at(self) -> datetime:
        """When the first of its members was first seen."""
        return seen_at(self.golden_id)


def newest_first(members: Iterable[SourceRecord]) -> list[SourceRecord]:
    """List the members that are not gone in the order in which their values win."""
    living = [member for member in members if not member.gone]
    if len(living) > 1:
        living.sort(key=_precedence)
    return living


def _precedence(member: SourceRecord) -> tuple[timedelta, int]:
    told = member.contact.updated_at
    return _EPOCH - told if told else timedelta.max, rank(member.source_id)


def _primary(values: tuple[str, ...]) -> str | None:
    return values[0] if values else None


LISTED = ("email", "first_name", "last_name", "phone", "company", "job_title")
_READ: dict[str, Callable[[Contact], str | None]] = {
    "email": lambda contact: _primary(contact.emails),
    "phone": lambda contact: _primary(contact.phones),
    **{field: attrgetter(field) for field in PLAIN_FIELDS},
}


def row_of(
    golden_id: UUID,
    living: Sequence[SourceRecord],
    pinned: Pinned = UNPINNED,
    survivorship: Survivorship = BY_DEFAULT,
) -> GoldenRow:
    """Make the stored part of a golden record from its living members, newest first; there is at least one."""
    if survivorship.rules or pinned:
        listed: Iterable[str | None] = [_chosen(field, living, pinned, survivorship) for field in LISTED]
    else:
        listed = _listed(living)
    email, first_name, last_name, phone, company, job_title = listed
    # By place: names would be read anew for every contact.
    return GoldenRow(
        living[0].workspace_id,
        golden_id,
        email,
        first_name,
        last_name,
        phone,
        company,
        job_title,
        _providers(living),
        updated_at(living),
    )


def pinned_of(members: Iterable[UUID], pins: Pins) -> Pinned:
    """Find the last pin of each field among those that hang on these records, whether or not they are gone."""
    found: dict[str, Pin] = {}
    for member in members:
        for pin in pins.get(member, ()):
            if pin.field not in found or found[pin.field].number < pin.number:
                found[pin.field] = pin
    return found


def ranked(
    field: str, living: Sequence[SourceRecord], survivorship: Survivorship
) -> tuple[Rule, list[tuple[SourceRecord, str]]]:
    """List the members that have a value for a field, the winner first, and the rule that says so."""
    read, rule = _READ[field], survivorship.rules.get(field, LATEST)
    found = [(member, value) for member in living if (value := read(member.contact))]
    # Sorting is stable: what a rule leaves undecided goes by time and rank, as it came.
    match rule:
        case "source_priority":
            order = {provider: place for place, provider in enumerate(survivorship.priority)}
            found.sort(key=lambda each: order.get(each[0].provider, len(order)))
        case "most_frequent":
            often = Counter(value.casefold() for _, value in found)
            found.sort(key=lambda each: -often[each[1].casefold()])
        case "longest":
            found.sort(key=lambda each: -len(each[1]))
        case "latest":
            pass
    return rule, found


def _chosen(field: str, living: Sequence[SourceRecord], pinned: Pinned, survivorship: Survivorship) -> str | None:
    if pin := pinned.get(field):
        return pin.value
    _, found = ranked(field, living, survivorship)
    return found[0][1] if found else None


def values(
    living: Sequence[SourceRecord],
    pinned: Pinned = UNPINNED,
    survivorship: Survivorship = BY_DEFAULT,
    *,
    fields: Iterable[str] = _READ,
) -> dict[str, str]:
    """Choose the value of every field that has one, or of some fields."""
    chosen = {field: _chosen(field, living, pinned, survivorship) for field in fields}
    return {field: value for field, value in chosen.items() if value is not None}


def updated_at(living: Iterable[SourceRecord]) -> datetime:
    """Tell when a golden record last changed at any of its providers."""
    return plausible(max([member.contact.updated_at or member.first_seen_at for member in living]))


def plausible(moment: datetime) -> datetime:
    """Bring a provider's time into the years that every clock and database can tell."""
    return moment if _EPOCH <= moment <= _LATEST else min(max(moment, _EPOCH), _LATEST)


def _providers(living: Sequence[SourceRecord]) -> tuple[str, ...]:
    return (living[0].provider,) if len(living) == 1 else tuple(sorted({member.provider for member in living}))


def _listed(living: Sequence[SourceRecord]) -> Sequence[str | None]:
    """Choose the value of each listed field: that of the first member who has one."""
    chosen: Sequence[str | None] = _listed_by(living[0].contact)
    for other in living[1:]:
        chosen = [value or another for value, another in zip(chosen, _listed_by(other.contact), strict=True)]
    return chosen


def _listed_by(contact: Contact) -> tuple[str | None, ...]:
    return (
        contact.emails[0] if contact.emails else None,
        contact.first_name,
        contact.last_name,
        contact.phones[0] if contact.phones else None,
        contact.company,
        contact.job_title,
    )


FIELDS = tuple(_READ)
"""Every field that a golden record has one value of."""


def lineage(
    living: Sequence[SourceRecord], pinned: Pinned = UNPINNED, survivorship: Survivorship = BY_DEFAULT
) -> dict[str, Lineage]:
    """Tell for each field with a value which one was chosen, and which the other members would have given."""
    found: dict[str, Lineage] = {}
    for field in FIELDS:
        rule, ranks = ranked(field, living, survivorship)
        values = [_field_value(member, value) for member, value in ranks]
        if pin := pinned.get(field):
            # What nobody else says is told under the record that the pin hangs on, or who speaks for it.
            holder = next((member for member in living if member.source_id == pin.source_id), living[0])
            said = (each for each in values if each.value == pin.value)
            chosen = next(said, None) or _field_value(holder, pin.value)
            losers = tuple(each for each in values if each is not chosen)
            found[field] = Lineage(chosen=chosen, rule=PINNED, losers=losers, pin=pin.number)
        elif values:
            found[field] = Lineage(chosen=values[0], rule=rule, losers=tuple(values[1:]))
    return found


def _field_value(member: SourceRecord, value: str) -> FieldValue:
    return FieldValue(
        value=value,
        connection_id=member.connection_id,
        provider=member.provider,
        provider_id=member.provider_id,
        updated_at=member.contact.updated_at,
    )


def all_emails(living: Iterable[SourceRecord]) -> tuple[str, ...]:
    """List every email of a golden record once, the primary one first."""
    return _each_once((address(email) or email, email) for m in living for email in m.contact.emails)


def all_phones(living: Iterable[SourceRecord]) -> tuple[str, ...]:
    """List every phone of a golden record once, the primary one first."""
    return _each_once((phone, phone) for m in living for phone in m.contact.phones)


def _each_once(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for key, value in pairs:
        seen.setdefault(key, value)
    return tuple(seen.values())
