"""A source record as identity keeps it: what its provider last showed, and whether it is gone."""

from datetime import datetime
from uuid import UUID

import msgspec
from contracts.contacts import Contact, ContactFetched, ContactGone

from identity.ids import own_id
from identity.keys import keys_of

NOTHING = Contact()


class SourceRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One contact of one connection.

    It is made of two facts that may come in either order, each the one with the highest revision: what the
    provider last showed, and when it last said the contact was gone. So the record is a function of the set of
    events, and a deletion that overtakes its contact leaves the same record as one that follows it.
    """

    workspace_id: UUID
    source_id: UUID
    connection_id: UUID
    provider: str
    provider_id: str
    first_seen_at: datetime
    shown_revision: int = 0
    gone_revision: int = 0
    contact: Contact = NOTHING
    keys: tuple[str, ...] = ()

    @property
    def gone(self) -> bool:
        """Whether the provider no longer has it."""
        return self.gone_revision >= self.shown_revision


ContactEvent = ContactFetched | ContactGone


def unknown(event: ContactEvent) -> SourceRecord:
    """Make the record of an event's contact, before the event."""
    return SourceRecord(
        workspace_id=event.workspace_id,
        source_id=own_id(event.workspace_id, event.connection_id, event.provider_id, event.first_seen_at),
        connection_id=event.connection_id,
        provider=event.provider,
        provider_id=event.provider_id,
        first_seen_at=event.first_seen_at,
    )


def after(record: SourceRecord, event: ContactEvent) -> SourceRecord:
    """Take an event into a record; the same record comes back when the event is no news."""
    if isinstance(event, ContactFetched):
        if event.revision <= record.shown_revision:
            return record
        return msgspec.structs.replace(
            record, shown_revision=event.revision, contact=event.contact, keys=keys_of(event.contact)
        )
    shown, gone = record.shown_revision, max(record.gone_revision, event.revision)
    if event.reason == "erased" and event.revision > shown:
        # Erased is more than gone: what was shown before must not come back with a late event either.
        return msgspec.structs.replace(
            record, shown_revision=event.revision, gone_revision=gone, contact=NOTHING, keys=()
        )
    return record if gone == record.gone_revision else msgspec.structs.replace(record, gone_revision=gone)
