"""All that is held of one person, as one document."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.contacts import Contact
from contracts.golden_records import HistoryView, Lineage, SourceName, Verdict
from contracts.interactions import Interaction


class HeldSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source record as its provider last showed it.

    `keys` are what it is known by, `raw` is the address where the record can be had byte for byte as it came.
    """

    connection_id: UUID
    provider: str
    provider_id: str
    first_seen_at: datetime
    is_gone: bool
    contact: Contact
    keys: tuple[str, ...]
    raw: str


class HeldPin(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a person chose, and whether they took it back."""

    number: int
    field: str
    value: str
    pinned_by: UUID | None
    pinned_at: datetime
    withdrawn_at: datetime | None


class HeldDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word on who is who, whom it names, and whether they took it back."""

    number: int
    verdict: Verdict
    sides: tuple[tuple[SourceName, ...], ...]
    decided_by: UUID | None
    decided_at: datetime
    withdrawn_at: datetime | None


class HeldInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened with them."""

    connection_id: UUID
    provider: str
    provider_id: str
    interaction: Interaction


class ContactExportHead(msgspec.Struct, frozen=True, kw_only=True):
    """What there is a bounded number of."""

    exported_at: datetime
    id: UUID
    previous_ids: tuple[UUID, ...]
    fields: dict[str, str]
    lineage: dict[str, Lineage]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    sources: tuple[HeldSource, ...]
    pins: tuple[HeldPin, ...]
    decisions: tuple[HeldDecision, ...]


class ContactExport(ContactExportHead, frozen=True, kw_only=True):
    """The whole document. `timeline` and `history` are complete, the latest first."""

    timeline: tuple[HeldInteraction, ...]
    history: tuple[HistoryView, ...]
