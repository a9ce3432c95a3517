"""A sync under way: whose it is, how it goes on, and how long it waits when it cannot."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

import msgspec
from contracts.event import Lane
from contracts.syncs import SyncMode

PATIENCE = 8
"""How many times in a row a run may fail before it ends; the next one of the schedule tries again."""

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 300.0

StreamState = Literal["running", "done", "refused"]


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often a connection is synced by itself, and how many times less often while its provider tells of changes.

    It is never left out: what was told may have been lost on its way.
    """

    every: timedelta
    slower_when_told: int = 1
    full_every: timedelta | None = None
    """About how often everything is read again; None is never."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where records come from."""

    workspace_id: UUID
    connection_id: UUID
    provider: str


class Run(Origin, frozen=True, kw_only=True):
    """One attempt at a sync. Only the latest `attempt` may write: a worker believed dead may wake up again."""

    sync_id: UUID
    mode: SyncMode
    attempt: int

    @property
    def reads_everything(self) -> bool:
        """Whether it begins without bookmarks, and so can be compared with the provider's own counts."""
        return self.mode != "incremental"

    @property
    def lane(self) -> Lane:
        """Where its records are published: a first sync must not delay what changes elsewhere."""
        return lane_of(self.mode)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stream stands: `state` is None until the run has read of it.

    `listing` names the reading it is in the midst of, where it is one that shows everything: what that did not show
    when it is complete is gone. Several runs may carry one, each going on where the one before it failed.
    """

    bookmark: str | None = None
    cursor: str | None = None
    listing: UUID | None = None
    state: StreamState | None = None


def lane_of(mode: SyncMode) -> Lane:
    """Tell the lane of a mode, which is also the queue of its jobs."""
    return "live" if mode == "incremental" else "backfill"


def wait_after(failures: int) -> timedelta:
    """Tell how long to wait after so many failures in a row."""
    return timedelta(seconds=min(FIRST_WAIT_SECONDS * 2.0 ** (failures - 1), LONGEST_WAIT_SECONDS))
