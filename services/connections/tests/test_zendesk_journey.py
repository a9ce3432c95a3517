"""The whole way with the real connector, against the sandbox: both ways into Zendesk, and tokens that die renewed."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from aiohttp import ClientSession
from connections.app import create_app
from connections.settings import Settings
from servicekit.testing import TestKeys, bearer, served, service_token, user_token

COOKIE = "lead_oauth_4321"
SYNC_WORKER = bearer(service_token("sync-worker", audience="connections"))
GIVEN = {"subdomain": "acme", "email": "robin@acme-help.example", "api_token": "sandbox-zendesk-token"}


class Person:
    """Somebody with a browser, at ours and at the sandbox's pages; and sync-worker, as it asks for tokens."""

    def __init__(self, service: ClientSession, sandbox: ClientSession, workspace: UUID) -> None:
        self.service = service
        self.sandbox = sandbox
        self.signed_in = bearer(user_token(workspace_id=workspace))

    async def connect(self, subdomain: str = "acme") -> int:
        query = {"subdomain": subdomain}
        async with self.service.get("/connections/zendesk/auth", params=query, headers=self.signed_in) as answer:
            assert answer.status == 200, await answer.text()
            screen, cookie = (await answer.json())["url"], answer.cookies[COOKIE].value
        form = {"account": subdomain, "decision": "allow"}
        async with self.sandbox.post(screen, data=form, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
        headers = {"Accept": "text/html", "Cookie": f"{COOKIE}={cookie}"}
        async with self.service.get(back.path, params=dict(parse_qsl(back.query)), headers=headers) as answer:
            return answer.status

    async def hand_over(self, **instead: str) -> tuple[int, dict[str, Any]]:
        async with self.service.post("/connections/zendesk", json=GIVEN | instead, headers=self.signed_in) as answer:
            return answer.status, await answer.json(content_type=None)

    async def connections(self) -> list[dict[str, Any]]:
        async with self.service.get("/connections", headers=self.signed_in) as answer:
            return (await answer.json())["items"]

    async def disconnect(self, connection_id: str) -> int:
        async with self.service.delete(f"/connections/{connection_id}", headers=self.signed_in) as answer:
            return answer.status

    async def token(self, connection_id: str, rejected: str | None = None) -> tuple[int, dict[str, str]]:
        wish = {"rejected": sha256(rejected.encode()).hexdigest()} if rejected else {}
        path = f"/internal/connections/{connection_id}/token"
        async with self.service.post(path, json=wish, headers=SYNC_WORKER) as answer:
            return answer.status, await answer.json(content_type=None)

    async def read(self, token: dict[str, str]) -> int:
        """Call Zendesk with what sync-worker was handed; return the status."""
        headers = {"Authorization": f"{token['token_type']} {token['access_token']}"}
        address = f"{token['api_url']}/api/v2/incremental/users/cursor.json?start_time=0"
        async with self.sandbox.get(address, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def person(settings: Settings, serve_sandbox, workspace: UUID) -> AsyncIterator[Person]:
    sandbox_url = serve_sandbox(accounts="zendesk:acme:Acme Help,zendesk:bolt:Bolt", people=5)
    environ = {
        "ZENDESK_CLIENT_ID": "sandbox-zendesk",
        "ZENDESK_CLIENT_SECRET": "sandbox-zendesk-secret",
        "ZENDESK_AUTHORIZE_URL": f"{sandbox_url}/zendesk/{{subdomain}}/oauth/authorizations/new",
        "ZENDESK_API_URL": f"{sandbox_url}/zendesk/{{subdomain}}",
    }
    async with (
        served(create_app(settings, environ=environ, keys=TestKeys())) as service,
        ClientSession(sandbox_url) as sandbox,
    ):
        yield Person(service, sandbox, workspace)


async def test_accounts_are_connected_by_their_names_and_can_be_read(person: Person) -> None:
    assert [await person.connect(subdomain) for subdomain in ("acme", "bolt", "acme")] == [200, 200, 200]

    connections = await person.connections()

    assert [(each["account_id"], each["account_name"]) for each in connections] == [
        ("acme", "acme.zendesk.com"),
        ("bolt", "bolt.zendesk.com"),
    ]
    for connection in connections:
        assert connection["scopes"] == ["users:read", "tickets:read"]
        assert connection["ends_at"] is None
        assert await person.read((await person.token(connection["id"]))[1]) == 200


async def test_an_api_token_connects_an_account_until_its_day(person: Person) -> None:
    status, connection = await person.hand_over()

    assert (status, connection["account_id"], connection["ends_at"]) == (201, "acme", "2027-04-30T00:00:00Z")
    _, token = await person.token(connection["id"])
    assert token["token_type"] == "Basic"
    assert await person.read(token) == 200


@pytest.mark.parametrize(
    ("instead", "status", "problem"),
    [
        ({"api_token": "wrong"}, 400, "credentials-refused"),
        ({"email": "nobody@acme-help.example"}, 400, "credentials-refused"),
        ({"email": "sam@acme-help.example"}, 409, "account-not-usable"),
        ({"subdomain": "nobody-is-here"}, 409, "account-not-usable"),
        ({"subdomain": "acme.evil"}, 400, "invalid-input"),
    ],
)
async def test_an_api_token_that_will_not_do_connects_nothing_and_says_why(person, instead, status, problem) -> None:
    answer = await person.hand_over(**instead)

    assert (answer[0], answer[1]["type"]) == (status, problem)
    assert await person.connections() == []


async def test_an_api_token_that_zendesk_takes_no_more_breaks_the_connection(person: Person) -> None:
    _, connection = await person.hand_over()
    _, token = await person.token(connection["id"])

    status, problem = await person.token(connection["id"], rejected=token["access_token"])

    assert (status, problem["type"]) == (409, "connection-broken")
    assert [each["state"] for each in await person.connections()] == ["broken"]


async def test_many_who_lost_their_token_at_once_are_all_given_the_one_that_came_for_it(person: Person) -> None:
    await person.connect()
    [connection] = await person.connections()
    _, token = await person.token(connection["id"])

    for _ in range(5):
        async with person.sandbox.post("/control/expire-tokens", json={}) as answer:
            assert answer.status == 200
        asking = [person.token(connection["id"], rejected=token["access_token"]) for _ in range(8)]
        fresh = {answer["access_token"] for _, answer in await asyncio.gather(*asking)}
        assert len(fresh) == 1
        assert fresh != {token["access_token"]}
        _, token = await person.token(connection["id"])
        assert await person.read(token) == 200


async def test_disconnecting_ends_the_access_at_zendesk(person: Person) -> None:
    await person.connect()
    [connection] = await person.connections()
    _, token = await person.token(connection["id"])

    assert await person.disconnect(connection["id"]) == 204

    assert await person.read(token) == 401
