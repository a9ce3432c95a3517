"""Ids that nobody hands out: a record's own id and its rank follow from what it is, never from when it came."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATEST = 2**48 - 1
_TAIL = 2**62 - 1
_VERSION_7 = 0x7 << 76 | 0b10 << 62


def own_id(workspace_id: UUID, connection_id: UUID, provider_id: str, first_seen_at: datetime) -> UUID:
    """Give a source record the golden id it has when it heads a group.

    It has the shape of a UUIDv7: `first_seen_at` in front, so that the older of two ids is the smaller one, and a
    hash of who the record is behind.
    """
    identity = _hash_of(workspace_id.int, connection_id.int).copy()
    identity.update(provider_id.encode())
    digest = int.from_bytes(identity.digest())
    since = first_seen_at - _EPOCH  # by its parts, as to divide it takes longer than all of this
    milliseconds = (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
    if not 0 <= milliseconds <= _LATEST:
        milliseconds = min(max(milliseconds, 0), _LATEST)
    id_ = milliseconds << 80 | _VERSION_7 | digest >> 68 << 64 | digest & _TAIL
    # Twice as fast as UUID's own constructor, and every event passes here.
    return msgspec.convert(id_.to_bytes(16), UUID)


@lru_cache(maxsize=1_000)
def _hash_of(workspace_id: int, connection_id: int) -> "blake2b":
    """Begin to hash who the records of a connection are."""
    return blake2b(workspace_id.to_bytes(16) + connection_id.to_bytes(16), digest_size=10)


def rank(source_id: UUID) -> int:
    """Order records where the rules need an order: by the hash in their own id, and not by its time."""
    return (source_id.int >> 64 & 0xFFF) << 62 | source_id.int & _TAIL


def seen_at(golden_id: UUID) -> datetime:
    """Tell when the record whose own id this is was first seen, to the millisecond."""
    return _EPOCH + (golden_id.int >> 80) * _MILLISECOND


def first_id(moment: datetime) -> UUID:
    """Make the id that parts records first seen before a time from those first seen from then on."""
    milliseconds = -((_EPOCH - moment) // _MILLISECOND)
    return UUID(int=min(max(milliseconds, 0), _LATEST) << 80)
