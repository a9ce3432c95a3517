"""The operator's side of the bus."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from contracts.golden_records import GoldenRecordChanged
from servicekit import bus_admin
from servicekit.consumer import Subscription, on
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.testing import FreshDatabase, drain
from sqlalchemy.ext.asyncio import AsyncConnection

WORKSPACE = uuid4()


@pytest.fixture
async def db(fresh: FreshDatabase) -> Database:
    return fresh.database("identity")


async def publish_changes(db: Database, count: int) -> None:
    async with db.transaction() as conn:
        publish(conn, [GoldenRecordChanged(workspace_id=WORKSPACE, golden_ids=(uuid4(),)) for _ in range(count)])


def counting(seen: list[int], *, fails: bool = False) -> list[Subscription]:
    async def handler(conn: AsyncConnection, events: Sequence[GoldenRecordChanged]) -> None:
        if fails:
            raise ArithmeticError
        seen.append(len(events))

    return [on(GoldenRecordChanged, handler)]


async def test_lag_counts_what_a_consumer_has_not_handled(db: Database) -> None:
    await publish_changes(db, 2)
    await drain(db, counting([]), consumer="reader")
    await publish_changes(db, 3)

    async with db.engine.connect() as conn:
        (lag,) = await bus_admin.list_lag(conn)

    assert (lag.consumer, lag.topic, lag.lane, lag.events) == ("reader", "golden_records", "live", 3)
    assert lag.oldest_at is not None


async def test_a_replay_delivers_again_what_was_published_since(db: Database) -> None:
    seen: list[int] = []
    await publish_changes(db, 2)
    await drain(db, counting(seen), consumer="reader")

    async with db.engine.begin() as conn:
        await bus_admin.replay(conn, consumer="reader", topic="golden_records", since=datetime.now(UTC) + timedelta(1))
    await drain(db, counting(seen), consumer="reader")
    async with db.engine.begin() as conn:
        await bus_admin.replay(conn, consumer="reader", topic="golden_records", since=datetime.now(UTC) - timedelta(1))
    await drain(db, counting(seen), consumer="reader")

    assert seen == [2, 2]


async def test_parked_events_are_listed_made_due_and_dropped(db: Database) -> None:
    await publish_changes(db, 2)
    await drain(db, counting([], fails=True), consumer="reader")

    async with db.engine.begin() as conn:
        first, second = await bus_admin.list_parked(conn)
        assert first.failure == "ArithmeticError"
        assert await bus_admin.list_parked(conn, consumer="somebody else") == []
        assert await bus_admin.retry_parked(conn, consumer="reader", event_id=first.event_id) == 1
        assert await bus_admin.drop_parked(conn, consumer="reader", event_id=second.event_id) == 1
        assert await bus_admin.drop_parked(conn, consumer="reader") == 1
