"""The HTTP of sync-worker, over a really served app."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import RawTestServer
from providers.source import Access, Page, Skipped
from servicekit.testing import TestKeys, bearer, served, user_token
from shop_world import Shop, World, contact
from sync_worker.app import create_app

RAW = b'{"id":"1",  "z":"\\u0000","a":[1,2 ]}'


@pytest.fixture
async def client(world: World) -> AsyncIterator[ClientSession]:
    app = create_app(world.settings, sources={"shop": world.shop}, keys=TestKeys())
    async with served(app) as session:
        session.headers.update(bearer(user_token(workspace_id=world.workspace_id)))
        yield session


async def test_the_service_syncs_what_was_connected_and_shows_it(world: World, client: ClientSession) -> None:
    unread = Skipped(provider_id=None, reason="Not valid JSON", raw=b"{\xff")
    world.shop.show("contacts", Page(contacts=(contact("1", raw=RAW),), skipped=(unread,)))
    run = await world.ended("succeeded")

    async with client.get(f"/connections/{world.connection_id}/syncs") as answer:
        listed = await answer.json()
    async with client.get(f"/syncs/{run.id}") as answer:
        shown = await answer.json()
    async with client.get(f"/sources/{world.connection_id}/1") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "application/json", RAW)
    async with client.get(f"/connections/{world.connection_id}/skipped") as answer:
        (skipped,) = (await answer.json())["items"]

    assert listed == {"items": [shown], "next_cursor": None}
    assert (shown["state"], shown["counts"]["contacts"]["added"]) == ("succeeded", 1)
    assert (skipped["reason"], skipped["raw"], skipped["sync_id"]) == ("Not valid JSON", "{\ufffd", str(run.id))


class Remote(Shop):
    """A shop that is really asked over HTTP, at an address only a proxy can find."""

    async def fetch_page(self, http: ClientSession, access: Access, stream: str, **where: Any) -> Page:
        async with http.get("http://shop.invalid/people") as answer:
            answer.raise_for_status()
            return await super().fetch_page(http, access, stream, **where)


async def test_providers_are_asked_through_the_proxy_and_our_own_services_are_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    async def pass_on(request: web.BaseRequest) -> web.Response:
        asked.add(str(request.url))
        return web.Response()

    async with RawTestServer(pass_on) as proxy:
        monkeypatch.setenv("http_proxy", str(proxy.make_url("")))
        async with served(create_app(world.settings, sources={"shop": Remote()}, keys=TestKeys())):
            await world.ended("succeeded")

    assert asked == {"http://shop.invalid/people"}


async def test_a_sync_asked_for_by_hand_is_accepted_and_runs(world: World, client: ClientSession) -> None:
    await world.ended("succeeded")

    async with client.post(f"/connections/{world.connection_id}/sync") as answer:
        assert answer.status == 202
        asked = (await answer.json())["sync_id"]

    run = await world.ended("succeeded")
    assert (str(run.id), run.mode) == (asked, "incremental")


async def test_everything_is_read_again_when_asked_and_the_counts_are_shown(
    world: World, client: ClientSession
) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.ended("succeeded")

    async with client.post(f"/connections/{world.connection_id}/sync?mode=full") as answer:
        asked = (await answer.json())["sync_id"]
    run = await world.ended("succeeded")
    async with client.get(f"/connections/{world.connection_id}/coverage") as answer:
        shown = await answer.json()
    async with client.post(f"/connections/{world.connection_id}/sync?mode=half") as answer:
        refused = (answer.status, [each["field"] for each in (await answer.json())["errors"]])

    assert (str(run.id), run.mode, shown["sync_id"]) == (asked, "full", asked)
    assert [(each["stream"], each["ours"], each["theirs"]) for each in shown["items"]] == [("contacts", 1, 1)]
    assert refused == (400, ["mode"])


async def test_lists_go_on_where_they_stopped(world: World, client: ClientSession) -> None:
    await world.ended("succeeded")
    ids = [str((await world.last_run()).id)]
    for _ in range(2):
        async with client.post(f"/connections/{world.connection_id}/sync") as answer:
            ids.insert(0, (await answer.json())["sync_id"])
        await world.ended("succeeded")
    found, cursor = [], ""

    while cursor is not None:
        path = f"/connections/{world.connection_id}/syncs?limit=1" + (f"&cursor={cursor}" if cursor else "")
        async with client.get(path) as answer:
            page = await answer.json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert found == ids
    async with client.get(f"/connections/{world.connection_id}/syncs?state=succeeded&limit=1") as answer:
        assert [each["id"] for each in (await answer.json())["items"]] == ids[:1]
    async with client.get(f"/connections/{world.connection_id}/syncs?state=failed") as answer:
        assert (await answer.json())["items"] == []


async def test_the_runs_of_all_connections_are_listed_and_those_without_news_can_be_left_out(
    world: World, client: ClientSession
) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    first = await world.ended("succeeded")
    async with client.post(f"/connections/{world.connection_id}/sync") as answer:
        idle = (await answer.json())["sync_id"]
    await world.ended("succeeded")

    async def listed(query: str) -> list[str]:
        async with client.get(f"/syncs?{query}") as answer:
            assert answer.status == 200
            return [each["id"] for each in (await answer.json())["items"]]

    assert await listed("") == [idle, str(first.id)]
    assert await listed("telling=true") == [str(first.id)]
    assert await listed(f"cursor={idle}&limit=1") == [str(first.id)]
    async with client.get("/syncs", headers=bearer(user_token(workspace_id=uuid4()))) as answer:
        assert (await answer.json())["items"] == []


async def test_another_workspace_sees_nothing(world: World, client: ClientSession) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    run = await world.ended("succeeded")
    foreign = bearer(user_token(workspace_id=uuid4()))
    paths = {
        "GET": [
            f"/connections/{world.connection_id}/syncs",
            f"/connections/{world.connection_id}/skipped",
            f"/connections/{world.connection_id}/coverage",
            f"/syncs/{run.id}",
            f"/sources/{world.connection_id}/1",
        ],
        "POST": [f"/connections/{world.connection_id}/sync"],
    }

    for method, path in [(method, path) for method, each in paths.items() for path in each]:
        async with client.request(method, path, headers=foreign) as answer:
            assert (answer.status, answer.content_type) == (404, "application/problem+json"), path


MISTAKES = {
    "/connections/{id}/syncs?limit=0": 400,
    "/connections/{id}/syncs?limit=101": 400,
    "/connections/{id}/syncs?cursor=elsewhere": 400,
    "/connections/{id}/syncs?state=fine": 400,
    "/connections/{id}/syncs?page=2": 400,
    "/connections/{id}/skipped?cursor=%00": 400,
    "/connections/nobody/syncs": 404,
    "/syncs/nothing": 404,
    "/sources/{id}/a%00b": 400,
    "/sources/{id}/unknown": 404,
    "/sources/{id}/" + "x" * 4000: 404,
}


async def test_bad_input_ends_in_a_problem(world: World, client: ClientSession) -> None:
    for path, status in MISTAKES.items():
        async with client.get(path.format(id=world.connection_id)) as answer:
            assert (answer.status, answer.content_type) == (status, "application/problem+json"), path


async def test_a_removed_connection_cannot_be_synced(world: World, client: ClientSession) -> None:
    await world.ended("succeeded")
    await world.rows("UPDATE connection SET state = 'removed' RETURNING 1")

    async with client.post(f"/connections/{world.connection_id}/sync") as answer:
        assert (answer.status, (await answer.json())["type"]) == (409, "connection-not-active")


async def test_nobody_gets_in_without_a_token(world: World, client: ClientSession) -> None:
    async with client.get(f"/sources/{world.connection_id}/1", headers={"Authorization": ""}) as answer:
        assert answer.status == 401


async def test_the_service_is_ready(client: ClientSession) -> None:
    async with client.get("/health/ready") as answer:
        assert (answer.status, (await answer.json())["migrations"]) == (200, "ok")
