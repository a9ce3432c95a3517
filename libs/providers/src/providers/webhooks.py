"""Webhooks as far as all providers are alike: what was delivered, what it hints at, and proofs of who sent it.

A delivery is never believed for what it says of a record, and only for which record it names: that is fetched. So it
does no harm when one comes twice, late, out of order or not at all.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from contracts.connections import RecordHint

WINDOW = timedelta(minutes=5)
"""How far the time of a signature may be from ours, so that what was overheard once is of no use later."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a provider's: `url` is the public one, as it was called; names of headers are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a record.

    `key` is the same whenever the provider tells of the same event again, and another for any other event.
    `account_id` is None where the address that was called says whose it is.
    """

    record: RecordHint
    key: str
    account_id: str | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider sends its deliveries by: its own id of it, and the secret that proves them."""

    id: str
    secret: str


class Forged(Exception):
    """A delivery that its provider did not send, or that is too old or too broken to tell."""


def hmac_sha256(secret: str, *parts: bytes) -> str:
    """Sign some bytes: HMAC-SHA256 in base64, as it is written in a header."""
    return base64.b64encode(hmac.digest(secret.encode(), b"".join(parts), hashlib.sha256)).decode()


def check(given: str | None, wanted: str) -> None:
    """Compare a proof, in the same time whatever is wrong with it. Raises `Forged`."""
    if not hmac.compare_digest((given or "").encode(), wanted.encode()):
        raise Forged("the proof does not fit")


def check_time(signed_at: datetime, now: datetime) -> None:
    """Refuse what was signed long ago, or will be. Raises `Forged`."""
    if abs(now - signed_at) > WINDOW:
        raise Forged("it was signed at another time")


def event_key(*parts: object) -> str:
    """Name an event by what it says of itself."""
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
