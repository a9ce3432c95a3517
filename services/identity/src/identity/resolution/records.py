"""A source record as identity keeps it: what its provider last showed, and whether it is gone."""

from datetime import datetime
from uuid import UUID

import msgspec
from contracts.contacts import Contact, ContactFetched, ContactGone

from identity.resolution.ids import own_id
from identity.resolution.keys import keys_of

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


Name = tuple[int, int, str]
"""What a record is called outside: by its workspace, its connection and its provider's id."""


def name_of(record: SourceRecord) -> Name:
    """Name a record as it is called outside."""
    # A UUID is hashed in Python, its number in C, and there is a name for every event.
    return record.workspace_id.int, record.connection_id.int, record.provider_id


ContactEvent = ContactFetched | ContactGone


def told_by(event: ContactEvent) -> SourceRecord:
    """Make the record of which nothing is known but this event."""
    if isinstance(event, ContactFetched):
        contact, shown_revision, gone_revision = event.contact, event.revision, 0
    else:
        # Erased is more than gone: what was shown before must not come back with a late event either.
        contact, shown_revision = NOTHING, event.revision if event.reason == "erased" else 0
        gone_revision = event.revision
    return SourceRecord(
        workspace_id=event.workspace_id,
        source_id=own_id(event.workspace_id, event.connection_id, event.provider_id, event.first_seen_at),
        connection_id=event.connection_id,
        provider=event.provider,
        provider_id=event.provider_id,
        first_seen_at=event.first_seen_at,
        shown_revision=shown_revision,
        gone_revision=gone_revision,
        contact=contact,
        keys=keys_of(contact),
    )


def after(record: SourceRecord, told: SourceRecord) -> SourceRecord:
    """Take what was told of a record into it; the same record comes back when that is no news.

    First seen anew, it was erased between: its revisions began again, and it is another record, of another id, that
    takes the place of this one. What is told of an earlier one than this is old news.
    """
    if told.source_id != record.source_id:
        return told if told.source_id > record.source_id else record
    gone_revision = max(record.gone_revision, told.gone_revision)
    if told.shown_revision > record.shown_revision:
        return msgspec.structs.replace(
            record,
            shown_revision=told.shown_revision,
            gone_revision=gone_revision,
            contact=told.contact,
            keys=told.keys,
        )
    if gone_revision > record.gone_revision:
        return msgspec.structs.replace(record, gone_revision=gone_revision)
    return record


def keyed_anew(record: SourceRecord) -> SourceRecord:
    """Take the keys of a record as they are made now; the same record where those are the ones it has."""
    keys = keys_of(record.contact)
    return record if keys == record.keys else msgspec.structs.replace(record, keys=keys)


NEVER_AGAIN = 2**62
"""A revision that nothing told of a record exceeds."""


def forgotten(record: SourceRecord) -> SourceRecord:
    """Leave of a record what keeps its person from coming back: ids, and that nothing told of it is news."""
    return msgspec.structs.replace(
        record, shown_revision=NEVER_AGAIN, gone_revision=NEVER_AGAIN, contact=NOTHING, keys=()
    )
