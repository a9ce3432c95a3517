from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from contracts.contacts import Contact, ContactFetched
from contracts.event import Event
from identity.handlers import subscriptions
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.testing import FreshDatabase, drain
from sqlalchemy import text

WORKSPACE, HUBSPOT = uuid4(), uuid4()
START = datetime(2026, 1, 1, tzinfo=UTC)


def fetched(provider_id: str, *emails: str, revision: int = 1, **contact: object) -> ContactFetched:
    return ContactFetched(
        workspace_id=WORKSPACE,
        connection_id=HUBSPOT,
        provider="hubspot",
        provider_id=provider_id,
        revision=revision,
        first_seen_at=START + timedelta(seconds=int(provider_id)),
        contact=Contact(emails=emails, **contact),
    )


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    return fresh.database("identity")


@pytest.fixture
def source(fresh):
    return fresh.database("sync-worker")


async def happen(source: Database, db: Database, *events: Event):
    async with source.transaction(WORKSPACE) as conn:
        publish(conn, events, lane="backfill")
    await drain(db, subscriptions())


async def test_two(source, db):
    await happen(source, db, fetched("1", "ada@example.com"), fetched("2", "Ada@Example.com"))
    async with db.transaction(WORKSPACE) as conn:
        rows = (await conn.execute(text("select * from golden_record"))).all()
    assert len(rows) == 1
