"""Registering and signing in."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import ClientSession
from servicekit.database import Database
from sqlalchemy import text

ADA = {"email": "ada@example.com", "password": "analytical engine", "first_name": "Ada", "last_name": "Lovelace"}
CREDENTIALS = {"email": "ada@example.com", "password": "analytical engine"}
WRONG = CREDENTIALS | {"password": "difference engine"}


async def post(client: ClientSession, path: str, body: object, **more: Any) -> tuple[int, dict[str, Any]]:
    async with client.post(path, json=body, **more) as answer:
        return answer.status, await answer.json()


async def test_who_registers_is_signed_in_to_a_workspace_of_their_own(auth: ClientSession) -> None:
    asked = ADA | {"email": " Ada@Example.COM ", "first_name": " Ada "}
    async with auth.post("/auth/register", json=asked) as answer:
        session = await answer.json()
        cookie = answer.cookies["lead_refresh_4000"]
        assert answer.status == 201
        assert answer.headers["Cache-Control"] == "no-store"

    async with auth.get("/auth/me", headers={"Authorization": f"Bearer {session['token']}"}) as answer:
        me = await answer.json()

    assert me == session["user"]
    assert (me["email"], me["first_name"], me["role"]) == ("ada@example.com", "Ada", "owner")
    assert (cookie["path"], cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("/auth", "lax", True, "")


async def test_behind_https_the_cookie_is_secure_and_named_by_its_port(serve: Any) -> None:
    async with (
        serve(public_url="https://leads.example.com") as client,
        client.post("/auth/register", json=ADA) as answer,
    ):
        assert answer.cookies["lead_refresh_443"]["secure"] is True


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com", " Ada@EXAMPLE.com"])
async def test_an_address_is_registered_once_however_it_is_written(auth: ClientSession, ada: Any, email: str) -> None:
    status, problem = await post(auth, "/auth/register", ADA | {"email": email})

    assert (status, problem["type"]) == (409, "email-taken")


async def test_of_two_who_register_one_address_at_once_one_does(auth: ClientSession) -> None:
    answers = await asyncio.gather(*(post(auth, "/auth/register", ADA) for _ in range(4)))

    assert sorted(status for status, _ in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com"])
async def test_the_right_password_signs_in(auth: ClientSession, ada: Any, email: str) -> None:
    status, session = await post(auth, "/auth/login", CREDENTIALS | {"email": email})

    assert status == 200
    assert session["user"] == ada.user


async def test_unknown_and_wrong_are_answered_alike(auth: ClientSession, ada: Any) -> None:
    answers = [
        await post(auth, "/auth/login", body)
        for body in (WRONG, WRONG | {"email": "grace@example.com"}, WRONG | {"email": "no address"})
    ]

    assert [status for status, _ in answers] == [401, 401, 401]
    assert answers[0] == answers[1] == answers[2]


async def test_unknown_and_wrong_take_the_same_time(serve: Any, register: Any) -> None:
    async with serve(argon2_memory_kib=8_192, argon2_iterations=2) as client:
        await register(client)
        times: dict[str, list[float]] = {"ada@example.com": [], "grace@example.com": []}
        for _ in range(4):
            for email, taken in times.items():
                began = time.perf_counter()
                await post(client, "/auth/login", WRONG | {"email": email})
                taken.append(time.perf_counter() - began)

    known, unknown = (min(taken) for taken in times.values())
    assert unknown > known / 2, "an unknown address is answered without hashing"


async def test_a_password_is_hashed_anew_when_its_cost_has_changed(serve: Any, register: Any, db: Database) -> None:
    async with serve() as client:
        await register(client)
    async with serve(argon2_iterations=2) as client:
        status, _ = await post(client, "/auth/login", CREDENTIALS)
        again, _ = await post(client, "/auth/login", CREDENTIALS)

    async with db.transaction() as conn:
        kept = (await conn.execute(text("SELECT password_hash FROM person"))).scalar_one()
    assert (status, again) == (200, 200)
    assert kept.startswith("$argon2id$v=19$m=8,t=2,p=1$")


async def test_the_same_letters_from_another_keyboard_are_the_same_password(auth: ClientSession) -> None:
    await post(auth, "/auth/register", ADA | {"password": "caf\u00e9 au lait, deux"})

    status, _ = await post(auth, "/auth/login", CREDENTIALS | {"password": "cafe\u0301 au lait, deux"})

    assert status == 200


async def test_after_too_many_wrong_passwords_even_the_right_one_waits(serve: Any, register: Any) -> None:
    async with serve(sign_in_attempts_per_account=3) as client:
        await register(client)
        wrong = [(await post(client, "/auth/login", WRONG))[0] for _ in range(3)]
        async with client.post("/auth/login", json=CREDENTIALS) as answer:
            problem = await answer.json()

    assert wrong == [401, 401, 401]
    assert (answer.status, problem["type"]) == (429, "too-many-attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60 + 1


async def test_an_unknown_account_is_limited_alike(serve: Any) -> None:
    async with serve(sign_in_attempts_per_account=2) as client:
        statuses = [(await post(client, "/auth/login", WRONG))[0] for _ in range(3)]

    assert statuses == [401, 401, 429]


async def test_attempts_made_at_once_all_count(serve: Any, register: Any) -> None:
    async with serve(sign_in_attempts_per_account=3) as client:
        await register(client)
        answers = await asyncio.gather(*(post(client, "/auth/login", WRONG) for _ in range(10)))

    assert sorted(status for status, _ in answers) == [401] * 3 + [429] * 7


async def test_the_wait_ends(serve: Any, register: Any, db: Database) -> None:
    async with serve(sign_in_attempts_per_account=1) as client:
        await register(client)
        await post(client, "/auth/login", WRONG)
        refused, _ = await post(client, "/auth/login", CREDENTIALS)
        async with db.transaction() as conn:
            await conn.execute(text("UPDATE sign_in_attempt SET window_began_at = now() - interval '15 minutes'"))

        admitted, _ = await post(client, "/auth/login", CREDENTIALS)

    assert (refused, admitted) == (429, 200)


async def test_who_signs_in_well_is_never_made_to_wait(serve: Any, register: Any) -> None:
    async with serve(sign_in_attempts_per_account=2, sign_in_attempts_per_address=2) as client:
        await register(client)
        statuses = [(await post(client, "/auth/login", CREDENTIALS))[0] for _ in range(6)]

    assert statuses == [200] * 6


async def test_an_address_that_tries_many_accounts_waits_and_others_do_not(serve: Any, register: Any) -> None:
    async with serve(sign_in_attempts_per_address=2) as client:
        await register(client)
        for name in ("a", "b", "c"):
            await post(
                client, "/auth/login", WRONG | {"email": f"{name}@example.com"}, headers=via("10.0.0.9, 8.8.4.4")
            )
        # What stands before the gateway's own entry is the caller's invention and buys nothing.
        same, _ = await post(client, "/auth/login", CREDENTIALS, headers=via("1.2.3.4, 8.8.4.4"))
        other, _ = await post(client, "/auth/login", CREDENTIALS, headers=via("8.8.4.4, 8.8.8.8"))

    assert (same, other) == (429, 200)


async def test_a_refused_address_does_not_lock_somebodys_account(serve: Any, register: Any) -> None:
    async with serve(sign_in_attempts_per_address=1, sign_in_attempts_per_account=3) as client:
        await register(client)
        for _ in range(10):
            await post(client, "/auth/login", WRONG, headers=via("8.8.4.4"))

        status, _ = await post(client, "/auth/login", CREDENTIALS, headers=via("8.8.8.8"))

    assert status == 200


async def test_registering_is_limited_per_address(serve: Any) -> None:
    async with serve(registrations_per_address=2) as client:
        statuses = [(await post(client, "/auth/register", ADA | {"email": f"ada{i}@example.com"}))[0] for i in range(3)]

    assert statuses == [201, 201, 429]


async def test_another_sites_page_can_sign_nobody_in(auth: ClientSession, ada: Any) -> None:
    status, problem = await post(auth, "/auth/login", CREDENTIALS, headers={"Sec-Fetch-Site": "cross-site"})
    as_form = {"Content-Type": "text/plain", "Sec-Fetch-Site": "same-origin"}
    async with auth.post("/auth/login", data=b'{"email":"ada@example.com"}', headers=as_form) as answer:
        form_status = answer.status

    assert (status, problem["type"]) == (403, "forbidden")
    assert form_status == 415


def via(forwarded_for: str) -> dict[str, str]:
    return {"X-Forwarded-For": forwarded_for}
