"""An auth of the test's own, served over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from auth.app import create_app
from auth.settings import Settings
from servicekit.database import Database
from servicekit.testing import FreshDatabase, served

# Argon2id at the least it can cost, because what a password costs is not what these tests are about.
CHEAP = {"argon2_memory_kib": 8, "argon2_iterations": 1}
COOKIE = "lead_refresh_4000"
PASSWORD = "analytical engine"


class SignedIn(msgspec.Struct, frozen=True):
    """A person as a test holds them: their answer, and what a browser would send."""

    token: str
    user: dict[str, str]
    refresh_token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def cookies(self) -> dict[str, str]:
        return {COOKIE: self.refresh_token}


Serve = Callable[..., AbstractAsyncContextManager[ClientSession]]
Enter = Callable[..., Awaitable[SignedIn]]


@pytest.fixture
def auth_settings(fresh: FreshDatabase) -> Callable[..., Settings]:
    """Make settings; what a test does not name is cheap and usual."""

    def make(**more: Any) -> Settings:
        return Settings(**fresh.settings(**CHEAP | more))

    return make


@pytest.fixture
def serve(auth_settings: Callable[..., Settings]) -> Serve:
    """Serve an auth with these settings."""
    return lambda **more: served(create_app(auth_settings(**more)))


@pytest.fixture
async def auth(serve: Serve) -> AsyncIterator[ClientSession]:
    """Talk to an auth with the usual settings."""
    async with serve() as client:
        yield client


@pytest.fixture
async def address(auth: ClientSession) -> str:
    """Where that auth is."""
    async with auth.get("/health/live") as answer:
        return str(answer.url.origin())


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    """Look at what auth keeps, in its own role."""
    return fresh.database("auth")


async def _enter(client: ClientSession, path: str, status: int, body: dict[str, str]) -> SignedIn:
    async with client.post(path, json=body) as answer:
        said = await answer.json()
        assert answer.status == status, said
        return SignedIn(said["token"], said["user"], answer.cookies[COOKIE].value)


@pytest.fixture
def register() -> Enter:
    """Register somebody."""

    async def enter(client: ClientSession, email: str = "ada@example.com", **more: str) -> SignedIn:
        body = {"email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
        return await _enter(client, "/auth/register", 201, body | more)

    return enter


@pytest.fixture
def login() -> Enter:
    """Sign somebody in."""

    async def enter(client: ClientSession, email: str = "ada@example.com", password: str = PASSWORD) -> SignedIn:
        return await _enter(client, "/auth/login", 200, {"email": email, "password": password})

    return enter


@pytest.fixture
async def ada(auth: ClientSession, register: Enter) -> SignedIn:
    """Ada, who has registered just now."""
    return await register(auth)
