"""Disconnecting: the tokens are gone at once, the grant is given back as soon as the provider can."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession
from connections import queries, webhook_queries
from connections.disconnection import GIVEN_UP, MAX_ATTEMPTS, NOT_GIVEN_BACK, UNSUBSCRIBED_WITHIN, give_back_due
from connections.handlers import subscriptions
from connections.operations import break_connection, remove_connection, save_grant
from contracts.workspaces import WorkspaceErased
from providers.source import LeftToOwner, ProviderUnavailable
from servicekit.outbox import publish
from servicekit.testing import bearer, drain, user_token
from sqlalchemy import text

IS_DUE = "UPDATE revocation SET due_at = now()"


async def remove(client: ClientSession, workspace: UUID, connection_id: UUID, data: str | None = None) -> int:
    query = {"data": data} if data else {}
    headers = bearer(user_token(workspace_id=workspace))
    async with client.delete(f"/connections/{connection_id}", headers=headers, params=query) as answer:
        return answer.status


async def show(client: ClientSession, workspace: UUID, connection_id: UUID) -> dict[str, str]:
    async with client.get(
        f"/connections/{connection_id}", headers=bearer(user_token(workspace_id=workspace))
    ) as answer:
        return await answer.json()


async def left(db, workspace: UUID) -> dict[str, int]:
    """Count what a workspace still has, by table, leaving out empty ones."""
    async with db.transaction(workspace) as conn:
        counts = {
            table: (await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("connection", "handshake", "revocation")
        }
    return {table: count for table, count in counts.items() if count}


@pytest.mark.parametrize(("asked", "data"), [(None, "keep"), ("keep", "keep"), ("erase", "erase")])
async def test_a_removed_connection_has_given_its_grant_back(
    client, workspace, connect, acme, heard, db, asked, data
) -> None:
    connection_id = await connect(workspace)

    assert await remove(client, workspace, connection_id, asked) == 204

    assert acme.live == set()
    removed = (await heard())[-1]
    assert (removed.name, removed.payload["data"]) == ("connection.removed", data)
    shown = await show(client, workspace, connection_id)
    assert (shown["state"], shown["broken_reason"]) == ("removed", None)
    assert await left(db, workspace) == {"connection": 1}
    async with db.transaction(workspace) as conn:
        kept = (await conn.execute(text("SELECT access_sealed, refresh_sealed FROM connection"))).one()
    assert tuple(kept) == (None, None)


async def test_the_list_leaves_removed_connections_out_unless_asked(client, workspace, connect) -> None:
    connection_id = await connect(workspace)
    await remove(client, workspace, connection_id)
    headers = bearer(user_token(workspace_id=workspace))

    async with client.get("/connections", headers=headers) as answer:
        assert await answer.json() == {"items": [], "next_cursor": None}
    async with client.get("/connections", headers=headers, params={"removed": "true"}) as answer:
        [shown] = (await answer.json())["items"]
    assert (shown["id"], shown["removed_data"]) == (str(connection_id), "keep")
    assert shown["removed_at"] is not None
    await remove(client, workspace, connection_id, "erase")
    async with client.get(f"/connections/{connection_id}", headers=headers) as answer:
        assert (await answer.json())["removed_data"] == "erase"


async def test_records_that_were_kept_can_be_erased_later_and_nothing_happens_twice(
    client, workspace, connect, heard
) -> None:
    connection_id = await connect(workspace)

    for data in ("keep", "keep", "erase", "erase", "keep"):
        assert await remove(client, workspace, connection_id, data) == 204

    assert [e.payload["data"] for e in await heard() if e.name == "connection.removed"] == ["keep", "erase"]


async def test_what_happened_is_told_with_its_time_in_its_order(client, workspace, connect, vault, heard) -> None:
    connection_id = await connect(workspace)
    async with vault.db.transaction(workspace) as conn:
        await break_connection(conn, workspace, connection_id, "It ended.")
    await connect(workspace)
    await remove(client, workspace, connection_id)

    told = [
        (event.name, datetime.fromisoformat(event.payload[f"{event.name.removeprefix('connection.')}_at"]))
        for event in await heard()
    ]

    assert [name.removeprefix("connection.") for name, _ in told] == ["authorized", "broken", "authorized", "removed"]
    assert [at for _, at in told] == sorted({at for _, at in told})


async def test_who_waited_for_a_removal_is_authorized_after_it(workspace, connect, db, heard) -> None:
    """The one who waits began first: its transaction's own time is before the removal."""
    connection_id = await connect(workspace)
    async with db.transaction(workspace) as waiting:
        sealed = await queries.find_grant(waiting, connection_id)
        assert sealed
        async with db.transaction(workspace) as conn:
            await remove_connection(conn, workspace, connection_id, "keep")
        await save_grant(waiting, sealed, authorized_by=uuid4(), stays=True)

    removed, authorized = (event.payload for event in (await heard())[1:])
    assert removed["removed_at"] < authorized["authorized_at"]


async def test_a_broken_connection_can_be_removed(client, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, "UPDATE connection SET state = 'broken', broken_reason = 'x'")

    assert await remove(client, workspace, connection_id) == 204
    assert acme.live == set()


async def test_a_provider_that_is_away_does_not_keep_the_connection(
    client, vault, workspace, connect, acme, alter, db
) -> None:
    connection_id = await connect(workspace)
    acme.fault = ProviderUnavailable("Acme sleeps.")

    assert await remove(client, workspace, connection_id) == 204

    shown = await show(client, workspace, connection_id)
    assert (shown["state"], shown["broken_reason"]) == ("removed", NOT_GIVEN_BACK)
    assert await give_back_due(vault) == 0, "not before its time"
    acme.fault = None
    await alter(workspace, IS_DUE)
    assert await give_back_due(vault) == 1
    assert acme.live == set()
    assert await left(db, workspace) == {"connection": 1}
    assert (await show(client, workspace, connection_id))["broken_reason"] is None


