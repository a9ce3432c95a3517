"""Deliveries of providers: who is believed, what is handed on, and what a stranger can learn."""

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import msgspec
import pytest
from aiohttp import ClientSession, encode_basic_auth
from connections import listening, webhook_queries, webhooks
from connections.app import create_app
from connections.grants import key_ring
from connections.registrations import Registrations
from connections.settings import Settings
from connections.vault import Vault
from providers.registry import PROVIDERS
from servicekit.database import Database
from servicekit.testing import TEST_SECRET, TestKeys, bearer, served, user_token

COOKIE = "lead_oauth_4321"
HUBSPOT_SECRET = "sandbox-hubspot-secret"
PUBLIC_URL = "http://localhost:4321"


class House:
    """The service, the sandbox, and hands to do things in both."""

    def __init__(self, service: ClientSession, sandbox: ClientSession, vault: Vault) -> None:
        self.service, self.sandbox, self.vault = service, sandbox, vault

    async def connect(self, provider: str, account: str, workspace: UUID) -> dict[str, Any]:
        signed_in = bearer(user_token(workspace_id=workspace))
        asked = {"subdomain": account} if provider == "zendesk" else {}
        async with self.service.get(f"/connections/{provider}/auth", headers=signed_in, params=asked) as answer:
            screen, cookie = (await answer.json())["url"], answer.cookies[COOKIE].value
        form = {"account": account, "decision": "allow"}
        async with self.sandbox.post(screen, data=form, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
        headers = {"Accept": "text/html", "Cookie": f"{COOKIE}={cookie}"}
        async with self.service.get(back.path, params=dict(parse_qsl(back.query)), headers=headers) as answer:
            assert answer.status == 200
        (connection,) = [each for each in await self.connections(workspace) if each["account_id"] == account]
        return connection

    async def connections(self, workspace: UUID) -> list[dict[str, Any]]:
        signed_in = bearer(user_token(workspace_id=workspace))
        async with self.service.get("/connections", headers=signed_in) as answer:
            return (await answer.json())["items"]

    async def listen(self) -> None:
        """Subscribe what is due, as the worker does."""
        await listening.listen_due(self.vault, PUBLIC_URL)

    async def subscriptions(self, connection: dict[str, Any], workspace: UUID) -> webhook_queries.Subscribed | None:
        async with self.vault.db.transaction(workspace) as conn:
            return await webhook_queries.find(conn, UUID(connection["id"]))

    async def deliver(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        async with self.service.post(path, data=body, headers=headers) as answer:
            if answer.status == 401:
                assert (await answer.json(content_type=None))["type"] == "delivery-refused"
            return answer.status

    async def tell(self, *events: dict[str, Any], secret: str = HUBSPOT_SECRET) -> int:
        """Be HubSpot."""
        body, stamp = msgspec.json.encode(events), str(int(time.time() * 1000))
        signed = b"POST" + f"{PUBLIC_URL}/webhooks/hubspot".encode() + body + stamp.encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
        headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}
        return await self.deliver("/webhooks/hubspot", body, headers)


def event(portal: int = 111111, **said: Any) -> dict[str, Any]:
    usual = {"eventId": 1, "portalId": portal, "occurredAt": 1, "subscriptionType": "contact.creation", "objectId": 5}
    return usual | said


@pytest.fixture
async def house(settings: Settings, serve_sandbox: Callable[..., str], db: Database) -> AsyncIterator[House]:
    sandbox_url = serve_sandbox(people=5)
    environ = {
        "HUBSPOT_CLIENT_ID": "sandbox-hubspot",
        "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "HUBSPOT_AUTHORIZE_URL": f"{sandbox_url}/oauth/authorize",
        "HUBSPOT_API_URL": sandbox_url,
        "PIPEDRIVE_CLIENT_ID": "sandbox-pipedrive",
        "PIPEDRIVE_CLIENT_SECRET": "sandbox-pipedrive-secret",
        "PIPEDRIVE_AUTHORIZE_URL": f"{sandbox_url}/pipedrive/oauth/authorize",
        "PIPEDRIVE_API_URL": f"{sandbox_url}/pipedrive",
        "ZENDESK_CLIENT_ID": "sandbox-zendesk",
        "ZENDESK_CLIENT_SECRET": "sandbox-zendesk-secret",
        "ZENDESK_AUTHORIZE_URL": f"{sandbox_url}/zendesk/{{subdomain}}/oauth/authorizations/new",
        "ZENDESK_API_URL": f"{sandbox_url}/zendesk/{{subdomain}}",
    }
    registrations = Registrations(PROVIDERS, environ)
    told = msgspec.structs.replace(settings, listen_every_seconds=3600)
    async with (
        served(create_app(told, environ=environ, keys=TestKeys())) as service,
        ClientSession(sandbox_url) as sandbox,
        registrations.open(),
    ):
        yield House(service, sandbox, Vault(db, key_ring(None, TEST_SECRET), registrations))


def requested(heard: Sequence[Any]) -> list[dict[str, Any]]:
    return [each.payload for each in heard if each.name == "sync.requested"]


Heard = Callable[[], Awaitable[list[Any]]]


async def test_what_is_told_of_an_account_reaches_every_workspace_that_connected_it(house: House, heard: Heard) -> None:
    workspaces = [uuid4(), uuid4()]
    connections = [await house.connect("hubspot", "111111", each) for each in workspaces]

    assert await house.tell(event(), event(objectId=6), event(portal=999)) == 204

    told = requested(await heard())
    assert {each["connection_id"] for each in told} == {each["id"] for each in connections}
    assert all(each["records"] == [{"provider_id": "5"}, {"provider_id": "6"}] for each in told)
    for workspace in workspaces:
        ((shown),) = await house.connections(workspace)
        assert (shown["webhooks"], bool(shown["last_webhook_at"])) == ("on", True)


async def test_what_is_told_again_is_handed_on_once(house: House, heard: Heard, workspace: UUID) -> None:
    await house.connect("hubspot", "111111", workspace)

    await house.tell(event(), event(attemptNumber=0))
    await house.tell(event(attemptNumber=1))
    await house.tell(event(attemptNumber=1), event(occurredAt=2))

    assert [len(each["records"]) for each in requested(await heard())] == [1, 1]


async def test_of_who_connected_nothing_nothing_is_kept(house: House, heard: Heard, workspace: UUID) -> None:
    connection = await house.connect("hubspot", "111111", workspace)
    signed_in = bearer(user_token(workspace_id=workspace))
    async with house.service.delete(f"/connections/{connection['id']}", headers=signed_in) as answer:
        assert answer.status == 204

    assert await house.tell(event()) == 204

    assert requested(await heard()) == []


async def test_what_is_not_proved_is_refused_and_changes_nothing(house: House, heard: Heard, workspace: UUID) -> None:
    await house.connect("hubspot", "111111", workspace)

    assert await house.tell(event(), secret="another") == 401
    assert await house.deliver("/webhooks/hubspot", b"[]", {}) == 401

    assert requested(await heard()) == []


async def test_a_stranger_does_not_learn_which_connections_there_are(house: House, workspace: UUID) -> None:
    connection = await house.connect("pipedrive", "222222", workspace)
    await house.listen()
    proof = {"Authorization": encode_basic_auth("lead-manager", "guessed")}
    empty = {"Authorization": encode_basic_auth("lead-manager", "")}

    for connection_id in (connection["id"], str(uuid4())):
        for headers in (proof, empty, {}):
            assert await house.deliver(f"/webhooks/pipedrive/{connection_id}", b"{}", headers) == 401
    assert await house.deliver(f"/webhooks/zendesk/{connection['id']}", b"{}", proof) == 401


async def test_nothing_is_begun_for_a_delivery_before_it_is_proved(house: House, workspace: UUID, monkeypatch) -> None:
    connection = await house.connect("pipedrive", "222222", workspace)
    await house.listen()
    begun = []
    begin = Database.transaction
    monkeypatch.setattr(
        Database, "transaction", lambda *given, **more: begun.append(given[1:]) or begin(*given, **more)
    )

    proof = {"Authorization": encode_basic_auth("lead-manager", "guessed")}
    assert await house.deliver(f"/webhooks/pipedrive/{connection['id']}", b"{}", proof) == 401
    assert await house.tell(event(), secret="another") == 401

    assert begun == []


async def test_what_a_connection_is_told_is_handed_on(house: House, heard: Heard, workspace: UUID) -> None:
    connection = await house.connect("pipedrive", "222222", workspace)
    await house.listen()
    subscribed = await house.subscriptions(connection, workspace)
    assert subscribed is not None
    secret = webhooks.open_secret(house.vault.ring, workspace, UUID(connection["id"]), subscribed.secret_sealed)
    assert secret is not None
    proof = {"Authorization": encode_basic_auth("lead-manager", secret)}
    body = msgspec.json.encode(
        {"meta": {"action": "change", "entity": "person", "entity_id": "8", "company_id": "222222", "id": "x"}}
    )

    assert await house.deliver(f"/webhooks/pipedrive/{connection['id']}", body, proof) == 204

    assert [each["records"] for each in requested(await heard())] == [[{"provider_id": "8"}]]


async def test_nobody_is_believed_about_a_connection_that_has_no_subscription_yet(
    house: House, heard: Heard, workspace: UUID
) -> None:
    connection = await house.connect("pipedrive", "222222", workspace)
    body = b'{"meta":{"action":"change","entity":"person","entity_id":"8"}}'

    for password in ("", "None", "lead-manager"):
        proof = {"Authorization": encode_basic_auth("lead-manager", password)}
        assert await house.deliver(f"/webhooks/pipedrive/{connection['id']}", body, proof) == 401

    assert requested(await heard()) == []


@pytest.mark.parametrize("path", ["/webhooks/nobody", "/webhooks/pipedrive", f"/webhooks/hubspot/{UUID(int=7)}"])
async def test_where_no_provider_calls_there_is_nothing(house: House, path: str) -> None:
    assert await house.deliver(path, b"{}", {}) == 404


@pytest.mark.parametrize(("provider", "account"), [("pipedrive", "222222"), ("zendesk", "acme")])
async def test_a_connection_is_subscribed_with_a_sealed_secret_until_it_is_removed(
    house: House, workspace: UUID, provider: str, account: str
) -> None:
    connection = await house.connect(provider, account, workspace)
    assert connection["webhooks"] == "off"

    await house.listen()

    ((shown),) = await house.connections(workspace)
    subscribed = await house.subscriptions(connection, workspace)
    assert shown["webhooks"] == "on"
    assert subscribed is not None
    assert subscribed.secret_sealed is not None
    assert subscribed.secret_sealed.startswith("v1.")
    signed_in = bearer(user_token(workspace_id=workspace))
    async with house.service.delete(f"/connections/{connection['id']}", headers=signed_in) as answer:
        assert answer.status == 204
    again = await house.connect(provider, account, workspace)
    standing = await left_at_provider(house, again)
    assert standing == []


async def test_a_subscription_that_the_provider_dropped_is_made_again(house: House, workspace: UUID) -> None:
    connection = await house.connect("pipedrive", "222222", workspace)
    await house.listen()
    before = await house.subscriptions(connection, workspace)
    async with house.sandbox.post("/control/accounts/pipedrive/222222/drop-webhooks", json={}) as answer:
        assert answer.ok
    async with house.vault.db.transaction(workspace) as conn:
        await webhook_queries.want(conn, workspace, UUID(connection["id"]))

    await house.listen()

    after = await house.subscriptions(connection, workspace)
    assert before is not None
    assert after is not None
    assert await left_at_provider(house, connection) == [after.subscription_id]
    assert after.subscription_id != before.subscription_id


async def test_a_provider_that_refuses_leaves_the_connection_as_it_is(house: House, workspace: UUID) -> None:
    await house.connect("pipedrive", "222222", workspace)
    fault = {"kind": "daily_limit", "path": "/pipedrive/222222/api/v1/webhooks"}
    async with house.sandbox.post("/control/faults", json=fault) as answer:
        assert answer.ok

    await house.listen()

    ((shown),) = await house.connections(workspace)
    assert (shown["state"], shown["webhooks"]) == ("active", "off")


@pytest.mark.parametrize(
    ("told_at", "api_url", "can"),
    [
        ("https://lead.example", "https://api.pipedrive.com", True),
        ("http://localhost:4000", "https://api.pipedrive.com", False),
        ("http://127.0.0.1:4000", "https://acme.zendesk.com", False),
        ("http://[::1]:4000", "https://acme.zendesk.com", False),
        ("http://lead.localhost", "https://acme.zendesk.com", False),
        ("http://localhost:4000", "http://127.0.0.1:4100/pipedrive", True),
        ("http://gateway:4000", "http://sandbox:4100/pipedrive", True),
    ],
)
def test_nobody_subscribes_to_where_the_provider_cannot_reach_us(told_at: str, api_url: str, can: bool) -> None:
    assert listening.can_be_called(told_at, api_url) is can


async def test_old_deliveries_are_forgotten(
    house: House, workspace: UUID, alter: Callable[..., Awaitable[None]]
) -> None:
    await house.connect("hubspot", "111111", workspace)
    await house.tell(event())
    await alter(workspace, "UPDATE webhook_delivery SET received_at = now() - interval '4 days'")

    async with house.vault.db.transaction() as conn:
        await webhook_queries.delete_old_deliveries(conn, webhooks.KEPT_FOR)

    async with house.vault.db.transaction(workspace) as conn:
        assert (await conn.exec_driver_sql("SELECT count(*) FROM webhook_delivery")).scalar_one() == 0


async def left_at_provider(house: House, connection: dict[str, Any]) -> list[str]:
    """The subscriptions that the provider keeps of this account."""
    caller = listening._Caller(house.vault, UUID(connection["id"]))
    module = {"pipedrive": "pipedrive_webhooks", "zendesk": "zendesk_webhooks"}[connection["provider"]]
    listed = __import__(f"providers.{module}", fromlist=["_list"])._list
    http = house.vault.registrations.of(connection["provider"]).http
    return [str(each.id) for each in await caller.call(lambda access: listed(http, access))]
