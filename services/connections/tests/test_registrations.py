"""The line to the providers."""

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from connections.registrations import Registrations


async def test_providers_are_asked_through_the_proxy(acme, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pass_on(request: web.BaseRequest) -> web.Response:
        return web.Response(text=f"the proxy was asked for {request.url}")

    async with RawTestServer(pass_on) as proxy:
        monkeypatch.setenv("http_proxy", str(proxy.make_url("")))
        registrations = Registrations({"acme": acme}, {"ACME_CLIENT_ID": "id", "ACME_CLIENT_SECRET": "secret"})
        async with registrations.open(), registrations.of("acme").http.get("http://acme.invalid/token") as answer:
            assert await answer.text() == "the proxy was asked for http://acme.invalid/token"
