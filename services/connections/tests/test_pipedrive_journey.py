"""The whole way with the real connector, against the sandbox: a person who says yes to Pipedrive, or no."""

from collections.abc import AsyncIterator
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
COMPANY = "7"


class Person:
    """Somebody with a browser, at ours and at the sandbox's pages."""

    def __init__(self, service: ClientSession, sandbox: ClientSession, workspace: UUID) -> None:
        self.service = service
        self.sandbox = sandbox
        self.signed_in = bearer(user_token(workspace_id=workspace))

    async def connect(self, decision: str = "allow") -> tuple[int, dict[str, Any]]:
        """Go to the consent screen, decide, and come back; return what a program would read."""
        async with self.service.get("/connections/pipedrive/auth", headers=self.signed_in) as answer:
            screen, cookie = (await answer.json())["url"], answer.cookies[COOKIE].value
        form = {"account": COMPANY, "decision": decision}
        async with self.sandbox.post(screen, data=form, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
        query, headers = dict(parse_qsl(back.query)), {"Accept": "application/json", "Cookie": f"{COOKIE}={cookie}"}
        async with self.service.get(back.path, params=query, headers=headers) as answer:
            problem = answer.content_type == "application/problem+json"
            return answer.status, await answer.json(content_type=None) if problem else {}

    async def connections(self) -> list[dict[str, Any]]:
        async with self.service.get("/connections", headers=self.signed_in) as answer:
            return (await answer.json())["items"]

    async def read(self, connection_id: str) -> int:
        """Call Pipedrive with what sync-worker is handed; return the status."""
        path = f"/internal/connections/{connection_id}/token"
        async with self.service.post(path, json={}, headers=SYNC_WORKER) as answer:
            token = await answer.json()
        headers = {"Authorization": f"{token['token_type']} {token['access_token']}"}
        async with self.sandbox.get(f"{token['api_url']}/api/v2/persons", headers=headers) as answer:
            return answer.status


@pytest.fixture
async def person(settings: Settings, serve_sandbox, workspace: UUID) -> AsyncIterator[Person]:
    sandbox_url = serve_sandbox(accounts=f"pipedrive:{COMPANY}:Acme Partners", people=5)
    environ = {
        "PIPEDRIVE_CLIENT_ID": "sandbox-pipedrive",
        "PIPEDRIVE_CLIENT_SECRET": "sandbox-pipedrive-secret",
        "PIPEDRIVE_AUTHORIZE_URL": f"{sandbox_url}/pipedrive/oauth/authorize",
        "PIPEDRIVE_API_URL": f"{sandbox_url}/pipedrive",
    }
    async with (
        served(create_app(settings, environ=environ, keys=TestKeys())) as service,
        ClientSession(sandbox_url) as sandbox,
    ):
        yield Person(service, sandbox, workspace)


async def test_a_company_is_connected_and_can_be_read(person: Person) -> None:
    assert await person.connect() == (200, {})

    [connection] = await person.connections()

    assert (connection["account_id"], connection["account_name"]) == (COMPANY, "Acme Partners")
    assert await person.read(connection["id"]) == 200


async def test_who_says_no_at_pipedrive_is_not_told_of_an_error(person: Person) -> None:
    status, problem = await person.connect("deny")

    assert (status, problem["type"]) == (409, "consent-refused")
    assert await person.connections() == []
