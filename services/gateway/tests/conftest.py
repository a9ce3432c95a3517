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
SERVICES = ("auth", "connections", "sync_worker", "identity", "agent")


@asynccontextmanager
async def serve_stand_in(service: Answer | Litestar) -> AsyncIterator[str]:
    """Serve an app, or one function as an app; yield its address."""
    app = service if isinstance(service, Litestar) else _app_of(service)
    async with served(app) as client:
        yield str(client._base_url).rstrip("/")


def _app_of(answer: Answer) -> Litestar:
    @asgi("/", is_mount=True, copy_scope=True)
    async def everything(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    return Litestar([everything], openapi_config=None)


def _port_of_nobody() -> int:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    """A port of this machine where nobody listens."""
    return _port_of_nobody()


@pytest.fixture
def stand_in_address() -> Callable[[Answer], AbstractAsyncContextManager[str]]:
    """Serve one function as a service: `async with stand_in_address(answer) as address`."""
    return serve_stand_in


@pytest.fixture
def gateway(fresh: FreshDatabase) -> Callable[..., AbstractAsyncContextManager[ClientSession]]:
    """Serve a gateway: `gateway(auth=answer, identity=app, **settings)`; services not given are away."""

    @asynccontextmanager
    async def serve(**given: Any) -> AsyncIterator[ClientSession]:
        async with AsyncExitStack() as stack:
            addresses = {f"{name}_url": f"http://127.0.0.1:{_port_of_nobody()}" for name in SERVICES}
            for name in SERVICES:
                if service := given.pop(name, None):
                    addresses[f"{name}_url"] = await stack.enter_async_context(serve_stand_in(service))
            settings = Settings(**fresh.settings(**{"forwarded_allow_ips": ""} | addresses | given))
            app = create_app(settings, TestKeys())
            yield await stack.enter_async_context(served(app, forwarded_allow_ips=settings.forwarded_allow_ips))

    return serve
