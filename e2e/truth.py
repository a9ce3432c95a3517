"""Whether the product holds what the sandbox's accounts hold: every record, field by field, and who is who."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec
from contracts.connections import ConnectionView
from contracts.golden_records import ContactSummary, InteractionView
from contracts.pages import ItemPage
from lead.client import Gateway

from e2e.house import House
from e2e.journey import golden_records

DEALINGS = {"hubspot": "deals", "pipedrive": "deals", "zendesk": "tickets"}

AT_ONCE = 8

Key = tuple[UUID, str]
T = TypeVar("T")


class TrueRecord(msgspec.Struct, frozen=True):
    """A record as the sandbox says it is, and the contacts it concerns."""

    id: str
    record: dict[str, Any]
    contacts: tuple[str, ...] = ()


async def differences(house: House, gateway: Gateway, connections: Sequence[ConnectionView]) -> list[str]:
    """Every way in which what we hold is not what the accounts hold; empty when all is equal."""
    records = await golden_records(gateway)
    held = {(source.connection_id, source.provider_id) for record in records for source in record.sources}
    found: list[str] = []
    for connection in connections:
        there = {each.id: each for each in _true(house, connection)}
        here = {provider_id for connection_id, provider_id in held if connection_id == connection.id}
        name = f"{connection.provider}:{connection.account_id}"
        found += [f"{name} {each}: theirs, and not held" for each in sorted(there.keys() - here)]
        found += [f"{name} {each}: held, and no longer theirs" for each in sorted(here - there.keys())]
        both = sorted(there.keys() & here)
        raws = await _together([partial(_raw, gateway, connection.id, each) for each in both])
        for each, raw in zip(both, raws, strict=True):
            found += [f"{name} {each}: {difference}" for difference in unequal(raw, there[each].record)]
    return found + _who_is_who(house, connections, records) + await _dealings(house, gateway, connections, records)


def unequal(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Where two values differ, as far as both tell: what only one of them shows has nothing to be compared with."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() & theirs.keys():
            yield from unequal(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        if sorted(map(_text, ours)) != sorted(map(_text, theirs)):
            yield f"{path} is {_text(ours)}, theirs {_text(theirs)}"
    elif ours != theirs:
        yield f"{path} is {ours!r}, theirs {theirs!r}"


def _who_is_who(house: House, connections: Sequence[ConnectionView], records: Sequence[ContactSummary]) -> list[str]:
    names = {each.id: f"{each.provider}:{each.account_id}" for each in connections}
    asked = "expected?members=true&accounts=" + ",".join(names.values())
    joined = msgspec.json.decode(house.control(asked))["joined"]
    expected = {frozenset(group) for group in joined}
    ours = {
        frozenset(f"{names[source.connection_id]}:{source.provider_id}" for source in record.sources)
        for record in records
        if len(record.sources) > 1
    }
    return [f"one person, and not here: {sorted(group)}" for group in expected - ours] + [
        f"one person here alone: {sorted(group)}" for group in ours - expected
    ]


async def _dealings(
    house: House, gateway: Gateway, connections: Sequence[ConnectionView], records: Iterable[ContactSummary]
) -> list[str]:
    """Compare what hangs on each person's timeline with what was done with them."""
    whose = {(source.connection_id, source.provider_id): record.id for record in records for source in record.sources}
    expected: dict[UUID, set[Key]] = {}
    orphans: set[Key] = set()
    for connection in connections:
        for each in _true(house, connection, DEALINGS[connection.provider]):
            if not each.contacts:
                orphans.add((connection.id, each.id))
            for person in {whose.get((connection.id, contact)) for contact in each.contacts} - {None}:
                expected.setdefault(person, set()).add((connection.id, each.id))  # type: ignore[arg-type]
    kinds = {each.id: DEALINGS[each.provider].removesuffix("s") for each in connections}
    found = []
    people = sorted(set(whose.values()))
    timelines = await _together([partial(_timeline, gateway, golden_id) for golden_id in people])
    for golden_id, shown in zip(people, timelines, strict=True):
        here = {(each.connection_id, each.provider_id) for each in shown if each.kind == kinds[each.connection_id]}
        there = expected.get(golden_id, set())
        # What was done with a contact that is gone stays with the person they were.
        here -= orphans
        found += [f"{golden_id}: {kinds[where]} {each} is missing" for where, each in sorted(there - here)]
        found += [f"{golden_id}: {kinds[where]} {each} is not theirs" for where, each in sorted(here - there)]
    return found


async def _together(calls: Sequence[Callable[[], Coroutine[Any, Any, T]]]) -> list[T]:
    """Call some at a time; return what they answered, in their order."""
    free = asyncio.Semaphore(AT_ONCE)

    async def called(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with free:
            return await call()

    return await asyncio.gather(*map(called, calls))


async def _timeline(gateway: Gateway, golden_id: UUID) -> list[InteractionView]:
    shown: list[InteractionView] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/contacts/{golden_id}/timeline" + (f"?cursor={quote(cursor)}" if cursor else "")
        status, body = await gateway.call("GET", path)
        assert status == 200, body
        page = msgspec.json.decode(body, type=ItemPage[InteractionView])
        shown, cursor = shown + page.items, page.next_cursor
    return shown


async def _raw(gateway: Gateway, connection_id: UUID, provider_id: str) -> Mapping[str, Any]:
    status, body = await gateway.call("GET", f"/sources/{connection_id}/{provider_id}")
    assert status == 200, body
    raw: Mapping[str, Any] = msgspec.json.decode(body)
    return raw


def _true(house: House, connection: ConnectionView, kind: str | None = None) -> list[TrueRecord]:
    path = f"accounts/{connection.provider}/{connection.account_id}/records" + (f"?kind={kind}" if kind else "")
    return msgspec.json.decode(house.control(path), type=ItemPage[TrueRecord]).items


def _text(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
