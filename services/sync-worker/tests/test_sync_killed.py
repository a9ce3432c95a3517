"""A real worker process, killed in the middle of a first sync from the HubSpot sandbox, and its successor."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession
from contracts.connections import ConnectionAuthorized
from contracts.contacts import ContactFetched
from processes import process
from providers.hubspot import HubSpot
from providers.source import OAuthApp
from servicekit.testing import FreshDatabase
from shop_world import Neighbours, World

CONTACTS = 4_000
PORTAL = "111111"
READY = re.compile(rb"Uvicorn running on (http://[\d.:]+)")


@pytest.fixture
async def sandbox_url() -> AsyncIterator[str]:
    told = {"SANDBOX_PORT": "0", "SANDBOX_ACCOUNTS": f"hubspot:{PORTAL}:Acme:{CONTACTS}", "SANDBOX_RATE_LIMITS": "off"}
    async with process("sandbox", **told) as sandbox:
        assert sandbox.stderr
        async with asyncio.timeout(60):
            async for line in sandbox.stderr:
                if found := READY.search(line):
                    break
        yield found[1].decode()


async def grant(http: ClientSession, sandbox_url: str) -> str:
    """Connect the sandbox's account as a person would, and return the access token."""
    app = OAuthApp(
        client_id="sandbox-hubspot",
        client_secret="sandbox-hubspot-secret",
        authorize_url=f"{sandbox_url}/oauth/authorize",
        api_url=sandbox_url,
    )
    back = "http://localhost/callback"
    hubspot = HubSpot()
    verifier = "v" * 64
    challenge = "w1TpKUdYE9hUAcNSeeSRFioHDxfUxuHho_JHAfZ_vDM"
    url = hubspot.authorize_url(app, redirect_uri=back, state="state", code_challenge=challenge)
    form = {"account": PORTAL, "decision": "allow"}
    async with http.post(url, data=form, allow_redirects=False) as answer:
        (code,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    granted = await hubspot.exchange(http, app, code=code, redirect_uri=back, code_verifier=verifier)
    return granted.access_token


async def test_a_killed_worker_s_sync_goes_on_by_itself_and_nothing_comes_twice(
    fresh: FreshDatabase, sandbox_url: str
) -> None:
    neighbours = Neighbours()
    async with neighbours.server, ClientSession() as http:
        neighbours.provider, neighbours.account_id = "hubspot", PORTAL
        neighbours.token = await grant(http, sandbox_url)
        neighbours.api_url = sandbox_url
        world = World(fresh, http, neighbours)
        await world.tell(
            ConnectionAuthorized(
                workspace_id=world.workspace_id,
                connection_id=world.connection_id,
                provider="hubspot",
                account_id=PORTAL,
                account_name="Acme",
            )
        )
        environ = {
            name.upper(): str(value)
            for name, value in fresh.settings(auth_url=neighbours.url, connections_url=neighbours.url).items()
        }

        async with process("sync_worker", **environ) as worker:
            await world.reached(CONTACTS // 3)
            worker.kill()
        before = await world.value("SELECT count(*) FROM source_contact")
        assert (await world.last_run()).state == "running"
        await world.rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING 1")
        async with process("sync_worker", **environ) as worker:
            run = await world.ended("succeeded")
            worker.terminate()
            assert await worker.wait() in {0, -15}

    assert CONTACTS // 3 <= before < CONTACTS
    events = await world.published(ContactFetched)
    assert len({event.provider_id for event in events}) == len(events) == CONTACTS
    assert {event.revision for event in events} == {1}
    assert (run.counts["contacts"].fetched, run.counts["contacts"].added) == (CONTACTS, CONTACTS)
    assert run.counts["deals"].added > 0
