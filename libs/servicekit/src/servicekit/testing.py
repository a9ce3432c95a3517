"""What tests of services share: a fresh database each, delivery without waiting, tokens, a really served app."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import psycopg
from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar
from psycopg import sql
from sqlalchemy import URL, make_url

from servicekit import bus_queries
from servicekit.consumer import Consumer, Subscription
from servicekit.database import Database
from servicekit.house import package_of
from servicekit.migrations import migrate
from servicekit.principal import ALGORITHM, AUDIENCE, ISSUER
from servicekit.serve import server_of
from servicekit.settings import ServiceSettings

TEST_SECRET = "a secret for tests only, nothing else trusts it"  # noqa: S105
ROLE_PREFIX = "test"
KEY_ID = "test"

_signing_key = Ed25519PrivateKey.generate()


class TestKeys:
    """A key source that knows the one key tests sign with."""

    __test__ = False

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Return the public half."""
        document = jwt.algorithms.OKPAlgorithm.to_jwk(_signing_key.public_key(), as_dict=True)
        return jwt.PyJWK.from_dict(document | {"alg": ALGORITHM}) if key_id == KEY_ID else None


def sign(claims: Mapping[str, Any], *, lives: timedelta = timedelta(hours=2)) -> str:
    """Sign claims as auth would."""
    whole = {"iss": ISSUER, "exp": datetime.now(UTC) + lives, **claims}
    return jwt.encode(whole, _signing_key, algorithm=ALGORITHM, headers={"kid": KEY_ID})


def user_token(
    *, workspace_id: UUID, user_id: UUID | None = None, email: str = "ada@example.com", scope: str | None = None
) -> str:
    """Make the token of a signed-in person, or what stands for a personal one with this scope."""
    claims = {"sub": str(user_id or uuid4()), "email": email, "workspace": str(workspace_id), "role": "owner"}
    scoped = {} if scope is None else {"scope": scope}
    return sign(claims | scoped | {"aud": AUDIENCE})


def service_token(service: str, *, audience: str) -> str:
    """Make the token one service shows another."""
    return sign({"sub": f"service:{service}", "aud": audience})


def bearer(token: str) -> dict[str, str]:
    """Make the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


class FreshDatabase:
    """A migrated database of one test's own."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self._opened: list[Database] = []

    @property
    def service_database_url(self) -> str:
        """What a service's settings call `service_database_url`."""
        url = make_url(self.admin_url)
        plain = URL.create("postgresql", host=url.host, port=url.port, database=url.database, query=url.query)
        return plain.render_as_string(hide_password=False)

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return the settings every service shares, for `SomeSettings(**fresh.settings(...))`."""
        return {
            "port": 0,
            "service_database_url": self.service_database_url,
            "lead_secret": TEST_SECRET,
            "role_prefix": ROLE_PREFIX,
            "bus_poll_seconds": 0.2,
            **more,
        }

    def database(self, service: str) -> Database:
        """Connect as a service's own role; closed when the test ends."""
        db = Database.connect(ServiceSettings(**self.settings()), service)
        self._opened.append(db)
        return db

    async def close(self) -> None:
        """Hang up all connections."""
        for db in self._opened:
            await db.close()


def make_template(admin_url: str, services: Sequence[str], name: str = "lead_template") -> str:
    """Make a database, with the bus and these services' schemas, that fresh ones are copied from; return its name."""
    with psycopg.connect(_plain(admin_url), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(_of(admin_url, name), role_prefix=ROLE_PREFIX, lead_secret=TEST_SECRET, services=services)
    return name


@asynccontextmanager
async def fresh_database(admin_url: str, template: str) -> AsyncIterator[FreshDatabase]:
    """Copy the template, hand the copy out, drop it."""
    name = f"test_{uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    async with await psycopg.AsyncConnection.connect(_plain(admin_url), autocommit=True) as admin:
        await admin.execute(create)
        fresh = FreshDatabase(_of(admin_url, name))
        try:
            yield fresh
        finally:
            await fresh.close()
            await admin.execute(drop)


def _of(admin_url: str, database: str) -> str:
    return make_url(admin_url).set(database=database).render_as_string(hide_password=False)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def deliver(db: Database, subscriptions: Iterable[Subscription], *, consumer: str | None = None) -> int:
    """Deliver what is due now, as one copy of a service beside others; return how much it was."""
    delivering = Consumer(db, name=consumer or package_of(db.service), subscriptions=subscriptions)
    passed = 0
    while now := await delivering.deliver_all(await delivering.list_behind()):
        passed += now
    await delivering.close()
    return passed


async def drain(db: Database, subscriptions: Iterable[Subscription], *, consumer: str | None = None) -> int:
    """Deliver everything due, in both lanes, until every offset equals its shard's last; return how much it was.

    What is due for another try only later (a resting shard) counts as due: `drain` gives up with an error rather
    than leave it behind unseen.
    """
    heard, name = list(subscriptions), consumer or package_of(db.service)
    passed = await deliver(db, heard, consumer=name)
    topics = sorted({each.event_type.TOPIC for each in heard})
    async with db.engine.connect() as conn:
        left = sum((await bus_queries.lag_of(conn, name, topics)).values())
    if left:
        raise AssertionError(f"{left} events could not be delivered; see the log")
    return passed


@asynccontextmanager
async def served(app: Litestar, *, forwarded_allow_ips: str = "127.0.0.1") -> AsyncIterator[ClientSession]:
    """Serve an app on a free port of this machine; yield a client whose paths begin there."""
    server = server_of(app, host="127.0.0.1", port=0, forwarded_allow_ips=forwarded_allow_ips)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if serving.done():
                serving.result()
                raise RuntimeError("the app did not start")
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with ClientSession(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        server.announce_stop()
        server.should_exit = True
        await serving
