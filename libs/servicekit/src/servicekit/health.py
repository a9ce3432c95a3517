"""Whether a service lives, whether it is ready, and its metrics."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from servicekit import bus_queries as queries
from servicekit import telemetry
from servicekit.consumer import Consumer
from servicekit.database import DATABASE_ERRORS, Database
from servicekit.revisions import folder_of, head_of


def health_routes(
    name: str, db: Database | None, consumers: Sequence[Consumer], *, migrated: bool
) -> list[HTTPRouteHandler]:
    """Make `/health/live`, `/health/ready` and `/metrics` of a service."""
    public: dict[str, Any] = {"opt": {"public": True}, "include_in_schema": False}

    @get("/health/live", **public)
    async def live() -> dict[str, str]:
        return {"status": "ok", "service": name}

    @get("/health/ready", **public)
    async def ready() -> Response[dict[str, Any]]:
        checks: dict[str, Any] = await _checks(name, db, consumers, migrated=migrated)
        fit = checks.get("database", "ok") == "ok" and checks.get("migrations", "ok") == "ok"
        body = {"status": "ok" if fit else "unready", "service": name, **checks}
        return Response(body, status_code=200 if fit else 503)

    @get("/metrics", **public)
    async def metrics() -> Response[bytes]:
        if db and consumers:
            await _measure_bus(db, consumers)
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [live, ready, metrics]


async def _checks(name: str, db: Database | None, consumers: Sequence[Consumer], *, migrated: bool) -> dict[str, Any]:
    if db is None:
        return {}
    try:
        checks: dict[str, Any] = {"database": "ok"}
        async with db.engine.connect() as conn:
            if migrated:
                at = (await conn.execute(text("SELECT version_num FROM alembic_version"))).scalar()
                head = head_of(folder_of(name))
                checks["migrations"] = "ok" if at == head else f"at {at}, head is {head}"
            for consumer in consumers:
                lag = await queries.lag_of(conn, consumer.name, consumer.topics)
                checks["lag"] = checks.get("lag", 0) + sum(lag.values())
                checks["parked"] = checks.get("parked", 0) + await queries.count_parked(conn, consumer.name)
        return checks
    except (*DATABASE_ERRORS, OSError) as error:
        return {"database": type(error).__qualname__}


async def _measure_bus(db: Database, consumers: Sequence[Consumer]) -> None:
    async with db.engine.connect() as conn:
        for consumer in consumers:
            for (topic, lane), lag in (await queries.lag_of(conn, consumer.name, consumer.topics)).items():
                telemetry.BUS_LAG.labels(consumer.name, topic, lane).set(lag)
            telemetry.BUS_PARKED.labels(consumer.name).set(await queries.count_parked(conn, consumer.name))
