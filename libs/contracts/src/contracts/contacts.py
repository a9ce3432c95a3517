"""The normalised contact, and what sync-worker says of the contacts it keeps."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from contracts.event import Event

GoneReason = Literal["deleted", "archived", "merged", "erased", "absent", "disconnected"]


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One person as one provider shows them, in our words; every field may be absent.

    Strings are trimmed, free of NUL and at most `MAX_FIELD_CHARS` long; an empty one is absent. The first email
    and the first phone are the provider's primary ones. `birth_date` is an ISO date where what was written is one
    day without doubt, and as it was written otherwise. Times are the provider's own, with a time zone.
    """

    first_name: str | None = None
    last_name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: str | None = None
    job_title: str | None = None
    birth_date: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    region: str | None = None
    country: str | None = None
    owner: str | None = None
    url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


MAX_FIELD_CHARS = 1_000
FEWEST_DIGITS = 3


def is_dialled(phone: str) -> bool:
    """Whether a phone has digits enough to be dialled, if only inside one house."""
    return sum(letter.isdigit() for letter in phone) >= FEWEST_DIGITS


class ContactFetched(Event, frozen=True, kw_only=True):
    """A provider showed us this contact, new or changed.

    `revision` is counted up under the source record's lock at every change, a `ContactGone` included: a listener
    ignores one that is not greater than the last it knew. `first_seen_at` never changes for a source record.
    """

    NAME: ClassVar[str] = "contact.fetched.v1"
    TOPIC: ClassVar[str] = "source_records"

    connection_id: UUID
    provider: str
    provider_id: str
    revision: int
    first_seen_at: datetime
    contact: Contact


class ContactGone(Event, frozen=True, kw_only=True):
    """A provider no longer has this contact; `merged_into` is the provider's id of the survivor, where it says so."""

    NAME: ClassVar[str] = "contact.gone.v1"
    TOPIC: ClassVar[str] = "source_records"

    connection_id: UUID
    provider: str
    provider_id: str
    revision: int
    first_seen_at: datetime
    reason: GoneReason
    merged_into: str | None = None
