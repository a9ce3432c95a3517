"""`lead bus`: what an operator sees of the bus and does to it."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from rich.console import Console
from rich.table import Table
from servicekit import bus_admin
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from lead.database import borrow_database
from lead.settings import Settings

Work = Callable[[AsyncConnection, argparse.Namespace], Awaitable[None]]


async def _lag(conn: AsyncConnection, _: argparse.Namespace) -> None:
    _print(bus_admin.Lag, await bus_admin.list_lag(conn))


async def _parked(conn: AsyncConnection, given: argparse.Namespace) -> None:
    _print(bus_admin.ParkedEvent, await bus_admin.list_parked(conn, consumer=given.consumer, limit=given.limit))


async def _retry(conn: AsyncConnection, given: argparse.Namespace) -> None:
    count = await bus_admin.retry_parked(conn, consumer=given.consumer, event_id=given.event)
    print(f"{count} parked events are tried again now.")


async def _drop(conn: AsyncConnection, given: argparse.Namespace) -> None:
    count = await bus_admin.drop_parked(conn, consumer=given.consumer, event_id=given.event)
    print(f"{count} parked events were dropped; their effects will never happen.")


async def _replay(conn: AsyncConnection, given: argparse.Namespace) -> None:
    count = await bus_admin.replay(conn, consumer=given.consumer, topic=given.topic, since=given.since)
    print(f"{given.consumer} reads {given.topic} again from {given.since.isoformat()}, in {count} shards.")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bus` and its own commands to the command line."""
    bus = commands.add_parser("bus", help="see who is behind, handle parked events, replay")
    actions = bus.add_subparsers(required=True, metavar="ACTION")

    _add(actions, "lag", "how far each consumer is behind", _lag)

    parked = _add(actions, "parked", "events that were put aside, and why", _parked)
    parked.add_argument("--consumer")
    parked.add_argument("--limit", type=int, default=100)

    for name, text, work in (("retry", "try parked events at once", _retry), ("drop", "forget them", _drop)):
        action = _add(actions, name, text, work)
        action.add_argument("consumer")
        which = action.add_mutually_exclusive_group(required=True)
        which.add_argument("--event", type=UUID, help="this one")
        which.add_argument("--all", action="store_true", help="all that the consumer parked")

    replay = _add(actions, "replay", "let a consumer read a topic again", _replay)
    replay.add_argument("consumer")
    replay.add_argument("topic")
    since = "an ISO date and time; without an offset, this machine's"
    replay.add_argument("--since", type=_moment, required=True, help=since)


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, work: Work
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text)
    parser.set_defaults(command=lambda settings, given: asyncio.run(_at_the_bus(work, settings, given)))
    return parser


async def _at_the_bus(work: Work, settings: Settings, given: argparse.Namespace) -> None:
    with borrow_database(settings) as database:
        engine = create_async_engine(make_url(database.admin_url).set(drivername="postgresql+psycopg"))
        async with engine.begin() as conn:
            await work(conn, given)
        await engine.dispose()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()


def _print(row_type: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> None:
    table = Table(*(name.replace("_", " ") for name in row_type.__struct_fields__), box=None)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in msgspec.structs.astuple(row)))
    width = None if sys.stdout.isatty() else 200  # a pipe has no width of its own
    Console(width=width).print(table if rows else "Nothing.")