async def test_a_subscription_that_cannot_be_ended_does_not_keep_the_grant_alive_for_ever(
    client, vault, workspace, connect, acme, alter, db
) -> None:
    connection_id = await connect(workspace)
    async with db.transaction(workspace) as conn:
        await webhook_queries.want(conn, workspace, connection_id)
        kept = {"subscription_id": "s1", "secret_sealed": "sealed"}
        await webhook_queries.save(conn, connection_id, "on", again_in=timedelta(0), **kept)
    acme.cannot_unsubscribe = ProviderUnavailable("Only this sleeps.")

    await remove(client, workspace, connection_id)

    for _ in range(UNSUBSCRIBED_WITHIN - 1):
        assert acme.live, "the subscription is to be ended first"
        await alter(workspace, IS_DUE)
        await give_back_due(vault)
    assert acme.unsubscribed == ["s1"] * UNSUBSCRIBED_WITHIN
    assert acme.live == set()
    assert await left(db, workspace) == {"connection": 1}


async def test_a_provider_that_never_answers_is_given_up_and_people_are_told(
    client, vault, workspace, connect, acme, alter, db
) -> None:
    connection_id = await connect(workspace)
    acme.fault = ProviderUnavailable("Acme sleeps.")
    await remove(client, workspace, connection_id)

    for _ in range(MAX_ATTEMPTS - 1):
        await alter(workspace, IS_DUE)
        await give_back_due(vault)

    assert await left(db, workspace) == {"connection": 1}
    assert (await show(client, workspace, connection_id))["broken_reason"] == GIVEN_UP


async def test_connecting_again_keeps_what_was_not_given_back_yet(client, vault, workspace, connect, acme, db) -> None:
    connection_id = await connect(workspace)
    acme.fault = ProviderUnavailable("Acme sleeps.")
    await remove(client, workspace, connection_id)
    acme.fault = None

    await connect(workspace)

    assert await left(db, workspace) == {"connection": 1}


async def test_connecting_again_gives_the_old_grant_back_where_the_new_one_is_another(
    client, vault, workspace, connect, acme, db
) -> None:
    acme.grants_stay = False
    await connect(workspace)
    old = set(acme.live)

    await connect(workspace)

    assert await give_back_due(vault) == 1
    assert acme.live.isdisjoint(old)
    assert len(acme.live) == 2
    assert await left(db, workspace) == {"connection": 1}


async def test_connecting_again_forgets_no_other_grant_that_was_not_given_back_yet(
    client, vault, workspace, connect, acme, alter
) -> None:
    acme.grants_stay = False
    connection_id = await connect(workspace)
    acme.fault = ProviderUnavailable("Acme sleeps.")
    await remove(client, workspace, connection_id)
    acme.fault = None

    await connect(workspace)
    await alter(workspace, IS_DUE)

    assert await give_back_due(vault) == 1
    assert len(acme.live) == 2


async def test_it_is_said_that_we_still_try_until_the_last_of_several_grants_is_given_back(
    client, vault, workspace, connect, acme, alter
) -> None:
    acme.grants_stay = False
    connection_id = await connect(workspace)
    await connect(workspace)
    acme.fault = ProviderUnavailable("Acme sleeps.")
    await remove(client, workspace, connection_id)
    acme.fault = None

    assert await give_back_due(vault) == 1, "the one that was replaced; the other rests"
    waiting = (await show(client, workspace, connection_id))["broken_reason"]
    await alter(workspace, IS_DUE)
    await give_back_due(vault)

    assert waiting == NOT_GIVEN_BACK
    assert (await show(client, workspace, connection_id))["broken_reason"] is None
    assert acme.live == set()


async def test_what_only_its_owner_can_end_is_said_and_not_tried_again(
    client, vault, workspace, connect, acme, db
) -> None:
    connection_id = await connect(workspace)
    acme.fault = LeftToOwner("Delete it at Acme.")

    assert await remove(client, workspace, connection_id) == 204

    assert await left(db, workspace) == {"connection": 1}
    assert (await show(client, workspace, connection_id))["broken_reason"] == "Delete it at Acme."


async def test_only_its_own_workspace_removes_a_connection(client, workspace, connect, acme) -> None:
    connection_id = await connect(workspace)

    assert await remove(client, uuid4(), connection_id) == 404
    assert await remove(client, workspace, uuid4()) == 404
    assert await remove(client, workspace, connection_id, "burn") == 400
    assert len(acme.live) == 2


async def test_an_erased_workspace_leaves_nothing_but_grants_to_give_back(
    fresh, db, vault, workspace, connect, acme
) -> None:
    other = uuid4()
    for each in (workspace, other):
        await connect(each)
    async with fresh.database("auth").transaction() as conn:
        publish(conn, [WorkspaceErased(workspace_id=workspace)])

    await drain(db, subscriptions())

    assert await left(db, workspace) == {"revocation": 1}
    assert await give_back_due(vault) == 1
    assert await left(db, workspace) == {}
    assert await left(db, other) == {"connection": 1}
    assert len(acme.live) == 2


async def test_a_choice_that_is_none_is_named_as_it_was_asked_for(client, workspace, connect) -> None:
    connection_id = await connect(workspace)

    headers = bearer(user_token(workspace_id=workspace))
    async with client.delete(f"/connections/{connection_id}?data=burn", headers=headers) as answer:
        problem = await answer.json()

    assert (answer.status, [each["field"] for each in problem["errors"]]) == (400, ["data"])
