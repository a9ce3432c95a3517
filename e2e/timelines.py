"""Whether each person's timeline shows all that was done with them, field by field, and no more."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import quote
from uuid import UUID

import msgspec
from contracts.connections import ConnectionView
from contracts.golden_records import ContactSummary, InteractionView
from contracts.pages import ItemPage
from lead.client import Gateway

from e2e.accounts import Comparison, TrueRecord, together, true_records
from e2e.dealings import KINDS, Shown, expected, shown
from e2e.house import House

Key = tuple[UUID, str, str]
"""A connection, a kind of dealing, and an id."""


class Truth(msgspec.Struct, frozen=True):
    """What should be shown of every dealing, and on whose timelines."""

    dealings: Mapping[Key, Shown]
    told: Mapping[Key, TrueRecord]
    of_person: Mapping[UUID, frozenset[Key]]


async def compare_timelines(
    house: House, gateway: Gateway, connections: Sequence[ConnectionView], records: Sequence[ContactSummary]
) -> Comparison:
    """Find every way in which the timelines are not what the accounts hold."""
    told = truth(house, connections, records)
    found = Comparison(Counter(), [])
    timelines = await together([partial(_timeline, gateway, record.id) for record in records])
    for record, views in zip(records, timelines, strict=True):
        found.compared.update(f"{view.provider} {view.kind}" for view in views)
        found.differences += [f"{record.id}: {each}" for each in _unequal(record.id, views, told)]
    return found


def truth(house: House, connections: Sequence[ConnectionView], records: Sequence[ContactSummary]) -> Truth:
    """Tell by the sandbox's own word what every timeline should show."""
    whose = {(source.connection_id, source.provider_id): record.id for record in records for source in record.sources}
    dealings: dict[Key, Shown] = {}
    told: dict[Key, TrueRecord] = {}
    of_person: dict[UUID, set[Key]] = {}
    for connection in connections:
        for kind, name in KINDS[connection.provider].items():
            for each in true_records(house, connection, kind):
                key = (connection.id, name, each.id)
                told[key] = each
                dealings[key] = expected(connection.provider, kind, each.record, each.stage)
                for contact in each.contacts:
                    if (person := whose.get((connection.id, contact))) is not None:
                        of_person.setdefault(person, set()).add(key)
    return Truth(dealings, told, {person: frozenset(keys) for person, keys in of_person.items()})


def _unequal(golden_id: UUID, views: Sequence[InteractionView], truth: Truth) -> Iterator[str]:
    here = {(view.connection_id, str(view.kind), view.provider_id): view for view in views}
    there = truth.of_person.get(golden_id, frozenset())
    if len(here) != len(views):
        yield "something is shown twice"
    for key in sorted(there - here.keys()):
        yield f"{_name(key)} is missing"
    for key in sorted(here.keys() - there):
        if key not in truth.told:
            yield f"{_name(key)} is shown, and no longer theirs"
        # What was done with a contact that is gone stays with the person they were.
        elif not truth.told[key].gone:
            yield f"{_name(key)} is not theirs"
    for key in sorted(here.keys() & truth.dealings.keys()):
        ours, theirs = shown(here[key]), truth.dealings[key]
        for field in Shown.__struct_fields__:
            if (one := getattr(ours, field)) != (other := getattr(theirs, field)):
                yield f"{_name(key)}: {field} is {one!r}, theirs {other!r}"


def _name(key: Key) -> str:
    return f"{key[1]} {key[2]} of {key[0]}"


async def _timeline(gateway: Gateway, golden_id: UUID) -> list[InteractionView]:
    entries: list[InteractionView] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/contacts/{golden_id}/timeline" + (f"?cursor={quote(cursor)}" if cursor else "")
        status, body = await gateway.call("GET", path)
        assert status == 200, body
        page = msgspec.json.decode(body, type=ItemPage[InteractionView])
        entries, cursor = entries + page.items, page.next_cursor
    return entries
