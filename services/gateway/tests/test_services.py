"""Health, the description and the pages."""

import re
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import ClientSession
from gateway.description import Description
from gateway.services import Services
from gateway.settings import Settings
from gateway.upstreams import Upstreams
from litestar import Litestar, get
from litestar.types import Receive, Scope, Send
from servicekit.app import service_app
from servicekit.settings import ServiceSettings
from servicekit.testing import FreshDatabase, TestKeys


def fit(**said: Any) -> Any:
    """A service that says this of itself."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        body = msgspec.json.encode({"status": "ok"} | said)
        status = 200 if said.get("status", "ok") == "ok" else 503
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


FIT = {name: fit() for name in ("auth", "connections", "sync_worker", "agent")}


async def health_of(client: ClientSession) -> tuple[int, dict[str, Any]]:
    async with client.get("/health") as answer:
        return answer.status, msgspec.json.decode(await answer.read())


async def test_health_tells_every_services_state(gateway: Any) -> None:
    async with gateway(**FIT, identity=fit(lag=7, parked=0, database="ok")) as client:
        status, health = await health_of(client)

    milliseconds = [service.pop("ms") for service in health["services"].values()]
    assert (status, health["status"], health["unfit"]) == (200, "ok", [])
    assert health["services"] == {
        "auth": {"status": "ok"},
        "connections": {"status": "ok"},
        "sync-worker": {"status": "ok"},
        "identity": {"status": "ok", "lag": 7, "parked": 0},
        "agent": {"status": "ok"},
    }
    assert all(0 <= value < 2_000 for value in milliseconds)


async def test_health_names_services_that_are_away_or_not_ready(gateway: Any) -> None:
    async with gateway(**FIT | {"auth": fit(status="unready")}) as client:
        status, health = await health_of(client)

    assert (status, health["status"], health["unfit"]) == (503, "degraded", ["auth", "identity"])
    assert health["services"]["auth"]["status"] == "unready"
    assert health["services"]["identity"] == {"status": "away"}


async def test_parked_events_degrade_the_whole_but_do_not_stop_it(gateway: Any) -> None:
    async with gateway(**FIT, identity=fit(parked=2)) as client:
        status, health = await health_of(client)

    assert (status, health["status"], health["unfit"]) == (200, "degraded", [])


class Thing(msgspec.Struct):
    id: UUID


@get("/contacts")
async def list_contacts() -> list[Thing]:
    """List them all."""
    return []


@get("/internal/contacts")
async def list_inside() -> list[Thing]:
    return []


def real_service(fresh: FreshDatabase) -> Litestar:
    return service_app(
        name="identity",
        settings=ServiceSettings(**fresh.settings()),
        routes=[list_contacts, list_inside],
        keys=TestKeys(),
    )


async def test_one_document_describes_what_is_reached_from_outside(gateway: Any, fresh: FreshDatabase) -> None:
    async with gateway(identity=real_service(fresh)) as client, client.get("/openapi.json") as answer:
        document = await answer.json()

    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {"/contacts", "/events", "/health"}
    contacts = document["paths"]["/contacts"]["get"]
    assert contacts["operationId"].startswith("identity_")
    assert contacts["description"] == "List them all."
    assert contacts["security"] == [{"signed_in": []}, {"personal_token": ["contacts:read"]}]
    assert "identity_" in contacts["responses"]["200"]["content"]["application/json"]["schema"]["items"]["$ref"]
    assert document["paths"]["/health"]["get"]["security"] == []
    assert "text/event-stream" in document["paths"]["/events"]["get"]["responses"]["200"]["content"]


async def test_a_service_that_changed_is_described_anew_and_one_that_left_is_not_forgotten(
    stand_in_address: Any, fresh: FreshDatabase
) -> None:
    routes = ["/contacts"]

    async def describe(scope: Scope, receive: Receive, send: Send) -> None:
        document = {"paths": {route: {"get": {}} for route in routes}}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": msgspec.json.encode(document), "more_body": False})

    async def described() -> set[str]:
        return set(msgspec.json.decode(await description.get({}))["paths"])

    async with stand_in_address(describe) as address:
        upstreams = Upstreams(Settings(**fresh.settings(identity_url=address)))
        description = Description(Services(upstreams), fresh_seconds=0)
        async with upstreams.connected(Litestar([])):
            before = await described()
            routes.append("/contacts/{id}")
            after = await described()
    async with upstreams.connected(Litestar([])):
        away = await described()

    assert before == {"/contacts"}
    assert after == away == {"/contacts", "/contacts/{id}"}


async def test_the_pages_load_nothing_from_elsewhere(gateway: Any) -> None:
    async with gateway() as client:
        seen = {}
        for path, kind in {
            "/": "text/html",
            "/docs": "text/html",
            "/docs.js": "text/javascript",
            "/gateway.css": "text/css",
        }.items():
            async with client.get(path) as answer:
                seen[path] = await answer.text()
                assert (answer.status, answer.content_type) == (200, kind)
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

        linked = {path for page in ("/", "/docs") for path in re.findall(r'(?:src|href)="(/[^"]*)"', seen[page])}
        for path in linked:
            async with client.get(path) as answer:
                assert answer.status in {200, 503}

    assert not any("//" in link for page in seen.values() for link in re.findall(r'(?:src|href)="([^"]*)"', page))
    assert not re.search(r"<script>|<style|\son\w+=|style=", seen["/"] + seen["/docs"])
    assert "innerHTML" not in seen["/docs.js"]
