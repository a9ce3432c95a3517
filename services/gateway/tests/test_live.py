"""Live updates over real HTTP: whose they are, how they come, and how they end."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import jwt
import msgspec
from aiohttp import ClientConnectorError, ClientResponse, ClientSession
from contracts.contacts import ContactGone
from contracts.event import Event
from contracts.golden_records import GoldenRecordChanged, GoldenRecordGone
from litestar.types import Receive, Scope, Send
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.principal import AUDIENCE
from servicekit.testing import KEY_ID, TEST_SECRET, FreshDatabase, TestKeys, bearer, sign, user_token

WORKSPACE, ELSEWHERE = uuid4(), uuid4()
PERSON = {"sub": str(uuid4()), "email": "ada@example.com", "workspace": str(WORKSPACE), "role": "owner"}
SIGNED_IN = bearer(user_token(workspace_id=WORKSPACE))


def changed(workspace: UUID = WORKSPACE) -> GoldenRecordChanged:
    return GoldenRecordChanged(workspace_id=workspace, golden_ids=(uuid4(),))


async def announce(db: Database, *events: Event) -> None:
    async with db.transaction() as conn:
        publish(conn, events)


async def messages(answer: ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    """Read a stream's events, comments too, until it ends."""
    while block := await answer.content.readuntil(b"\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.decode().splitlines() if line)
        if "event" in lines:
            yield lines["event"], msgspec.json.decode(lines["data"])
        elif "" in lines:
            yield "comment", lines[""]


@asynccontextmanager
async def listening(client: ClientSession, headers: dict[str, str] = SIGNED_IN) -> AsyncIterator[AsyncIterator[Any]]:
    async with client.get("/events", headers=headers) as answer, asyncio.timeout(10):
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        stream = messages(answer)
        assert await anext(stream) == ("ready", {})
        yield stream


async def test_a_change_reaches_the_readers_of_its_workspace_and_nobody_else(
    gateway: Any, fresh: FreshDatabase
) -> None:
    db = fresh.database("identity")
    ours, theirs = changed(), changed(ELSEWHERE)
    async with (
        gateway() as client,
        listening(client) as first,
        listening(client, bearer(user_token(workspace_id=WORKSPACE))) as second,
        listening(client, bearer(user_token(workspace_id=ELSEWHERE))) as stranger,
    ):
        await announce(db, theirs)
        await announce(db, ours)

        for stream in (first, second):
            assert await anext(stream) == ("golden_record.changed", {"items": [{"golden_id": str(ours.golden_ids[0])}]})
        assert await anext(stranger) == ("golden_record.changed", {"items": [{"golden_id": str(theirs.golden_ids[0])}]})


async def test_what_happens_to_source_records_is_not_shown(gateway: Any, fresh: FreshDatabase) -> None:
    gone = GoldenRecordGone(workspace_id=WORKSPACE, golden_id=uuid4())
    now = msgspec.convert("2026-01-02T03:04:05Z", type=ContactGone.__annotations__["first_seen_at"])
    record = ContactGone(
        workspace_id=WORKSPACE,
        connection_id=uuid4(),
        provider="hubspot",
        provider_id="1",
        revision=1,
        first_seen_at=now,
        reason="deleted",
    )
    async with gateway() as client, listening(client) as stream:
        await announce(fresh.database("sync-worker"), record)
        await announce(fresh.database("identity"), gone)

        assert await anext(stream) == ("golden_record.gone", {"items": [{"golden_id": str(gone.golden_id)}]})


async def test_an_event_of_another_version_means_to_look_at_everything(gateway: Any, fresh: FreshDatabase) -> None:
    class OfAnotherVersion(Event, frozen=True, kw_only=True):
        NAME: ClassVar[str] = GoldenRecordChanged.NAME
        TOPIC: ClassVar[str] = GoldenRecordChanged.TOPIC

        something_else: str

    gone = GoldenRecordGone(workspace_id=WORKSPACE, golden_id=uuid4())
    async with gateway() as client, listening(client) as stream:
        await announce(fresh.database("identity"), OfAnotherVersion(workspace_id=WORKSPACE, something_else="?"))
        assert await anext(stream) == ("resync", {})

        await announce(fresh.database("identity"), gone)
        assert await anext(stream) == ("golden_record.gone", {"items": [{"golden_id": str(gone.golden_id)}]})


async def test_a_burst_comes_as_few_messages_and_whole(gateway: Any, fresh: FreshDatabase) -> None:
    db, changes = fresh.database("identity"), [changed() for _ in range(60)]
    async with gateway() as client, listening(client) as stream:
        for change in changes:
            await announce(db, change)
        heard: list[str] = []
        count = 0
        while len(heard) < len(changes):
            _, data = await anext(stream)
            heard += [item["golden_id"] for item in data["items"]]
            count += 1

    assert heard == [str(change.golden_ids[0]) for change in changes]
    assert count < len(changes)


async def test_far_too_many_changes_are_not_named(gateway: Any, fresh: FreshDatabase) -> None:
    async with gateway() as client, listening(client) as stream:
        await announce(fresh.database("identity"), *(changed() for _ in range(2_000)))

        assert await anext(stream) == ("resync", {})


async def test_a_silent_stream_shows_that_it_lives(gateway: Any) -> None:
    async with gateway(keep_alive_seconds=0.05) as client, listening(client) as stream:
        assert await anext(stream) == ("comment", "still here")
        assert await anext(stream) == ("comment", "still here")


async def test_a_stream_ends_with_its_token(gateway: Any) -> None:
    brief = bearer(sign(PERSON | {"aud": AUDIENCE}, lives=timedelta(seconds=2)))
    async with gateway() as client, listening(client, brief) as stream:
        assert [message async for message in stream] == []


async def test_a_person_has_only_so_many_streams_and_a_closed_one_counts_no_more(gateway: Any) -> None:
    mine = bearer(sign(PERSON | {"aud": AUDIENCE}))
    async with gateway(streams_per_user=1) as client:
        async with listening(client, mine):
            async with client.get("/events", headers=mine) as refused:
                assert (refused.status, refused.content_type) == (429, "application/problem+json")
            async with listening(client):
                pass
        async with asyncio.timeout(10):
            status = 429
            while status == 429:
                async with client.get("/events", headers=mine) as answer:
                    status = answer.status
        assert status == 200


async def test_streams_end_at_once_when_the_gateway_stops(gateway: Any) -> None:
    async with gateway() as client:
        outside = ClientSession(client._base_url)
        answer = await outside.get("/events", headers=SIGNED_IN)
        await answer.content.readuntil(b"\n\n")
        stopping_at = time.monotonic()
    rest = await answer.read()
    await outside.close()

    assert b"ready" in rest
    assert time.monotonic() - stopping_at < 1


async def publish_keys(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand in for auth, whose published key is the one tests sign with."""
    key = await TestKeys().key(KEY_ID)
    assert key is not None
    document = jwt.algorithms.OKPAlgorithm.to_jwk(key.key, as_dict=True) | {"kid": KEY_ID, "alg": "EdDSA", "use": "sig"}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": msgspec.json.encode({"keys": [document]}), "more_body": False})


@asynccontextmanager
async def process(port: int, fresh: FreshDatabase, auth_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m gateway` as it is run in earnest."""
    settings = {"PORT": str(port), "AUTH_URL": auth_url, "LEAD_SECRET": TEST_SECRET, "ROLE_PREFIX": "test"}
    settings["SERVICE_DATABASE_URL"] = fresh.service_database_url
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", env=os.environ | settings, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def open_stream(client: ClientSession) -> ClientResponse:
    """Open a stream as soon as the process answers."""
    while True:
        try:
            return await client.get("/events", headers=SIGNED_IN)
        except ClientConnectorError:
            await asyncio.sleep(0.02)


async def test_a_process_told_to_stop_ends_its_streams_and_itself(
    gateway: Any, fresh: FreshDatabase, stand_in_address: Any, free_port: int
) -> None:
    async with (
        stand_in_address(publish_keys) as auth_url,
        process(free_port, fresh, auth_url) as running,
        ClientSession(f"http://127.0.0.1:{free_port}") as client,
        asyncio.timeout(30),
    ):
        answer = await open_stream(client)
        assert b"ready" in await answer.content.readuntil(b"data: {}\n\n")
        stopping_at = time.monotonic()
        running.send_signal(signal.SIGTERM)
        await answer.read()
        ended_after = time.monotonic() - stopping_at
        await running.wait()

    assert ended_after < 1
    assert running.returncode in {0, -signal.SIGTERM}
