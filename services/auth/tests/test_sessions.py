"""Refresh tokens: one use each, two tabs at once, a thief; and the sessions they keep open."""

import asyncio
from typing import Any

from aiohttp import ClientSession
from servicekit.database import Database
from sqlalchemy import text

COOKIE = "lead_refresh_4000"


async def refresh(client: ClientSession, token: str) -> tuple[int, str | None]:
    async with client.post("/auth/refresh", cookies={COOKIE: token}) as answer:
        await answer.read()
        return answer.status, answer.cookies[COOKIE].value if COOKIE in answer.cookies else None


async def make_rotations_old(db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute(text("UPDATE refresh_token SET rotated_at = rotated_at - interval '11 seconds'"))


async def test_a_refresh_gives_a_new_session_answer_and_another_token(auth: ClientSession, ada: Any) -> None:
    async with auth.post("/auth/refresh", cookies=ada.cookies) as answer:
        session = await answer.json()
        following = answer.cookies[COOKIE].value

    async with auth.get("/auth/me", headers={"Authorization": f"Bearer {session['token']}"}) as answer:
        assert await answer.json() == ada.user == session["user"]
    assert following != ada.refresh_token


async def test_tabs_that_refresh_at_once_are_given_the_same_successor(auth: ClientSession, ada: Any) -> None:
    answers = await asyncio.gather(*(refresh(auth, ada.refresh_token) for _ in range(5)))

    assert {status for status, _ in answers} == {200}
    assert len({token for _, token in answers}) == 1


async def test_a_token_used_again_later_ends_its_session_and_no_other(
    auth: ClientSession, ada: Any, login: Any, db: Database
) -> None:
    elsewhere = await login(auth)
    _, following = await refresh(auth, ada.refresh_token)
    await make_rotations_old(db)

    stolen, _ = await refresh(auth, ada.refresh_token)

    assert following is not None
    assert stolen == 401
    assert (await refresh(auth, following))[0] == 401
    assert (await refresh(auth, elsewhere.refresh_token))[0] == 200


async def test_a_thief_within_the_grace_is_found_out_at_the_next_rotation(
    auth: ClientSession, ada: Any, db: Database
) -> None:
    _, mine = await refresh(auth, ada.refresh_token)
    _, thiefs = await refresh(auth, ada.refresh_token)
    assert mine is not None
    assert mine == thiefs
    _, thiefs_next = await refresh(auth, thiefs)
    await make_rotations_old(db)

    statuses = [(await refresh(auth, token or ""))[0] for token in (mine, thiefs_next)]

    assert statuses == [401, 401]


async def test_reuse_is_written_into_the_log_of_the_workspace(auth: ClientSession, ada: Any, db: Database) -> None:
    await refresh(auth, ada.refresh_token)
    await make_rotations_old(db)
    await refresh(auth, ada.refresh_token)

    async with db.transaction(ada.user["workspace_id"]) as conn:
        actions = (await conn.execute(text("SELECT action FROM audit_log ORDER BY id"))).scalars().all()
    assert actions == ["registered", "refresh_token_reused"]


async def test_no_token_and_a_made_up_one_are_refused(auth: ClientSession) -> None:
    async with auth.post("/auth/refresh") as answer:
        without = answer.status

    assert (without, (await refresh(auth, "made up"))[0], (await refresh(auth, "\xe9"))[0]) == (401, 401, 401)


async def test_a_session_nobody_uses_ends(auth: ClientSession, ada: Any, db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute(text("UPDATE session SET expires_at = now()"))

    assert (await refresh(auth, ada.refresh_token))[0] == 401


async def test_the_database_holds_no_token(auth: ClientSession, ada: Any, db: Database) -> None:
    async with db.transaction() as conn:
        hashes = (await conn.execute(text("SELECT token_hash FROM refresh_token"))).scalars().all()

    assert ada.refresh_token.encode() not in hashes


async def test_signing_out_ends_the_session_and_clears_the_cookie(auth: ClientSession, ada: Any) -> None:
    async with auth.post("/auth/logout", cookies=ada.cookies) as answer:
        cleared = answer.cookies[COOKIE]

    assert (answer.status, cleared.value, cleared["max-age"]) == (204, "", "0")
    assert (await refresh(auth, ada.refresh_token))[0] == 401


async def test_signing_out_without_a_session_is_no_mistake(auth: ClientSession) -> None:
    async with auth.post("/auth/logout", cookies={COOKIE: "made up"}) as answer:
        assert answer.status == 204


async def test_a_person_sees_where_they_are_signed_in_and_signs_out_there(
    auth: ClientSession, ada: Any, login: Any
) -> None:
    elsewhere = await login(auth)
    listed = await sessions_of(auth, ada)
    (other,) = (item for item in listed if not item["current"])

    async with auth.delete(f"/auth/sessions/{other['id']}", headers=ada.bearer) as answer:
        assert answer.status == 204

    assert len(listed) == 2
    assert [item["current"] for item in await sessions_of(auth, ada)] == [True]
    assert (await refresh(auth, elsewhere.refresh_token))[0] == 401


async def test_nobody_sees_or_ends_anothers_sessions(auth: ClientSession, ada: Any, register: Any) -> None:
    grace = await register(auth, "grace@example.com")
    (hers,) = await sessions_of(auth, ada)

    async with auth.delete(f"/auth/sessions/{hers['id']}", headers=grace.bearer) as answer:
        problem = await answer.json()

    assert (answer.status, problem["type"]) == (404, "session-not-found")
    assert hers["id"] not in {item["id"] for item in await sessions_of(auth, grace)}
    assert (await refresh(auth, ada.refresh_token))[0] == 200


async def test_a_new_password_ends_every_other_session(auth: ClientSession, ada: Any, login: Any) -> None:
    elsewhere = await login(auth)
    change = {"password": {"current": "analytical engine", "new": "punched cards, many"}}

    async with auth.patch("/auth/me", json=change, headers=ada.bearer, cookies=ada.cookies) as answer:
        assert answer.status == 200, await answer.json()

    assert (await refresh(auth, elsewhere.refresh_token))[0] == 401
    assert (await refresh(auth, ada.refresh_token))[0] == 200
    assert (await login(auth, password="punched cards, many")).user == ada.user


async def test_changing_the_password_needs_the_present_one(auth: ClientSession, ada: Any, login: Any) -> None:
    change = {"password": {"current": "difference engine", "new": "punched cards, many"}}

    async with auth.patch("/auth/me", json=change, headers=ada.bearer, cookies=ada.cookies) as answer:
        problem = await answer.json()

    assert (answer.status, problem["type"]) == (403, "wrong-password")
    assert (await login(auth)).user == ada.user


async def test_guessing_the_present_password_is_limited(serve: Any, register: Any) -> None:
    change = {"password": {"current": "difference engine", "new": "punched cards, many"}}
    async with serve(sign_in_attempts_per_account=2) as client:
        ada = await register(client)
        statuses = []
        for _ in range(3):
            async with client.patch("/auth/me", json=change, headers=ada.bearer) as answer:
                statuses.append(answer.status)

    assert statuses == [403, 403, 429]


async def test_a_person_changes_their_name_and_nothing_else(auth: ClientSession, ada: Any) -> None:
    async with auth.patch("/auth/me", json={"last_name": "King"}, headers=ada.bearer) as answer:
        assert await answer.json() == ada.user | {"last_name": "King"}


async def sessions_of(client: ClientSession, person: Any) -> list[dict[str, Any]]:
    async with client.get("/auth/sessions", headers=person.bearer, cookies=person.cookies) as answer:
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items
