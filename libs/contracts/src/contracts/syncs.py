"""What sync-worker says of its runs."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from contracts.event import Event

SyncState = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
SyncMode = Literal["first", "incremental", "full"]


class SyncCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many records a run saw, by what became of them."""

    fetched: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: int = 0


class SyncProgressed(Event, frozen=True, kw_only=True):
    """A run began, wrote a page, waited or ended. `total` is the provider's own count, where it gives one."""

    NAME: ClassVar[str] = "sync.progressed.v1"
    TOPIC: ClassVar[str] = "syncs"

    connection_id: UUID
    sync_id: UUID
    mode: SyncMode
    state: SyncState
    stream: str | None = None
    counts: SyncCounts = SyncCounts()
    total: int | None = None
    retry_at: datetime | None = None


class DifferenceReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a provider counts more records than we hold (or, below zero, fewer), and of how many that is true.

    `skipped` could not be read, `suppressed` are erased people who must not come back; the others came or went while
    everything was read.
    """

    reason: Literal["skipped", "suppressed", "added_meanwhile", "gone_meanwhile"]
    count: int


class StreamCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider counts of one kind of records, and what we hold of them.

    Without `theirs` the provider does not tell. `unexplained` is what is left of the difference (theirs less ours)
    after all reasons.
    """

    stream: str
    ours: int
    theirs: int | None = None
    difference: int | None = None
    reasons: tuple[DifferenceReason, ...] = ()
    unexplained: int | None = None


class CoverageView(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a connection when everything was read last; without `sync_id` that has not happened yet."""

    connection_id: UUID
    sync_id: UUID | None = None
    counted_at: datetime | None = None
    items: tuple[StreamCoverage, ...] = ()


class SyncView(msgspec.Struct, frozen=True, kw_only=True):
    """A run as `GET /connections/{id}/syncs` shows it.

    `problems` are those of single streams: refused ones, and what a provider no longer tells of. `coverage` is counted
    at the end of a run that read everything.
    """

    id: UUID
    connection_id: UUID
    mode: SyncMode
    state: SyncState
    counts: dict[str, SyncCounts]
    total: dict[str, int]
    started_at: datetime
    finished_at: datetime | None = None
    retry_at: datetime | None = None
    problem: str | None = None
    problems: dict[str, str] = {}
    coverage: tuple[StreamCoverage, ...] = ()


class SyncStarted(msgspec.Struct, frozen=True, kw_only=True):
    """What asking for a sync answers: the run that was queued, or the one that has not ended yet."""

    sync_id: UUID


class SkippedView(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be read, as `GET /connections/{id}/skipped` shows it.

    `raw` is its beginning, `line` where it stands if it is of a file.
    """

    id: UUID
    sync_id: UUID
    stream: str
    provider_id: str | None
    reason: str
    raw: str
    skipped_at: datetime
    line: int | None = None
