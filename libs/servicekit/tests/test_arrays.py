"""Columns as Postgres' binary arrays: what went in comes out."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest
from servicekit.arrays import Kind, binaries, columns, integers, moments, texts, uuids
from servicekit.database import Database
from servicekit.testing import FreshDatabase


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    return fresh.database("identity")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (texts, ["a", None, "ü\n\x1f", "", "x" * 70_000]),
        (texts, ["a", "ü", "", "x" * 4_095]),
        (texts, ["a", "x" * 4_096]),
        (texts, [None]),
        (uuids, [UUID(int=0), UUID(int=2**128 - 1)]),
        (integers, [0, -1, 2**63 - 1, -(2**63)]),
        (moments, [datetime(1, 1, 2, tzinfo=UTC), datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)]),
        (moments, [datetime(9999, 12, 30, tzinfo=timezone(timedelta(hours=2)))]),
        (binaries, [b"", b"\0\xff"]),
        (texts, []),
    ],
)
async def test_every_value_comes_back(db: Database, kind: Kind, values: Collection[Any]) -> None:
    async with db.engine.connect() as conn:
        rows = await conn.exec_driver_sql(
            "SELECT value FROM unnest(%(values)s) WITH ORDINALITY AS v (value, nth) ORDER BY nth",
            {"values": kind(values)},
        )

        assert [row.value for row in rows] == list(values)


class Row(msgspec.Struct):
    """A row of two fields."""

    name: str
    size: int


def test_rows_are_turned_on_their_side() -> None:
    turned = columns([Row("a", 1), Row("b", 2)], {"name": texts, "size": integers})

    assert turned == {"name": texts(["a", "b"]), "size": integers([1, 2])}


def test_bytes_are_text_already() -> None:
    assert texts(["ü".encode(), None]) == texts(["ü", None])
    assert texts(["ü".encode(), b"x" * 5_000]) == texts(["ü", "x" * 5_000])


def test_no_rows_are_empty_columns() -> None:
    assert columns([], {"name": texts, "size": integers}) == {"name": texts([]), "size": integers([])}
