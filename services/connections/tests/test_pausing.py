"""A connection rests when a person says so: nothing is read, its tokens stay fresh, and it goes on when told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession
from connections.operations import break_connection
from connections.renewal import access_token, refresh_due
from servicekit.testing import bearer, user_token


async def order(client: ClientSession, workspace: UUID, connection_id: UUID, what: str) -> tuple[int, dict[str, Any]]:
    headers = bearer(user_token(workspace_id=workspace))
    async with client.post(f"/connections/{connection_id}/{what}", headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_connection_is_paused_and_resumed_and_both_are_told_once(client, workspace, connect, heard) -> None:
    connection_id = await connect(workspace)

    paused = [await order(client, workspace, connection_id, "pause") for _ in range(2)]
    resumed = [await order(client, workspace, connection_id, "resume") for _ in range(2)]

    assert [(status, view["state"]) for status, view in paused + resumed] == [(200, "paused")] * 2 + [
        (200, "active")
    ] * 2
    assert paused[0][1]["paused_at"] == paused[1][1]["paused_at"] is not None
    assert resumed[0][1]["paused_at"] is None
    told = await heard()
    assert [event.name.removeprefix("connection.") for event in told] == ["authorized", "paused", "resumed"]
    assert told[0].payload["authorized_at"] < told[1].payload["paused_at"] < told[2].payload["resumed_at"]


async def test_the_tokens_of_a_paused_connection_stay_fresh(client, workspace, connect, vault, acme, alter) -> None:
    connection_id = await connect(workspace)
    await order(client, workspace, connection_id, "pause")
    soon = "UPDATE connection SET expires_at = now() + interval '1 minute', renewed_at = now() - interval '1 hour'"
    await alter(workspace, soon)

    assert await refresh_due(vault, ahead=timedelta(minutes=10)) == 1

    assert acme.refreshes == 1
    token = await access_token(vault, connection_id, rejected=None)
    assert token.access_token in acme.live


async def test_a_paused_connection_that_the_provider_refuses_is_broken(client, workspace, connect, db) -> None:
    connection_id = await connect(workspace)
    await order(client, workspace, connection_id, "pause")

    async with db.transaction(workspace) as conn:
        assert await break_connection(conn, workspace, connection_id, "the grant was revoked")

    assert (await order(client, workspace, connection_id, "resume"))[1]["type"] == "connection-not-active"


async def test_connecting_again_resumes(client, workspace, connect) -> None:
    connection_id = await connect(workspace)
    await order(client, workspace, connection_id, "pause")

    await connect(workspace)

    headers = bearer(user_token(workspace_id=workspace))
    async with client.get(f"/connections/{connection_id}", headers=headers) as answer:
        shown = await answer.json()
    assert (shown["state"], shown["paused_at"]) == ("active", None)


@pytest.mark.parametrize("what", ["pause", "resume"])
async def test_only_a_connection_that_is_there_and_ours_can_rest(client, workspace, connect, alter, what) -> None:
    connection_id = await connect(workspace)

    assert (await order(client, workspace, uuid4(), what))[0] == 404
    assert (await order(client, uuid4(), connection_id, what))[0] == 404
    await alter(workspace, "UPDATE connection SET state = 'broken', broken_reason = 'x'")
    status, problem = await order(client, workspace, connection_id, what)
    assert (status, problem["type"]) == (409, "connection-not-active")


async def test_a_paused_connection_can_be_removed(client, workspace, connect) -> None:
    connection_id = await connect(workspace)
    await order(client, workspace, connection_id, "pause")

    headers = bearer(user_token(workspace_id=workspace))
    async with client.delete(f"/connections/{connection_id}", headers=headers) as answer:
        assert answer.status == 204
    assert (await order(client, workspace, connection_id, "pause"))[1]["type"] == "connection-not-active"
