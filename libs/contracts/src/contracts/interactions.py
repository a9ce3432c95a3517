"""Deals, tickets, notes and the like, and what sync-worker says of them."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from contracts.contacts import GoneReason
from contracts.event import Event

InteractionKind = Literal["deal", "ticket", "note", "email", "meeting", "call", "task", "activity", "comment"]

PARTS: dict[InteractionKind, InteractionKind] = {"ticket": "comment"}
"""What consists of what: a part goes when its whole goes."""


def part_id(whole_id: str, own_id: str) -> str:
    """Return the `provider_id` of a part, by which its whole is found."""
    return f"{whole_id}/{own_id}"


class Interaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that happened with people, as one provider shows it.

    `contact_ids` are the provider's own ids of the contacts it concerns; `status` and `priority` are its own words.
    `amount` is a decimal in a string, `currency` an ISO 4217 code. `ends_at` is when it is over or shall be: the day a
    deal closes, a meeting's end.
    """

    kind: InteractionKind
    type: str | None = None
    """The provider's own word where it tells sorts of one kind apart: an activity may be a call or a lunch."""

    title: str | None = None
    body: str | None = None
    status: str | None = None
    priority: str | None = None
    pipeline: str | None = None
    amount: str | None = None
    currency: str | None = None
    owner: str | None = None
    url: str | None = None
    occurred_at: datetime | None = None
    ends_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    contact_ids: tuple[str, ...] = ()


class InteractionFetched(Event, frozen=True, kw_only=True):
    """A provider showed us this interaction, new or changed. `provider_id` is unique within its kind; see `PARTS`."""

    NAME: ClassVar[str] = "interaction.fetched.v1"
    TOPIC: ClassVar[str] = "source_records"

    connection_id: UUID
    provider: str
    provider_id: str
    revision: int
    interaction: Interaction


class InteractionGone(Event, frozen=True, kw_only=True):
    """A provider no longer has this interaction."""

    NAME: ClassVar[str] = "interaction.gone.v1"
    TOPIC: ClassVar[str] = "source_records"

    connection_id: UUID
    provider: str
    kind: InteractionKind
    provider_id: str
    revision: int
    reason: GoneReason
