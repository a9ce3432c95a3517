"""What sync-worker is told from outside."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """`sync_every_seconds` is the schedule of every connection; `sync_concurrency` the syncs at once, in each lane.

    While a provider tells of changes itself, its connections are synced `sync_slower_when_told` times less often.
    `full_sync_every_hours` is about how often everything of a connection is read again; 0 is never. `max_upload_bytes`
    is the longest request that hands a file over. Actions that have ended are forgotten after `action_retention_days`;
    0 is never.
    """

    sync_every_seconds: int = 3600
    sync_slower_when_told: int = 4
    sync_concurrency: int = 4
    full_sync_every_hours: int = 168
    action_retention_days: int = 90
    max_upload_bytes: int = 1_000_000_000
