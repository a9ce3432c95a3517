"""How many requests one may make: a bucket of tokens each, filled evenly, kept in memory."""

import ipaddress
import math
from collections import OrderedDict

import msgspec

KEYS_AT_MOST = 50_000


class Bucket(msgspec.Struct):
    """What is left of somebody's requests, as of a time."""

    left: float
    at: float


class Buckets:
    """One bucket per key: `per_minute` requests at once, then as fast as they come back.

    Beyond `keys_at_most` the bucket that was not asked for longest is forgotten, and so is full again.
    """

    def __init__(self, per_minute: int, *, keys_at_most: int = KEYS_AT_MOST) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._keys_at_most = keys_at_most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait(self, key: str, *, now: float) -> int:
        """Return the whole seconds until a request could be taken, and take none."""
        bucket = self._buckets.get(key)
        if bucket is None:
            return 0
        left = min(self._capacity, bucket.left + (now - bucket.at) * self._per_second)
        return 0 if left >= 1 else math.ceil((1 - left) / self._per_second)

    def take(self, key: str, *, now: float) -> int:
        """Take a request; return 0, or the whole seconds to wait when none is left."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._capacity, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._keys_at_most:
            self._buckets.popitem(last=False)
        bucket.left = min(self._capacity, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            return math.ceil((1 - bucket.left) / self._per_second)
        bucket.left -= 1
        return 0


def address_key(address: str) -> str:
    """Name whoever has an address: an IPv6 network of 64 bits is one household."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
