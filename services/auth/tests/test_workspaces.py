"""Workspaces: seen from inside, renamed, erased with all that is in them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from servicekit.database import Database
from sqlalchemy import text

PASSWORD = {"password": "analytical engine"}


async def test_a_person_sees_their_workspace(auth: ClientSession, ada: Any) -> None:
    async with auth.get("/workspaces", headers=ada.bearer) as answer:
        (listed,) = (await answer.json())["items"]
    async with auth.get(f"/workspaces/{listed['id']}", headers=ada.bearer) as answer:
        shown = await answer.json()

    assert shown == listed
    assert (shown["id"], shown["name"], shown["role"]) == (ada.user["workspace_id"], "Ada's workspace", "owner")


async def test_nobody_sees_renames_or_erases_anothers_workspace(auth: ClientSession, ada: Any, register: Any) -> None:
    grace = await register(auth, "grace@example.com")
    path = f"/workspaces/{ada.user['workspace_id']}"

    statuses = [
        (await auth.get(path, headers=grace.bearer)).status,
        (await auth.patch(path, json={"name": "mine"}, headers=grace.bearer)).status,
        (await auth.delete(path, json=PASSWORD, headers=grace.bearer)).status,
        (await auth.get(f"/workspaces/{uuid4()}", headers=grace.bearer)).status,
        (await auth.get("/workspaces/1", headers=grace.bearer)).status,
    ]

    assert statuses == [404] * 5
    assert (await auth.get(path, headers=ada.bearer)).status == 200


async def test_an_owner_renames_the_workspace(auth: ClientSession, ada: Any) -> None:
    path = f"/workspaces/{ada.user['workspace_id']}"

    async with auth.patch(path, json={"name": " Engines & Co "}, headers=ada.bearer) as answer:
        assert (await answer.json())["name"] == "Engines & Co"


@pytest.mark.parametrize(("role", "renaming", "erasing"), [("admin", 200, 403), ("member", 403, 403)])
async def test_a_role_reaches_as_far_as_it_is_now_whatever_the_token_says(
    auth: ClientSession, ada: Any, db: Database, role: str, renaming: int, erasing: int
) -> None:
    path = f"/workspaces/{ada.user['workspace_id']}"
    async with db.transaction(ada.user["workspace_id"]) as conn:
        await conn.execute(text("UPDATE member SET role = :role"), {"role": role})

    renamed = await auth.patch(path, json={"name": "Engines"}, headers=ada.bearer)
    erased = await auth.delete(path, json=PASSWORD, headers=ada.bearer)

    assert (renamed.status, erased.status) == (renaming, erasing)


async def test_erasing_needs_the_password(auth: ClientSession, ada: Any) -> None:
    path = f"/workspaces/{ada.user['workspace_id']}"

    async with auth.delete(path, json={"password": "difference engine"}, headers=ada.bearer) as answer:
        problem = await answer.json()

    assert (answer.status, problem["type"]) == (403, "wrong-password")
    assert (await auth.get("/auth/me", headers=ada.bearer)).status == 200


async def test_an_erased_workspace_is_gone_with_its_people_and_everyone_hears_of_it(
    auth: ClientSession, ada: Any, register: Any, db: Database
) -> None:
    grace = await register(auth, "grace@example.com")

    async with auth.delete(
        f"/workspaces/{ada.user['workspace_id']}", json=PASSWORD, headers=ada.bearer, cookies=ada.cookies
    ) as answer:
        assert answer.status == 204
        assert answer.cookies["lead_refresh_4000"].value == ""

    assert (await auth.get("/auth/me", headers=ada.bearer)).status == 401
    assert (await auth.post("/auth/refresh", cookies=ada.cookies)).status == 401
    assert (await auth.get("/auth/me", headers=grace.bearer)).status == 200
    async with db.transaction(ada.user["workspace_id"]) as conn:
        left = await conn.execute(
            text("""
            SELECT (SELECT count(*) FROM workspace), (SELECT count(*) FROM member), (SELECT count(*) FROM audit_log),
                   (SELECT array_agg(email) FROM person), (SELECT count(*) FROM session)
            """)
        )
        told = await conn.execute(text("SELECT event_name, workspace_id FROM bus.event"))
        assert tuple(left.one()) == (0, 0, 0, ["grace@example.com"], 1)
        assert [(name, str(workspace)) for name, workspace in told] == [
            ("workspace.erased.v1", ada.user["workspace_id"])
        ]


async def test_a_person_of_two_workspaces_outlives_one(
    auth: ClientSession, ada: Any, register: Any, login: Any, db: Database
) -> None:
    grace = await register(auth, "grace@example.com")
    async with db.transaction(ada.user["workspace_id"]) as conn:
        await conn.execute(
            text("INSERT INTO member VALUES (:workspace, :person, 'member', now())"),
            {"workspace": ada.user["workspace_id"], "person": grace.user["id"]},
        )

    await auth.delete(f"/workspaces/{ada.user['workspace_id']}", json=PASSWORD, headers=ada.bearer)

    assert (await login(auth, "grace@example.com")).user == grace.user


async def test_who_signs_in_while_it_is_erased_is_in_or_out_and_nothing_breaks(
    auth: ClientSession, ada: Any, register: Any
) -> None:
    credentials = {"email": "ada@example.com"} | PASSWORD
    erase = auth.delete(f"/workspaces/{ada.user['workspace_id']}", json=PASSWORD, headers=ada.bearer)
    others = [auth.post("/auth/login", json=credentials) for _ in range(4)]
    others += [auth.post("/auth/refresh", cookies=ada.cookies) for _ in range(4)]

    erased, *answers = await asyncio.gather(erase, *others)

    assert erased.status == 204
    assert {answer.status for answer in answers} <= {200, 401}
    assert (await auth.post("/auth/login", json=credentials)).status == 401
    assert (await register(auth)).user["id"] != ada.user["id"]
