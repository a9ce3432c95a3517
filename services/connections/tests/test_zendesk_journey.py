"""The whole way with the real connector, against the sandbox: both ways into Zendesk, and tokens that die renewed."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from aiohttp import ClientSession
from connections import queries
from connections.app import create_app
from connections.disconnection import GIVEN_UP, NOT_GIVEN_BACK, give_back_due
from connections.grants import key_ring, open_grant
from connections.registrations import Registrations
from connections.settings import Settings
from connections.vault import Vault
from providers.registry import PROVIDERS
from servicekit.database import Database
from servicekit.testing import TEST_SECRET, TestKeys, bearer, served, service_token, user_token
from sqlalchemy import text

COOKIE = "lead_oauth_4321"
IS_DUE = "UPDATE revocation SET due_at = now()"
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

    async def shown(self, connection_id: str) -> dict[str, Any]:
        async with self.service.get(f"/connections/{connection_id}", headers=self.signed_in) as answer:
            return await answer.json()

    async def order(self, order: str, **fields: Any) -> None:
        async with self.sandbox.post(f"/control/{order}", json=fields) as answer:
            assert answer.status in {200, 201, 204}, await answer.text()

    async def read(self, token: dict[str, str]) -> int:
        """Call Zendesk with what sync-worker was handed; return the status."""
        headers = {"Authorization": f"{token['token_type']} {token['access_token']}"}
        address = f"{token['api_url']}/api/v2/incremental/users/cursor.json?start_time=0"
        async with self.sandbox.get(address, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def tidying(db: Database, environ) -> AsyncIterator[Vault]:
    """What the service's worker has."""
    registrations = Registrations(PROVIDERS, environ)
    async with registrations.open():
        yield Vault(db, key_ring(None, TEST_SECRET), registrations)


async def kept_token(vault: Vault, workspace: UUID) -> dict[str, str]:
    """The access token of the one grant that is still to be given back."""
    async with vault.db.transaction(workspace) as conn:
        revocation_id = (await conn.execute(text("SELECT id FROM revocation"))).scalar_one()
        found = await queries.find_revocation(conn, revocation_id)
    assert found
    grant = open_grant(vault.ring, found[0])
    return {"token_type": grant.token_type, "access_token": grant.access_token, "api_url": str(grant.api_url)}


@pytest.fixture
def sandbox_url(serve_sandbox) -> str:
    return serve_sandbox(accounts="zendesk:acme:Acme Help,zendesk:bolt:Bolt", people=5)


@pytest.fixture
def environ(sandbox_url: str) -> dict[str, str]:
    return {
        "ZENDESK_CLIENT_ID": "sandbox-zendesk",
        "ZENDESK_CLIENT_SECRET": "sandbox-zendesk-secret",
        "ZENDESK_AUTHORIZE_URL": f"{sandbox_url}/zendesk/{{subdomain}}/oauth/authorizations/new",
        "ZENDESK_API_URL": f"{sandbox_url}/zendesk/{{subdomain}}",
    }


@pytest.fixture
async def person(settings: Settings, environ, sandbox_url: str, workspace: UUID) -> AsyncIterator[Person]:
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
        assert {"users:read", "users:write", "organizations:read", "tickets:read"} < set(connection["scopes"])
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


async def test_an_api_token_with_a_blank_is_answered_with_what_is_wanted(person: Person) -> None:
    status, problem = await person.hand_over(api_token="sandbox zendesk token")

    assert status == 400
    assert problem["errors"] == [{"field": "api_token", "message": "The token, from Zendesk's Admin Center."}]


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


async def test_connecting_again_ends_the_access_from_before_and_not_the_new_one(person: Person, tidying) -> None:
    await person.connect()
    [connection] = await person.connections()
    _, before = await person.token(connection["id"])

    await person.connect()
    _, after = await person.token(connection["id"])
    await give_back_due(tidying)

    assert [await person.read(token) for token in (before, after)] == [401, 200]


async def test_a_pair_that_came_only_to_be_given_back_is_kept_until_it_is(
    person: Person, tidying, workspace, alter
) -> None:
    await person.connect()
    [connection] = await person.connections()
    await person.order("expire-tokens")
    # The dead token is refused as it should be; it is the fresh one that Zendesk has trouble with.
    await person.order("faults", kind="server_error", path="/zendesk/acme/api/v2/oauth/tokens", method="DELETE", skip=1)

    assert await person.disconnect(connection["id"]) == 204

    assert (await person.shown(connection["id"]))["broken_reason"] == NOT_GIVEN_BACK
    fresh = await kept_token(tidying, workspace)
    assert await person.read(fresh) == 200
    await alter(workspace, IS_DUE)
    await give_back_due(tidying)
    assert await person.read(fresh) == 401
    assert (await person.shown(connection["id"]))["broken_reason"] is None


async def test_a_pair_that_never_arrived_is_not_said_to_be_given_back(
    person: Person, tidying, workspace, alter
) -> None:
    await person.connect()
    [connection] = await person.connections()
    await person.order("expire-tokens")
    await person.order("faults", kind="cut", path="/zendesk/acme/oauth/tokens", method="POST")

    await person.disconnect(connection["id"])
    await alter(workspace, IS_DUE)
    await give_back_due(tidying)

    assert (await person.shown(connection["id"]))["broken_reason"] == GIVEN_UP


async def test_a_disconnected_api_token_stays_good_and_people_are_told_where_it_ends(person: Person) -> None:
    _, connection = await person.hand_over()
    _, token = await person.token(connection["id"])

    assert await person.disconnect(connection["id"]) == 204

    assert "Admin Center" in (await person.shown(connection["id"]))["broken_reason"]
    assert await person.read(token) == 200
