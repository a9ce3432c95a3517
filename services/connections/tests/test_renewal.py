"""Refreshing: once at a time, stored before use, ahead of the end, and honest about what does not work."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession
from connections import queries
from connections.disconnection import disconnect
from connections.grants import fingerprint, open_grant
from connections.operations import ConnectionNotFound
from connections.renewal import ConnectionIsBroken, access_token, refresh_due, report_broken
from contracts.connections import AccessToken
from providers.source import ProviderRefused, ProviderUnavailable, RateLimited
from servicekit.errors import RetryLater
from servicekit.testing import bearer, service_token, user_token

SYNC_WORKER = bearer(service_token("sync-worker", audience="connections"))
AHEAD = timedelta(minutes=10)
ENDS_SOON = """
UPDATE connection SET expires_at = now() + interval '30 seconds', renewed_at = now() - interval '29 minutes'
"""


async def ask(client: ClientSession, connection_id: UUID, **wish: str) -> tuple[int, dict[str, Any]]:
    path = f"/internal/connections/{connection_id}/token"
    async with client.post(path, json=wish, headers=SYNC_WORKER) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_sync_worker_is_handed_a_token_with_all_a_call_needs(client, workspace, connect, acme) -> None:
    connection_id = await connect(workspace)

    status, token = await ask(client, connection_id)

    assert status == 200
    assert token["access_token"] in acme.live
    assert (token["provider"], token["account_id"]) == ("acme", "42")
    assert token["api_url"] == "https://api.acme.example"
    assert acme.refreshes == 0


async def test_a_token_that_ends_within_a_minute_is_refreshed_first(client, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    _, before = await ask(client, connection_id)
    await alter(workspace, ENDS_SOON)

    _, after = await ask(client, connection_id)
    _, again = await ask(client, connection_id)

    assert after["access_token"] != before["access_token"]
    assert again == after
    assert acme.refreshes == 1


async def test_a_refused_token_is_refreshed_once_whoever_complains(client, workspace, connect, acme) -> None:
    connection_id = await connect(workspace)
    _, before = await ask(client, connection_id)
    complaint = {"rejected": fingerprint(before["access_token"])}

    _, after = await ask(client, connection_id, **complaint)
    _, late = await ask(client, connection_id, **complaint)

    assert after["access_token"] != before["access_token"]
    assert late == after
    assert acme.refreshes == 1


async def test_many_who_ask_at_once_cost_one_refresh(client, vault, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()

    here = [asyncio.create_task(ask(client, connection_id)) for _ in range(5)]
    there = [asyncio.create_task(access_token(vault, connection_id, rejected=None)) for _ in range(5)]
    await acme.asked.wait()
    acme.gate.set()
    tokens = {token["access_token"] for _, token in await asyncio.gather(*here)}
    tokens |= {token.access_token for token in await asyncio.gather(*there)}

    assert len(tokens) == 1
    assert acme.refreshes == 1


async def test_refreshes_in_a_row_lose_nothing(vault, workspace, connect, acme) -> None:
    connection_id = await connect(workspace)
    token: AccessToken | None = None

    for _ in range(20):
        rejected = fingerprint(token.access_token) if token else None
        token = await access_token(vault, connection_id, rejected=rejected)

    assert acme.refreshes == 19
    assert len(acme.live) == 2


async def test_a_revoked_grant_breaks_the_connection_and_says_so_once(client, workspace, connect, acme, alter, heard):
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.live.clear()

    answers = [await ask(client, connection_id) for _ in range(2)]

    assert [(status, body["type"]) for status, body in answers] == [(409, "connection-broken")] * 2
    assert answers[0][1]["detail"] == "Acme no longer honours this connection."
    assert [event.name for event in await heard()] == ["connection.authorized", "connection.broken"]
    assert acme.refreshes == 1
    async with client.get("/connections", headers=bearer(user_token(workspace_id=workspace))) as answer:
        [shown] = (await answer.json())["items"]
    assert (shown["state"], shown["broken_reason"]) == ("broken", "Acme no longer honours this connection.")


TROUBLE = [
    (ProviderUnavailable("Acme sleeps."), 30),
    (ProviderUnavailable("Acme sleeps.", after_seconds=77), 77),
    (ProviderUnavailable("Acme sleeps.", after_seconds=86_400), 3600),
    (RateLimited("Acme is busy.", after_seconds=0), 1),
    (ProviderRefused("Acme refuses our client secret."), 30),
]


async def test_a_provider_in_trouble_is_left_alone_for_a_while(vault, connect, acme, alter) -> None:
    for fault, seconds in TROUBLE:
        workspace, acme.fault = uuid4(), None
        connection_id = await connect(workspace)
        await alter(workspace, ENDS_SOON)
        acme.fault, acme.refreshes = fault, 0

        with pytest.raises(RetryLater, match=str(fault)) as first:
            await access_token(vault, connection_id, rejected=None)
        with pytest.raises(RetryLater) as second:
            await access_token(vault, connection_id, rejected=None)

        assert first.value.after == timedelta(seconds=seconds)
        assert timedelta() < second.value.after <= timedelta(seconds=seconds)
        assert acme.refreshes == 1


async def test_the_trouble_over_the_token_is_refreshed(vault, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.fault = ProviderUnavailable("Acme sleeps.")
    with pytest.raises(RetryLater):
        await access_token(vault, connection_id, rejected=None)

    acme.fault = None
    await alter(workspace, "UPDATE connection SET not_before = now()")
    token = await access_token(vault, connection_id, rejected=None)

    assert token.access_token in acme.live


async def test_the_answer_says_when_to_come_back(client, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.fault = ProviderUnavailable("Acme sleeps.", after_seconds=77)

    async with client.post(f"/internal/connections/{connection_id}/token", json={}, headers=SYNC_WORKER) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "77")


async def test_what_ends_soon_is_refreshed_ahead_and_the_rest_is_left(vault, connect, acme, alter) -> None:
    soon, later = [uuid4() for _ in range(11)], uuid4()
    for workspace in [*soon, later]:
        await connect(workspace)
    for workspace in soon:
        await alter(workspace, ENDS_SOON)

    due = await refresh_due(vault, ahead=AHEAD)

    assert (due, acme.refreshes) == (11, 11)
    assert await refresh_due(vault, ahead=AHEAD) == 0


async def test_two_copies_refresh_each_connection_once(vault, connect, acme, alter) -> None:
    for workspace in [uuid4() for _ in range(12)]:
        await connect(workspace)
        await alter(workspace, ENDS_SOON)

    due = await asyncio.gather(*(refresh_due(vault, ahead=AHEAD) for _ in range(3)))

    assert (sum(due), acme.refreshes) == (12, 12)


async def test_one_that_fails_does_not_keep_the_others(vault, connect, acme, alter, heard) -> None:
    dead, sealed_by_nobody, alive = uuid4(), uuid4(), uuid4()
    for workspace in (dead, sealed_by_nobody, alive):
        await connect(workspace, account=str(workspace))
        await alter(workspace, ENDS_SOON)
        if workspace == dead:
            acme.live.clear()
    await alter(sealed_by_nobody, "UPDATE connection SET access_sealed = 'v1.lost.AAAA.AAAA'")

    await refresh_due(vault, ahead=AHEAD)

    assert [e.payload["workspace_id"] for e in await heard() if e.name == "connection.broken"] == [str(dead)]
    assert len(acme.live) == 4


async def test_tokens_of_a_short_life_are_not_refreshed_without_end(vault, workspace, connect, acme, alter) -> None:
    acme.lives = timedelta(minutes=5)
    await connect(workspace)

    assert await refresh_due(vault, ahead=AHEAD) == 0
    await alter(
        workspace,
        "UPDATE connection SET expires_at = now() + interval '2 minutes', renewed_at = now() - interval '3 minutes'",
    )
    assert await refresh_due(vault, ahead=AHEAD) == 1
    assert acme.refreshes == 1


async def test_who_dies_while_refreshing_is_followed_by_another(vault, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    await alter(workspace, "UPDATE connection SET lease = gen_random_uuid(), not_before = now()")

    token = await access_token(vault, connection_id, rejected=None)

    assert token.access_token in acme.live


async def test_a_fresh_token_is_stored_before_anyone_has_it(vault, workspace, connect, acme, alter, db) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()
    asking = asyncio.create_task(access_token(vault, connection_id, rejected=None))
    await acme.asked.wait()

    async with db.transaction(workspace) as conn:
        await queries.find_standing(conn, connection_id, lock=True)
        acme.gate.set()
        handed_out, _ = await asyncio.wait({asking}, timeout=0.5)
    token = await asking

    assert not handed_out
    async with db.transaction(workspace) as conn:
        stored = await queries.find_grant(conn, connection_id)
    assert open_grant(vault.ring, stored).access_token == token.access_token


async def test_tokens_that_died_with_their_process_break_the_connection_until_it_is_connected_again(
    vault, workspace, connect, acme, alter, db, heard
) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    async with db.transaction(workspace) as conn:
        spent = open_grant(vault.ring, await queries.find_grant(conn, connection_id))
    await acme.refresh(None, None, spent)  # as who dies before storing what comes
    await alter(workspace, "UPDATE connection SET lease = gen_random_uuid(), not_before = now()")

    for _ in range(2):
        with pytest.raises(ConnectionIsBroken):
            await access_token(vault, connection_id, rejected=None)
    await connect(workspace)

    assert acme.refreshes == 2
    assert [event.name for event in await heard()][1:] == ["connection.broken", "connection.authorized"]
    assert (await access_token(vault, connection_id, rejected=None)).access_token in acme.live


async def test_who_is_stopped_while_refreshing_stores_what_came(vault, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()
    refreshing = asyncio.create_task(refresh_due(vault, ahead=AHEAD))
    await acme.asked.wait()

    refreshing.cancel()
    acme.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await refreshing

    token = await access_token(vault, connection_id, rejected=None)
    assert token.access_token in acme.live
    assert acme.refreshes == 1


async def test_a_person_who_connects_again_meanwhile_is_not_overwritten(vault, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()
    asking = asyncio.create_task(access_token(vault, connection_id, rejected=None))
    await acme.asked.wait()

    before = set(acme.live)
    await connect(workspace)
    granted_again = acme.live - before
    acme.gate.set()

    handed_out, kept = await asking, await access_token(vault, connection_id, rejected=None)
    assert handed_out == kept
    assert kept.access_token in granted_again
    assert acme.refreshes == 1


async def test_a_refresh_that_was_overtaken_leaves_no_grant_alive_that_nobody_keeps(
    vault, workspace, connect, acme, alter
) -> None:
    acme.grants_stay = False
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()
    asking = asyncio.create_task(access_token(vault, connection_id, rejected=None))
    await acme.asked.wait()

    await connect(workspace)
    acme.gate.set()

    token = await asking
    assert len(acme.live) == 2
    assert token.access_token in acme.live


async def test_a_stale_refusal_does_not_break_who_connected_again(
    vault, workspace, connect, acme, alter, heard
) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()
    acme.live.clear()
    asking = asyncio.create_task(access_token(vault, connection_id, rejected=None))
    await acme.asked.wait()

    await connect(workspace)
    acme.gate.set()

    assert (await asking).access_token in acme.live
    assert [event.name for event in await heard()] == ["connection.authorized"] * 2


async def test_a_grant_that_comes_after_the_removal_is_given_back(vault, workspace, connect, acme, alter) -> None:
    connection_id = await connect(workspace)
    await alter(workspace, ENDS_SOON)
    acme.gate.clear()
    asking = asyncio.create_task(access_token(vault, connection_id, rejected=None))
    await acme.asked.wait()

    await disconnect(vault, workspace, connection_id, "keep")
    acme.gate.set()

    with pytest.raises(ConnectionNotFound):
        await asking
    assert acme.live == set()


async def test_what_sync_worker_reports_broken_is_broken_once(client, vault, workspace, connect, heard) -> None:
    connection_id = await connect(workspace)
    path = f"/internal/connections/{connection_id}/broken"

    for _ in range(2):
        async with client.post(path, json={"reason": "The scope was taken away."}, headers=SYNC_WORKER) as answer:
            assert answer.status == 204

    assert [event.name for event in await heard()] == ["connection.authorized", "connection.broken"]
    with pytest.raises(ConnectionIsBroken, match="The scope was taken away"):
        await access_token(vault, connection_id, rejected=None)


async def test_a_removed_connection_does_not_break(vault, workspace, connect, heard) -> None:
    connection_id = await connect(workspace)
    await disconnect(vault, workspace, connection_id, "keep")

    await report_broken(vault, connection_id, "too late")

    assert [event.name for event in await heard()] == ["connection.authorized", "connection.removed"]


async def test_between_services_nobody_else_is_let_in(client, workspace, connect) -> None:
    connection_id = await connect(workspace)
    strangers = [
        ({}, 401),
        (bearer(user_token(workspace_id=workspace)), 403),
        (bearer(service_token("identity", audience="connections")), 403),
        (bearer(service_token("sync-worker", audience="identity")), 401),
    ]

    for what in ("token", "broken"):
        for headers, status in strangers:
            async with client.post(f"/internal/connections/{connection_id}/{what}", json={}, headers=headers) as answer:
                assert answer.status == status


BAD_BODIES = [
    ("token", b'{"rejected": "x"}'),
    ("token", b'{"rejected": 1}'),
    ("token", b'{"surprise": true}'),
    ("token", b"{"),
    ("token", b"\xff"),
    ("token", b"[]"),
    ("token", b""),
    ("broken", b"{}"),
    ("broken", b'{"reason": ""}'),
    ("broken", b'{"reason": "a\\u0000b"}'),
    ("broken", b'{"reason": "%s"}' % (b"a" * 501)),
]


async def test_bad_bodies_between_services_are_refused(client, workspace, connect) -> None:
    connection_id = await connect(workspace)
    headers = SYNC_WORKER | {"Content-Type": "application/json"}

    for what, body in BAD_BODIES:
        path = f"/internal/connections/{connection_id}/{what}"
        async with client.post(path, data=body, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (400, "application/problem+json"), (what, body)


async def test_a_made_up_connection_is_not_found(client) -> None:
    assert (await ask(client, uuid4()))[0] == 404


async def test_a_token_is_not_kept_by_anyone_between(client, workspace, connect) -> None:
    path = f"/internal/connections/{await connect(workspace)}/token"

    async with client.post(path, json={}, headers=SYNC_WORKER) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
