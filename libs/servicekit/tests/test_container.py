"""The tests' other server: a PostgreSQL in a container, as `TEST_POSTGRES=container` has it."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from contracts.golden_records import GoldenRecordGone
from servicekit.consumer import on
from servicekit.house import WITH_DATABASE
from servicekit.outbox import publish
from servicekit.testing import drain, fresh_database, make_template
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

pytestmark = [pytest.mark.container, pytest.mark.timeout(300)]


async def test_a_postgresql_in_a_container_is_migrated_and_carries_the_bus(container_url: str) -> None:
    template = make_template(container_url, WITH_DATABASE)
    event = GoldenRecordGone(workspace_id=uuid4(), golden_id=uuid4())
    seen: list[GoldenRecordGone] = []

    async def remember(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        seen.extend(events)

    async with fresh_database(container_url, template) as fresh:
        db = fresh.database("identity")
        async with db.transaction() as conn:
            publish(conn, [event])
            by_socket = await conn.scalar(text("SELECT inet_server_addr() IS NULL"))
        await drain(db, [on(GoldenRecordGone, remember)])

    assert seen == [event]
    assert by_socket is False
