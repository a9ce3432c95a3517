"""Forgetting a person, and what went."""

from uuid import UUID

import msgspec

from contracts.golden_records import SourceName


class EraseWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forget a person for good, or see what would go."""

    dry_run: bool = False


class ErasureOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What went with a golden record, or with `dry_run` would go.

    `interactions` concerned nobody else; of those in `mentions` the record stays, and no longer names the person.
    `history`, `decisions`, `pins`, `keys`, `pairs` and `previous_ids` count what named their records. The raw records
    go soon after.
    """

    id: UUID
    sources: tuple[SourceName, ...]
    interactions: int
    mentions: int
    history: int
    decisions: int
    pins: int
    keys: int
    pairs: int
    previous_ids: int
    dry_run: bool = False
