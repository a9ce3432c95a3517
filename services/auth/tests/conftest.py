"""An auth of the test's own, served over HTTP."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiohttp import ClientSession
from auth.app import create_app
from auth.settings import Settings
from servicekit.database import Database
from servicekit.testing import FreshDatabase, served

# Argon2id at the least it can cost, because what a password costs is not what these tests are about.
CHEAP = {"argon2_memory_kib": 8, "argon2_iterations": 1}

Serve = Callable[..., AbstractAsyncContextManager[ClientSession]]


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
def db(fresh: FreshDatabase) -> Database:
    """Look at what auth keeps, in its own role."""
    return fresh.database("auth")
