"""What identity says of the golden records, and how it shows them."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from contracts.event import Event
from contracts.interactions import InteractionKind

CHANGED_AT_ONCE = 50


class GoldenRecordChanged(Event, frozen=True, kw_only=True):
    """Golden records were made, or their values or members changed; at most `CHANGED_AT_ONCE` of them.

    Who listens looks at the records themselves, so those that one transaction changed come together.
    """

    NAME: ClassVar[str] = "golden_record.changed.v1"
    TOPIC: ClassVar[str] = "golden_records"

    golden_ids: tuple[UUID, ...]


class GoldenRecordAsked(Event, frozen=True, kw_only=True):
    """Other questions than before are asked of golden records, at most `CHANGED_AT_ONCE`; they are as they were."""

    NAME: ClassVar[str] = "golden_record.asked.v1"
    TOPIC: ClassVar[str] = "golden_records"

    golden_ids: tuple[UUID, ...]


class GoldenRecordMerged(Event, frozen=True, kw_only=True):
    """Two golden records joined: `golden_id` lives on, `merged_id` redirects to it."""

    NAME: ClassVar[str] = "golden_record.merged.v1"
    TOPIC: ClassVar[str] = "golden_records"

    golden_id: UUID
    merged_id: UUID


class GoldenRecordSplit(Event, frozen=True, kw_only=True):
    """Members of `golden_id` parted from it and are `split_id` now."""

    NAME: ClassVar[str] = "golden_record.split.v1"
    TOPIC: ClassVar[str] = "golden_records"

    golden_id: UUID
    split_id: UUID


class GoldenRecordGone(Event, frozen=True, kw_only=True):
    """The last living member of a golden record went."""

    NAME: ClassVar[str] = "golden_record.gone.v1"
    TOPIC: ClassVar[str] = "golden_records"

    golden_id: UUID


RESOLVED_AT_ONCE = 100


class SourceRecordsResolved(Event, frozen=True, kw_only=True):
    """Source records were written; at most `RESOLVED_AT_ONCE`, by the ids that identity gives them.

    Identity listens itself: what it derives of them takes its time. `anew` are those that did not change, but what is
    derived of them did.
    """

    NAME: ClassVar[str] = "source_records.resolved.v1"
    TOPIC: ClassVar[str] = "resolved"

    source_ids: tuple[UUID, ...]
    anew: bool = False


class TimelineChanged(Event, frozen=True, kw_only=True):
    """What happened with these source records is told differently now; at most `CHANGED_AT_ONCE` of them.

    Each is named by its connection and the provider's id; it may not be known yet.
    """

    NAME: ClassVar[str] = "timeline.changed.v1"
    TOPIC: ClassVar[str] = "timelines"

    contacts: tuple[tuple[UUID, str], ...]


class ContactErased(Event, frozen=True, kw_only=True):
    """A person's data was erased on request: these source records must go everywhere and not come back."""

    NAME: ClassVar[str] = "contact.erased.v1"
    TOPIC: ClassVar[str] = "erasures"

    golden_id: UUID
    sources: tuple[tuple[UUID, str], ...]
    previous_ids: tuple[UUID, ...] = ()
    """Other ids that led to it: of golden records that were merged into it, before or after."""


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """A source record of a golden record."""

    connection_id: UUID
    provider: str
    provider_id: str
    first_seen_at: datetime
    updated_at: datetime | None = None
    url: str | None = None


class ContactSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A golden record as the list shows it."""

    id: UUID
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    company: str | None
    job_title: str | None
    sources: tuple[SourceView, ...]
    created_at: datetime
    updated_at: datetime
    last_interaction_at: datetime | None = None
    """When the last thing on its timeline was, or will be."""
    needs_review: bool = False
    """Whether people are asked if it is one person with another."""


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list of golden records; `next_cursor` is opaque, and null on the last page.

    `total` is told on the first page; where it is not exact, there are more. `near` are words that golden records were
    found by because none has those asked for.
    """

    items: list[ContactSummary]
    next_cursor: str | None = None
    total: int | None = None
    total_is_exact: bool = True
    near: tuple[str, ...] = ()


class FieldValue(msgspec.Struct, frozen=True, kw_only=True):
    """One source record's value for one field."""

    value: str
    connection_id: UUID
    provider: str
    provider_id: str
    updated_at: datetime | None = None


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a golden value comes from: what was chosen, by which rule, and what lost.

    `rule` is `pinned` for what a person chose, whose number `pin` is then; else that of the field: `latest`,
    `source_priority`, `most_frequent` or `longest`.
    """

    chosen: FieldValue
    rule: str
    losers: tuple[FieldValue, ...] = ()
    pin: int | None = None


class InteractionView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a contact's timeline."""

    connection_id: UUID
    provider: str
    provider_id: str
    kind: InteractionKind
    title: str | None = None
    body: str | None = None
    status: str | None = None
    amount: str | None = None
    currency: str | None = None
    url: str | None = None
    occurred_at: datetime | None = None


class ContactDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A golden record in full. `interactions` are the latest; the rest is at `/contacts/{id}/timeline`."""

    id: UUID
    fields: dict[str, str]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    lineage: dict[str, Lineage]
    sources: tuple[SourceView, ...]
    interactions: tuple[InteractionView, ...]
    previous_ids: tuple[UUID, ...]
    created_at: datetime
    updated_at: datetime
    needs_review: bool = False


class ContactCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many golden records a workspace has."""

    count: int


class SourceName(msgspec.Struct, frozen=True, kw_only=True):
    """What a source record is called at its provider."""

    connection_id: UUID
    provider: str
    provider_id: str


class HistorySide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the groups that joined or parted: its id apart, and who was in it."""

    id: UUID
    sources: tuple[SourceName, ...]


class HistoryEdge(msgspec.Struct, frozen=True, kw_only=True):
    """A reason why two source records were joined: the rule, what it stood on, and how strong it is."""

    rule: str
    value: str
    strength: int
    between: tuple[SourceName, SourceName]


HistoryKind = Literal["joined", "parted", "decided", "pinned", "unpinned"]
Verdict = Literal["same", "different"]


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a golden record; `id` is that of the whole, before parting or after joining.

    `decided` is a decision that left everybody where they were. `by` is the person who caused it, if one did, and
    `undoes` and `undone_by` are entries of the same history.
    """

    number: int
    kind: HistoryKind
    happened_at: datetime
    id: UUID
    sides: tuple[HistorySide, ...] = ()
    edges: tuple[HistoryEdge, ...] = ()
    by: UUID | None = None
    verdict: Verdict | None = None
    field: str | None = None
    value: str | None = None
    undoes: tuple[int, ...] = ()
    undone_by: int | None = None


class ActivityView(HistoryView, frozen=True, kw_only=True):
    """An entry of the whole workspace's history; `contact` is what its `id` leads to now, if anything."""

    contact: ContactSummary | None = None
