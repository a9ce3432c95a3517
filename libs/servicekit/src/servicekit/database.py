"""The database as one service sees it: its own role, its own schema, and the one edge that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec
import psycopg
from psycopg.generators import send
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from servicekit import outbox
from servicekit.doorbell import Doorbell
from servicekit.house import package_of
from servicekit.pool import LongestFirstPool
from servicekit.secrets import derive_text
from servicekit.settings import ServiceSettings

DATABASE_ERRORS = (DBAPIError, psycopg.Error, NoConnectionFree)
"""All that a database in trouble raises: through SQLAlchemy, out of a pipeline, or because the pool is empty."""

STATEMENT_SECONDS = 300
"""The net under every statement; a request's own are given less."""

_SEE_WORKSPACES = text("SELECT set_config('app.workspaces', CAST(:workspaces AS uuid[])::text, true)")


def role_of(service: str, role_prefix: str) -> str:
    """Name a service's database role."""
    return f"{role_prefix}_{package_of(service)}"


def role_password(lead_secret: str, service: str) -> str:
    """Derive a service's database password."""
    return derive_text(lead_secret, f"role:{service}")


class Database:
    """A service's way to Postgres. `transaction` is the only place where anything is committed."""

    def __init__(self, engine: AsyncEngine, *, conninfo: str, service: str) -> None:
        self.engine = engine
        """For single statements, each a transaction of its own and one round trip."""
        self.conninfo = conninfo
        self.service = service
        self.doorbell = Doorbell(conninfo)

    @classmethod
    def connect(cls, settings: ServiceSettings, service: str) -> "Database":
        """Prepare connections in the service's own role; none is opened yet."""
        url = make_url(settings.service_database_url).set(
            drivername="postgresql+psycopg",
            username=role_of(service, settings.role_prefix),
            password=role_password(settings.lead_secret, service),
        )
        return cls(
            create_async_engine(
                url,
                # Of the engine, once for each connection: set at every checkout, a task that is cancelled meanwhile
                # leaves its connection behind.
                isolation_level="AUTOCOMMIT",
                pool_size=settings.database_pool_size,
                max_overflow=settings.database_pool_size,
                poolclass=LongestFirstPool,
                hide_parameters=True,
                json_serializer=lambda value: msgspec.json.encode(value).decode(),
                json_deserializer=msgspec.json.decode,
                connect_args={"options": _options(service), "application_name": service},
            ),
            conninfo=_conninfo(url, service),
            service=service,
        )

    @asynccontextmanager
    async def transaction(
        self, *workspaces: UUID, statement_seconds: float | None = None, flushed: bool = True
    ) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees these workspaces' rows, and no other's.

        On leaving it writes the events that were published inside, commits, and rings the doorbell; an exception
        rolls everything back. Where it need not be `flushed`, the commit does not wait for the disk, and is lost if the
        server itself falls within a second: for what will be done again then.
        """
        async with self.engine.begin() as conn:
            with outbox.collecting(conn) as published:
                await conn.exec_driver_sql(_begin(workspaces, statement_seconds, flushed=flushed))
                yield conn
                await _refuse_aborted(conn)
                async with pipelined(conn):
                    await outbox.write(conn, published)
                    await conn.exec_driver_sql("COMMIT")
        self.doorbell.ring({event.TOPIC for one in published for event in one.events})

    async def close(self) -> None:
        """Hang up the doorbell and close every connection."""
        await self.doorbell.close()
        await self.engine.dispose()


@asynccontextmanager
async def pipelined(conn: AsyncConnection) -> AsyncIterator[None]:
    """Send the statements inside without waiting for each: one round trip for all of them.

    Their results cannot be read. What fails is raised at the end of the block, as psycopg raises it, and undoes the
    whole transaction. COPY is not for a pipeline.
    """
    driver = (await conn.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    try:
        async with driver.pipeline():
            yield
    finally:
        if driver.pgconn.pipeline_status != PipelineStatus.OFF:
            # Who was cancelled on the way out leaves it open: nobody else may be given such a connection.
            await conn.invalidate()


async def send_now(conn: AsyncConnection) -> None:
    """Send all that a pipeline holds back, so that Postgres works on it while we do something else.

    The driver by itself sends what a socket takes at once, and the rest with the next statement.
    """
    driver = (await conn.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    await driver.wait(send(driver.pgconn))


async def see_workspaces(conn: AsyncConnection, workspaces: tuple[UUID, ...]) -> None:
    """Let the rest of this transaction see the rows of these workspaces, and no others."""
    await conn.execute(_SEE_WORKSPACES, {"workspaces": list(workspaces)})


async def _refuse_aborted(conn: AsyncConnection) -> None:
    """Raise `RuntimeError` when a failed statement was swallowed: its COMMIT would roll back and say nothing."""
    driver = (await conn.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    if driver.info.transaction_status is not TransactionStatus.INTRANS:
        raise RuntimeError("a statement of this transaction failed, and nobody said so")


def _begin(workspaces: tuple[UUID, ...], statement_seconds: float | None, *, flushed: bool) -> str:
    """Begin, name the workspaces and bound the statements in one round trip; what is no id raises `ValueError`."""
    begin = ["BEGIN"]
    if workspaces:
        begin.append(f"SET LOCAL app.workspaces = '{{{','.join(str(UUID(str(w))) for w in workspaces)}}}'")
    if statement_seconds is not None:
        begin.append(f"SET LOCAL statement_timeout = {int(statement_seconds * 1000)}")
    if not flushed:
        begin.append("SET LOCAL synchronous_commit = off")
    return "; ".join(begin)


def _options(service: str) -> str:
    return (
        f"-c search_path={package_of(service)} -c timezone=UTC -c idle_in_transaction_session_timeout=60s "
        f"-c statement_timeout={STATEMENT_SECONDS}s"
    )


def _conninfo(url: URL, service: str) -> str:
    plain = url.set(drivername="postgresql").update_query_dict({"application_name": f"{service}-bell"})
    return plain.render_as_string(hide_password=False)
