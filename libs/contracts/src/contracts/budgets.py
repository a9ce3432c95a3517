"""What sync-worker says of the limits that providers set an account."""

from datetime import datetime

import msgspec


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """A limit as `GET /connections/{id}/budget` shows it: `words` name it, so that " is used up" can follow.

    At most `most` in `seconds`, None where only the provider knows; `used` is what was taken since the window began
    that ends at `resets_at`, by all who share the account as far as the provider tells. `waits_until` is set while
    nobody may take of it.
    """

    name: str
    words: str
    seconds: float
    used: int
    most: int | None = None
    left: int | None = None
    resets_at: datetime | None = None
    waits_until: datetime | None = None
