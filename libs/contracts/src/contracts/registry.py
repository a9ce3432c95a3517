"""Every event there is, by its name on the wire."""

from contracts.actions import ActionEnded
from contracts.chats import ProposalEnded
from contracts.connections import (
    ConnectionAuthorized,
    ConnectionBroken,
    ConnectionPaused,
    ConnectionRemoved,
    ConnectionResumed,
    SyncRequested,
)
from contracts.contacts import ContactFetched, ContactGone
from contracts.event import Event
from contracts.golden_records import (
    ContactErased,
    GoldenRecordAsked,
    GoldenRecordChanged,
    GoldenRecordGone,
    GoldenRecordMerged,
    GoldenRecordSplit,
    SourceRecordsResolved,
    TimelineChanged,
)
from contracts.interactions import InteractionFetched, InteractionGone
from contracts.syncs import SyncProgressed
from contracts.workspaces import WorkspaceErased

EVENTS: dict[str, type[Event]] = {
    event.NAME: event
    for event in (
        ActionEnded,
        ConnectionAuthorized,
        ConnectionBroken,
        ConnectionPaused,
        ConnectionRemoved,
        ConnectionResumed,
        ContactErased,
        ContactFetched,
        ContactGone,
        GoldenRecordAsked,
        GoldenRecordChanged,
        GoldenRecordGone,
        GoldenRecordMerged,
        GoldenRecordSplit,
        SourceRecordsResolved,
        InteractionFetched,
        InteractionGone,
        ProposalEnded,
        SyncProgressed,
        SyncRequested,
        TimelineChanged,
        WorkspaceErased,
    )
}
