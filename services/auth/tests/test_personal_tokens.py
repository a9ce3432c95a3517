"""Tokens for programs: made, listed, revoked, exchanged, and held to what they were made for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from auth import personal_tokens
from auth.personal_tokens import PersonalTokenRefused
from servicekit.database import Database
from servicekit.errors import Forbidden
from servicekit.principal import PublishedKeys, check_scope, check_token
from sqlalchemy import text

READ, WRITE = "contacts:read", "contacts:write"


async def call(auth: ClientSession, method: str, path: str, bearer: str, **options: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {bearer}"}
    async with auth.request(method, path, headers=headers, **options) as answer:
        return answer.status, await answer.json() if answer.content_length else None


async def make(auth: ClientSession, ada: Any, *scopes: str) -> Any:
    status, made = await call(auth, "POST", "/auth/tokens", ada.token, json={"name": "laptop", "scopes": scopes})
    assert status == 201, made
    return made


async def exchange(auth: ClientSession, token: str) -> tuple[int, Any]:
    return await call(auth, "POST", "/auth/tokens/exchange", token)


async def test_a_token_is_shown_once_and_kept_as_a_fingerprint(auth: ClientSession, ada: Any, db: Database) -> None:
    made = await make(auth, ada, READ)

    _, listed = await call(auth, "GET", "/auth/tokens", ada.token)
    assert [item["id"] for item in listed["items"]] == [made["about"]["id"]]
    assert made["token"] not in str(listed)
    async with db.engine.connect() as conn:
        kept = str((await conn.execute(text("SELECT row_to_json(t)::text FROM personal_token t"))).all())
    assert made["token"] not in kept


async def test_what_it_is_exchanged_for_has_its_scopes(auth: ClientSession, ada: Any, address: str) -> None:
    made = await make(auth, ada, WRITE)

    status, short = await exchange(auth, made["token"])

    principal = await check_token(short["access_token"], PublishedKeys(address), service="identity")
    assert status == 200
    assert principal.scopes == {READ, WRITE}
    assert str(principal.user_id) == ada.user["id"]
    assert principal.expires_at is not None
    assert principal.expires_at < datetime.now(UTC) + timedelta(minutes=6)


async def test_a_reading_token_does_not_write(auth: ClientSession, ada: Any, address: str) -> None:
    made = await make(auth, ada, READ)
    _, short = await exchange(auth, made["token"])

    principal = await check_token(short["access_token"], PublishedKeys(address), service="identity")

    check_scope(principal, READ)
    with pytest.raises(Forbidden):
        check_scope(principal, WRITE)


async def test_no_personal_token_opens_accounts_or_connections(auth: ClientSession, ada: Any, address: str) -> None:
    made = await make(auth, ada, WRITE)
    _, short = await exchange(auth, made["token"])

    wish = {"name": "more", "scopes": [WRITE]}
    assert (await call(auth, "POST", "/auth/tokens", short["access_token"], json=wish))[0] == 403
    assert (await call(auth, "GET", "/auth/me", short["access_token"]))[0] == 403
    assert (await call(auth, "GET", "/auth/me", made["token"]))[0] == 401
    with pytest.raises(Forbidden):
        await check_token(short["access_token"], PublishedKeys(address), service="connections")


async def test_a_revoked_token_is_not_taken(auth: ClientSession, ada: Any) -> None:
    made = await make(auth, ada, READ)
    path = f"/auth/tokens/{made['about']['id']}"

    first, second = [(await call(auth, "DELETE", path, ada.token))[0] for _ in range(2)]

    assert (first, second) == (204, 404)
    assert (await exchange(auth, made["token"]))[0] == 401


async def test_a_token_ends(auth: ClientSession, ada: Any, db: Database) -> None:
    made = await make(auth, ada, READ)

    async with db.transaction() as conn:
        with pytest.raises(PersonalTokenRefused):
            await personal_tokens.recognise(conn, made["token"], now=datetime.now(UTC) + timedelta(days=91))


@pytest.mark.parametrize("wish", [{"scopes": []}, {"scopes": ["all"]}, {"expires_in_days": 0}, {"name": ""}])
async def test_odd_wishes_are_refused(auth: ClientSession, ada: Any, wish: dict[str, Any]) -> None:
    whole = {"name": "laptop", "scopes": [READ]} | wish

    status, _ = await call(auth, "POST", "/auth/tokens", ada.token, json=whole)

    assert status in {400, 422}
