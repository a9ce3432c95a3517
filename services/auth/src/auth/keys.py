"""The signing keys: made, rotated, published, and at hand in every copy of auth."""

import asyncio
import base64
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from servicekit.database import Database
from servicekit.principal import ALGORITHM
from servicekit.secrets import KeyRing, SealBroken, derive
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import key_queries as queries
from auth import key_schedule as schedule
from auth.access_tokens import SigningKey
from auth.key_schedule import Key
from auth.settings import Settings

log = structlog.get_logger()

KEPT_SECONDS = 60.0
"""How long a copy goes on with the keys it has read; a key is published much longer than this before it signs."""

ASKED_AGAIN_SECONDS = 1.0
"""How often, at the most, an unknown key id makes us read again."""


class Keys:
    """The keys as this copy knows them; a `KeySource` for auth's own routes."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._ring = KeyRing({"lead": derive(settings.lead_secret, "auth:signing-keys")})
        self._every = timedelta(days=settings.key_rotation_days)
        self._tokens_live = settings.access_token_lives
        self._keys: list[Key] = []
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Return a published key, None when there is none of this id."""
        known = {key.id: key for key in await self._at_hand(KEPT_SECONDS)}
        if key_id not in known:
            known = {key.id: key for key in await self._at_hand(ASKED_AGAIN_SECONDS)}
        return jwt.PyJWK.from_dict(public_jwk(known[key_id])) if key_id in known else None

    async def published(self) -> list[dict[str, str]]:
        """Return every public key, as a JSON Web Key Set lists them (RFC 7517)."""
        return [public_jwk(key) for key in await self._at_hand(KEPT_SECONDS)]

    async def signing(self) -> SigningKey:
        """Return the key that signs now; the very first is made here."""
        key = schedule.signing(await self._at_hand(KEPT_SECONDS), datetime.now(UTC))
        if key is None:
            await self.rotate(now=datetime.now(UTC))
            key = schedule.signing(self._keys, datetime.now(UTC))
            assert key is not None
        return SigningKey(key.id, Ed25519PrivateKey.from_private_bytes(_open(self._ring, key)))

    async def rotate(self, *, now: datetime, revoke: bool = False) -> None:
        """Make the next key if it is due, and drop those that are done.

        With `revoke`, a new key signs from now on and every other is dropped at once: all tokens end.
        """
        async with self._db.transaction() as conn:
            await queries.lock_keys(conn)
            await self._rotate(conn, now=now, revoke=revoke)
            self._keep(await queries.list_keys(conn))

    async def _rotate(self, conn: AsyncConnection, *, now: datetime, revoke: bool) -> None:
        kept = await queries.list_keys(conn)
        # After a change of LEAD_SECRET the old keys do not open. Nothing can be signed with them, and whoever
        # knew the old secret could: they go.
        lost = kept if revoke else [key for key in kept if not _opens(self._ring, key)]
        usable = [key for key in kept if key not in lost]
        done = [*lost, *schedule.ended(usable, now, self._tokens_live)]
        if signs_from := schedule.next_begins(usable, now, self._every):
            made = _new_key(self._ring, now=now, signs_from=signs_from)
            await queries.save_key(conn, made)
            log.info("signing_key_made", key_id=made.id, signs_from=signs_from.isoformat())
        if done:
            await queries.delete_keys(conn, done)
            log.info("signing_keys_dropped", key_ids=[key.id for key in done])

    async def _at_hand(self, at_most_seconds: float) -> Sequence[Key]:
        async with self._reading:
            if not self._keys or time.monotonic() - self._read_at > at_most_seconds:
                async with self._db.transaction() as conn:
                    self._keep(await queries.list_keys(conn))
            return self._keys

    def _keep(self, keys: list[Key]) -> None:
        self._keys, self._read_at = keys, time.monotonic()


def public_jwk(key: Key) -> dict[str, str]:
    """Write the public half down as a JSON Web Key (RFC 8037)."""
    x = base64.urlsafe_b64encode(key.public_key).decode().rstrip("=")
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key.id, "use": "sig", "alg": ALGORITHM}


def _new_key(ring: KeyRing, *, now: datetime, signs_from: datetime) -> Key:
    key_id = uuid4().hex
    private = Ed25519PrivateKey.generate()
    return Key(
        id=key_id,
        public_key=private.public_key().public_bytes_raw(),
        sealed_private_key=ring.seal(private.private_bytes_raw(), key_id.encode()),
        created_at=now,
        signs_from=signs_from,
    )


def _open(ring: KeyRing, key: Key) -> bytes:
    return ring.open(key.sealed_private_key, key.id.encode())


def _opens(ring: KeyRing, key: Key) -> bool:
    try:
        _open(ring, key)
    except SealBroken:
        return False
    return True
