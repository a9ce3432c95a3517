"""A gateway before stand-ins for the services, all really served."""

import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession
from gateway.app import create_app
from gateway.settings import Settings
from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send
from servicekit.testing import FreshDatabase, TestKeys, served

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]
Gateway = Callable[..., AbstractAsyncContextManager[ClientSession]]


def stand_in(answer: Answer) -> Litestar:
    """A service that answers every request with this one function."""

    @asgi("/", is_mount=True, copy_scope=True)
    async def everything(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    return Litestar([everything], openapi_config=None)


def address_of(client: ClientSession) -> str:
    return str(client._base_url).rstrip("/")  # the client of `served` knows where its paths begin


def nobodys_address() -> str:
    """An address of this machine where nothing listens."""
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def gateway(fresh: FreshDatabase) -> Gateway:
    """Serve a gateway: `gateway(auth=answer, identity=answer, **settings)`; services not given are away."""

    @asynccontextmanager
    async def serve(**given: Any) -> AsyncIterator[ClientSession]:
        async with AsyncExitStack() as stack:
            addresses = {
                f"{name}_url": nobodys_address() for name in ("auth", "connections", "sync_worker", "identity")
            }
            for name in ("auth", "connections", "sync_worker", "identity"):
                if answer := given.pop(name, None):
                    app = answer if isinstance(answer, Litestar) else stand_in(answer)
                    client = await stack.enter_async_context(served(app))
                    addresses[f"{name}_url"] = address_of(client)
            settings = Settings(**fresh.settings(**{"forwarded_allow_ips": ""} | addresses | given))
            app = create_app(settings, TestKeys())
            yield await stack.enter_async_context(served(app, forwarded_allow_ips=settings.forwarded_allow_ips))

    return serve
