"""The signing keys: one at the start however many start, sealed, rotated in time, dropped when done."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession
from auth.keys import Keys
from auth.rotate_keys import rotate
from servicekit.database import Database
from sqlalchemy import text

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


async def published(keys: Keys) -> list[str]:
    return [key["kid"] for key in await keys.published()]


async def test_copies_that_start_at_once_make_one_key(db: Database, auth_settings: Any) -> None:
    copies = [Keys(db, auth_settings()) for _ in range(5)]

    signing = await asyncio.gather(*(copy.signing() for copy in copies))

    assert len({key.id for key in signing}) == 1
    assert [await published(copy) for copy in copies] == [[signing[0].id]] * 5


async def test_a_key_that_is_not_due_stays(db: Database, auth_settings: Any) -> None:
    keys = Keys(db, auth_settings())
    await keys.rotate(now=NOW)

    await keys.rotate(now=NOW + 29 * DAY)

    assert len(await published(keys)) == 1


async def test_the_next_key_is_published_before_it_signs(db: Database, auth_settings: Any) -> None:
    keys = Keys(db, auth_settings())
    await keys.rotate(now=NOW - 30 * DAY)
    (old,) = await published(keys)

    await keys.rotate(now=NOW)

    assert len(await published(keys)) == 2
    assert (await keys.signing()).id == old


async def test_an_old_key_stays_until_the_last_token_it_signed_has_ended(db: Database, auth_settings: Any) -> None:
    keys = Keys(db, auth_settings(access_token_hours=24))
    await keys.rotate(now=NOW - 30 * DAY)
    await keys.rotate(now=NOW)
    old, new = await published(keys)

    await keys.rotate(now=NOW + timedelta(hours=25))
    still = await published(keys)
    await keys.rotate(now=NOW + timedelta(hours=27))

    assert still == [old, new]
    assert await published(keys) == [new]


async def test_another_copy_takes_a_key_it_has_not_seen(db: Database, auth_settings: Any) -> None:
    one, other = Keys(db, auth_settings()), Keys(db, auth_settings())
    assert await other.key("made up") is None
    signing = await one.signing()
    other._read_at = float("-inf")  # as if a second had passed

    assert await other.key(signing.id) is not None


async def test_revoking_ends_every_token_but_no_session(auth: ClientSession, ada: Any, auth_settings: Any) -> None:
    keys = await _jwks(auth)

    await rotate(auth_settings(), revoke=True)

    async with auth.post("/auth/refresh", cookies=ada.cookies) as answer:
        assert answer.status == 200
    async with Fresh(auth_settings) as copy:
        assert await copy.key(keys[0]["kid"]) is None
        assert len(await copy.published()) == 1


async def test_keys_sealed_by_another_secret_are_replaced(db: Database, auth_settings: Any) -> None:
    before = Keys(db, auth_settings())
    await before.rotate(now=NOW)
    after = Keys(db, auth_settings(lead_secret="another secret, since the first one leaked"))

    await after.rotate(now=NOW)

    assert await published(after) != await published(before)
    assert (await after.signing()).id in await published(after)


async def test_the_private_half_is_sealed_and_never_published(auth: ClientSession, ada: Any, db: Database) -> None:
    (key,) = await _jwks(auth)

    async with db.transaction() as conn:
        kept = (await conn.execute(text("SELECT sealed_private_key FROM signing_key"))).scalar_one()
    assert kept.startswith("v1.lead.")
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


async def test_published_keys_may_be_kept_for_a_minute(auth: ClientSession) -> None:
    async with auth.get("/auth/jwks") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=60"


class Fresh:
    """A copy of auth's keys that has read nothing yet."""

    def __init__(self, auth_settings: Any) -> None:
        self.settings = auth_settings()
        self.db = Database.connect(self.settings, "auth")

    async def __aenter__(self) -> Keys:
        return Keys(self.db, self.settings)

    async def __aexit__(self, *_: object) -> None:
        await self.db.close()


async def _jwks(client: ClientSession) -> list[dict[str, str]]:
    async with client.get("/auth/jwks") as answer:
        keys: list[dict[str, str]] = (await answer.json())["keys"]
        return keys
