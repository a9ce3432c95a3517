"""Every test has a real PostgreSQL 18.

It is the embedded one, with `TEST_POSTGRES=container` one in a container, or the one that `TEST_DATABASE_URL` names.
"""

import os
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
from lead.postgres import temporary_postgres
from servicekit.house import WITH_DATABASE
from servicekit.testing import FreshDatabase, fresh_database, make_template

# What a crash could lose is of no use to a test.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}


@pytest.fixture(scope="session")
def admin_url(request: pytest.FixtureRequest) -> str:
    """The administrator's address of a server."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    kind = os.environ.get("TEST_POSTGRES") or "embedded"
    if kind not in {"embedded", "container"}:
        raise pytest.UsageError(f"TEST_POSTGRES is embedded or container, not {kind!r}")
    url: str = request.getfixturevalue(f"{kind}_url")
    return url


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    """The administrator's address of an embedded server."""
    with temporary_postgres(FAST) as server:
        yield server.url


@pytest.fixture(scope="session")
def container_url() -> Iterator[str]:
    """The administrator's address of a server in a container."""
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - slow to import, seldom used

    server = PostgresContainer("postgres:18", dbname="postgres", password=secrets.token_urlsafe(24), driver=None)
    server.with_command(["postgres", *(f"--{name}={value}" for name, value in FAST.items())])
    with server:
        yield server.get_connection_url()


@pytest.fixture(scope="session")
def template(admin_url: str, request: pytest.FixtureRequest) -> str:
    """The name of a migrated database to copy, with the schemas of those services whose tests run."""
    folders = {folder for item in request.session.items for folder in item.path.parts}
    return make_template(admin_url, [service for service in WITH_DATABASE if service in folders])


@pytest.fixture
async def fresh(admin_url: str, template: str) -> AsyncIterator[FreshDatabase]:
    """A migrated database of the test's own."""
    async with fresh_database(admin_url, template) as database:
        yield database
