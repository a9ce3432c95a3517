"""An account of Zendesk's stand-in, as an app and as an administrator see it."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

CLIENT = {"client_id": "sandbox-zendesk", "client_secret": "sandbox-zendesk-secret"}
REDIRECT = "http://localhost:4000/connections/zendesk/callback"
SCOPES = "users:read users:write organizations:read tickets:read tickets:write"


class Desk:
    """The account `acme`, called by its administrator with an API token unless other headers are given."""

    def __init__(self, served: Any) -> None:
        self.served = served
        self.headers = self.basic()

    def basic(self, email: str = "robin@acme-help.example", token: str = "sandbox-zendesk-token") -> dict[str, str]:
        return {"authorization": f"Basic {b64encode(f'{email}/token:{token}'.encode()).decode()}"}

    def bearer(self, token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, **options: Any) -> Any:
        options.setdefault("headers", self.headers)
        return await self.served.call(method, f"/zendesk/acme/api/v2{path}", **options)

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, params=query)

    async def post(self, path: str, body: Any) -> Any:
        return await self.call("POST", path, json=body)

    async def put(self, path: str, body: Any) -> Any:
        return await self.call("PUT", path, json=body)

    async def create(self, name: str = "Ada Lovelace", **fields: Any) -> dict[str, Any]:
        answer = await self.post("/users.json", {"user": {"name": name, **fields}})
        assert answer.status == 201, answer.body
        return answer["user"]

    async def act(self, what: str, **fields: Any) -> str:
        return str((await self.served.order(f"accounts/zendesk/acme/{what}", **fields))["id"])

    async def code(self, *, scopes: str = SCOPES, **wish: str) -> str:
        asked = {"response_type": "code", "client_id": CLIENT["client_id"], "redirect_uri": REDIRECT}
        answer = await self.served.call(
            "POST",
            "/zendesk/acme/oauth/authorizations/new",
            params=asked | {"scope": scopes, "state": "s"} | wish,
            data={"account": "acme", "decision": "allow"},
        )
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def token(self, **wish: Any) -> Any:
        return await self.served.call("POST", "/zendesk/acme/oauth/tokens", json=CLIENT | wish)

    async def grant(self, *, scopes: str = SCOPES, **wish: Any) -> Any:
        code = await self.code(scopes=scopes)
        return await self.redeem(code, **wish)

    async def redeem(self, code: str, /, **wish: Any) -> Any:
        return await self.token(**{"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | wish)

    async def exported(self, what: str = "users", cursor: str | None = None, **query: Any) -> Any:
        start = {"cursor": cursor} if cursor else {"start_time": 0}
        return await self.get(f"/incremental/{what}/cursor.json", **start, **query)

    async def everything(self, what: str = "users", **query: Any) -> tuple[list[Any], str]:
        """All that an export shows, and the cursor it ends with."""
        found, cursor = [], None
        while True:
            page = await self.exported(what, cursor, **query)
            found, cursor = found + page[what], page["after_cursor"]
            if page["end_of_stream"]:
                return found, cursor


@pytest.fixture
async def desk(sandbox: Any) -> Desk:
    await sandbox.order("accounts", provider="zendesk", account_id="acme", name="Acme Help", contacts=120)
    return Desk(sandbox)


@pytest.fixture
async def late_desk(serve: Any) -> Desk:
    """One whose exports withhold the last minute."""
    served = serve(search_lag_seconds=60.0)
    await served.order("accounts", provider="zendesk", account_id="acme", name="Acme Help", contacts=12)
    return Desk(served)
