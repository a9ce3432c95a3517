"""The whole way with the real connector, against the sandbox: a person's browser, HubSpot, and sync-worker."""

from collections.abc import AsyncIterator
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from aiohttp import ClientSession
from connections.app import create_app
from connections.settings import Settings
from servicekit.testing import TestKeys, bearer, served, service_token, user_token

COOKIE = "lead_oauth_4321"
SYNC_WORKER = bearer(service_token("sync-worker", audience="connections"))


class Browser:
    """A person with a browser, at ours and at the sandbox's pages."""

    def __init__(self, service: ClientSession, sandbox: ClientSession, workspace: UUID) -> None:
        self.service = service
        self.sandbox = sandbox
        self.signed_in = bearer(user_token(workspace_id=workspace))

    async def connect(self, portal: int = 111111, decision: str = "allow") -> int:
        """Go to the consent screen, decide, and come back; return our answer's status."""
        async with self.service.get("/connections/hubspot/auth", headers=self.signed_in) as answer:
            screen, cookie = (await answer.json())["url"], answer.cookies[COOKIE].value
        async with self.sandbox.get(screen) as answer:
            assert answer.status == 200
            assert str(portal) in await answer.text()
        form = {"account": str(portal), "decision": decision}
        async with self.sandbox.post(screen, data=form, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == "http://localhost:4321", "the public address, which is the gateway's"
        query, headers = dict(parse_qsl(back.query)), {"Accept": "text/html", "Cookie": f"{COOKIE}={cookie}"}
        async with self.service.get(back.path, params=query, headers=headers) as answer:
            return answer.status

    async def connections(self) -> list[dict[str, str]]:
        async with self.service.get("/connections", headers=self.signed_in) as answer:
            return (await answer.json())["items"]

    async def disconnect(self, connection_id: str) -> int:
        async with self.service.delete(f"/connections/{connection_id}", headers=self.signed_in) as answer:
            return answer.status

    async def token(self, connection_id: str, rejected: str | None = None) -> tuple[int, dict[str, str]]:
        """Ask for an access token as sync-worker does."""
        wish = {"rejected": sha256(rejected.encode()).hexdigest()} if rejected else {}
        path = f"/internal/connections/{connection_id}/token"
        async with self.service.post(path, json=wish, headers=SYNC_WORKER) as answer:
            return answer.status, await answer.json(content_type=None)

    async def read_contacts(self, token: dict[str, str]) -> int:
        """Call HubSpot with what sync-worker was handed; return the status."""
        headers = {"Authorization": f"{token['token_type']} {token['access_token']}"}
        async with self.sandbox.get(f"{token['api_url']}/crm/v3/objects/contacts", headers=headers) as answer:
            return answer.status


@pytest.fixture
async def browser(settings: Settings, serve_sandbox, workspace: UUID) -> AsyncIterator[Browser]:
    sandbox_url = serve_sandbox(people=5, accounts="hubspot:111111:Acme Sales,hubspot:222222:Acme Support")
    environ = {
        "HUBSPOT_CLIENT_ID": "sandbox-hubspot",
        "HUBSPOT_CLIENT_SECRET": "sandbox-hubspot-secret",
        "HUBSPOT_AUTHORIZE_URL": f"{sandbox_url}/oauth/authorize",
        "HUBSPOT_API_URL": sandbox_url,
    }
    async with (
        served(create_app(settings, environ=environ, keys=TestKeys())) as service,
        ClientSession(sandbox_url) as sandbox,
    ):
        yield Browser(service, sandbox, workspace)


async def test_a_portal_is_connected_and_its_contacts_can_be_read(browser: Browser) -> None:
    assert await browser.connect(portal=111111) == 200

    [connection] = await browser.connections()
    assert (connection["provider"], connection["account_id"]) == ("hubspot", "111111")
    assert "crm.objects.contacts.read" in connection["scopes"]
    status, token = await browser.token(connection["id"])
    assert status == 200
    assert await browser.read_contacts(token) == 200


async def test_two_portals_are_two_connections_and_one_portal_stays_one(browser: Browser) -> None:
    for portal in (111111, 222222, 111111):
        assert await browser.connect(portal) == 200

    assert [each["account_id"] for each in await browser.connections()] == ["111111", "222222"]


async def test_a_person_who_denies_connects_nothing(browser: Browser) -> None:
    assert await browser.connect(decision="deny") == 409

    assert await browser.connections() == []


async def test_an_expired_token_is_replaced_by_one_that_works(browser: Browser) -> None:
    await browser.connect()
    [connection] = await browser.connections()
    _, token = await browser.token(connection["id"])
    async with browser.sandbox.post("/control/expire-tokens", json={}) as answer:
        assert answer.status == 200
    assert await browser.read_contacts(token) == 401

    _, fresh = await browser.token(connection["id"], rejected=token["access_token"])

    assert await browser.read_contacts(fresh) == 200


async def test_a_withdrawn_grant_breaks_the_connection_until_it_is_connected_again(browser: Browser) -> None:
    await browser.connect()
    [before] = await browser.connections()
    _, token = await browser.token(before["id"])
    async with browser.sandbox.post("/control/accounts/hubspot/111111/withdraw", json={}) as answer:
        assert answer.status == 200

    status, problem = await browser.token(before["id"], rejected=token["access_token"])
    [broken] = await browser.connections()
    await browser.connect()
    [after] = await browser.connections()

    assert (status, problem["type"]) == (409, "connection-broken")
    assert broken["state"] == "broken"
    assert (after["id"], after["state"]) == (before["id"], "active")
    assert await browser.read_contacts((await browser.token(after["id"]))[1]) == 200


async def test_disconnecting_ends_the_access_at_hubspot(browser: Browser) -> None:
    await browser.connect()
    [connection] = await browser.connections()
    _, token = await browser.token(connection["id"])

    assert await browser.disconnect(connection["id"]) == 204

    assert await browser.connections() == []
    assert await browser.read_contacts(token) == 401
    assert (await browser.token(connection["id"]))[0] == 404
