"""A sandbox that is really served, and an app that was let into one of its accounts."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, ClientSession, encode_basic_auth
from sandbox.testing import ServeSandbox, served_sandbox

SCOPES = (
    "oauth crm.objects.contacts.read crm.objects.contacts.write crm.objects.deals.read crm.objects.deals.write "
    "crm.objects.companies.read crm.objects.owners.read crm.schemas.contacts.read tickets"
)
CLIENT = {"client_id": "sandbox-hubspot", "client_secret": "sandbox-hubspot-secret"}
REDIRECT = "http://localhost:4000/connections/hubspot/callback"


class Answered:
    """An answer that was read to its end."""

    def __init__(self, response: ClientResponse, body: Any) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = body

    def __getitem__(self, key: str) -> Any:
        return self.body[key]


class Served:
    """A sandbox at an address."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self.http = http
        self.url = url

    async def call(self, method: str, path: str, **options: Any) -> Answered:
        options.setdefault("allow_redirects", False)
        async with self.http.request(method, self.url + path, **options) as response:
            is_json = response.content_type == "application/json"
            return Answered(response, await (response.json() if is_json else response.text()))

    async def code(self, account_id: str, *, scopes: str = SCOPES, **wish: str) -> str:
        query = {"client_id": CLIENT["client_id"], "redirect_uri": REDIRECT, "scope": scopes, "state": "s"} | wish
        form = {"account": account_id, "decision": "allow"}
        answer = await self.call("POST", "/oauth/authorize", params=query, data=form)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def token(self, version: str = "v3", **form: str) -> Answered:
        return await self.call("POST", f"/oauth/{version}/token", data=CLIENT | form)

    async def grant(self, account_id: str, *, scopes: str = SCOPES) -> Answered:
        code = await self.code(account_id, scopes=scopes)
        return await self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    async def account(self, account_id: str = "111111", *, scopes: str = SCOPES) -> "Account":
        return Account(self, (await self.grant(account_id, scopes=scopes))["access_token"])

    async def order(self, order: str, **fields: Any) -> Answered:
        return await self.call("POST", f"/control/{order}", json=fields)


class Account:
    """An account of the sandbox, as an app sees it."""

    def __init__(self, served: Served, token: str) -> None:
        self.served = served
        self.token = token

    async def call(self, method: str, path: str, **options: Any) -> Answered:
        return await self.served.call(method, path, headers={"authorization": f"Bearer {self.token}"}, **options)

    async def get(self, path: str, **query: Any) -> Answered:
        return await self.call("GET", path, params=query)

    async def post(self, path: str, body: Any) -> Answered:
        return await self.call("POST", path, json=body)

    async def listed(self, kind: str = "contacts", **query: Any) -> list[Any]:
        found: list[Any] = []
        while True:
            page = await self.get(f"/crm/v3/objects/{kind}", limit=100, **query)
            found += page["results"]
            if "paging" not in page.body:
                return found
            query["after"] = page["paging"]["next"]["after"]

    async def create(self, **properties: Any) -> str:
        answer = await self.post("/crm/v3/objects/contacts", {"properties": properties})
        assert answer.status == 201, answer.body
        return str(answer["id"])


USUAL = {
    "accounts": "hubspot:111111:Acme Sales,hubspot:222222:Acme Support",
    "people": 120,
    "rate_limits": False,
    "search_lag_seconds": 0.0,
}
Serve = Callable[..., Served]


@pytest.fixture(scope="session")
def usual_sandbox() -> Iterator[str]:
    with served_sandbox(**USUAL) as address:
        yield address


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def sandbox(usual_sandbox: str, http: ClientSession) -> Served:
    """The one all tests share, as it was in the beginning."""
    served = Served(http, usual_sandbox)
    await served.order("reset")
    await served.order("rate-limits", on=False)
    await served.call("DELETE", "/control/faults")
    return served


@pytest.fixture
def serve(serve_sandbox: ServeSandbox, http: ClientSession) -> Serve:
    """For tests that need other settings."""
    return lambda **settings: Served(http, serve_sandbox(**USUAL | settings))


@pytest.fixture
async def account(sandbox: Served) -> Account:
    return await sandbox.account()


class Company:
    """A company of Pipedrive's, as an app sees it."""

    base = "/pipedrive/7"

    def __init__(self, served: Served, granted: Answered) -> None:
        self.served = served
        self.granted = granted

    async def call(self, method: str, path: str, **options: Any) -> Answered:
        headers = {"authorization": f"Bearer {self.granted['access_token']}"}
        return await self.served.call(method, self.base + path, headers=headers, **options)

    async def get(self, path: str, **query: Any) -> Answered:
        return await self.call("GET", path, params=query)

    async def listed(self, kind: str = "persons", **query: Any) -> list[Any]:
        found: list[Any] = []
        while True:
            page = await self.get(f"/api/v2/{kind}", **query)
            found += page["data"]
            if page["additional_data"]["next_cursor"] is None:
                return found
            query["cursor"] = page["additional_data"]["next_cursor"]

    async def create(self, **properties: Any) -> int:
        answer = await self.call("POST", "/api/v2/persons", json=properties)
        assert answer.status == 200, answer.body
        return int(answer["data"]["id"])


PIPEDRIVE_REDIRECT = "http://localhost:4000/connections/pipedrive/callback"


class PipedriveApp:
    """An app that is registered with the sandbox's Pipedrive."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.authorization = encode_basic_auth("sandbox-pipedrive", "sandbox-pipedrive-secret")

    async def decide(self, **form: str) -> Answered:
        query = {"client_id": "sandbox-pipedrive", "redirect_uri": PIPEDRIVE_REDIRECT, "state": "a b&c"}
        return await self.served.call("POST", "/pipedrive/oauth/authorize", params=query, data=form)

    async def code(self, account_id: str = "7", **form: str) -> str:
        answer = await self.decide(account=account_id, decision="allow", **form)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def token(self, **form: str) -> Answered:
        return await self.post("token", **form)

    async def post(self, what: str, **form: str) -> Answered:
        headers = {"authorization": self.authorization}
        return await self.served.call("POST", f"/pipedrive/oauth/{what}", data=form, headers=headers)

    async def grant(self, account_id: str = "7", **form: str) -> Answered:
        code = await self.code(account_id, **form)
        return await self.token(grant_type="authorization_code", code=code, redirect_uri=PIPEDRIVE_REDIRECT)


@pytest.fixture
async def pipedrive(sandbox: Served) -> PipedriveApp:
    """A company of a hundred and twenty persons, and an app that may ask to be let in."""
    await sandbox.order("accounts", provider="pipedrive", account_id="7", name="Acme Partners", contacts=120)
    return PipedriveApp(sandbox)


@pytest.fixture
async def company(pipedrive: PipedriveApp) -> Company:
    """The same company, that let the app in."""
    return Company(pipedrive.served, await pipedrive.grant())


@pytest.fixture
async def frugal_company(serve: Serve) -> Company:
    """A company that has next to nothing to spend in a day."""
    served = serve(accounts="pipedrive:7:Acme Partners", rate_limits=True, pipedrive_tokens_per_day=25)
    return Company(served, await PipedriveApp(served).grant())


@pytest.fixture
async def modest_app(serve: Serve) -> PipedriveApp:
    """An app that was set up to read persons and no more."""
    return PipedriveApp(serve(accounts="pipedrive:7:Acme Partners", pipedrive_scopes="base,contacts:read"))
