"""Whether the product holds what the sandbox's accounts hold: every record, who is who, every value, every timeline."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from contracts.connections import ConnectionView
from contracts.golden_records import ContactDetail, ContactSummary
from lead.client import Gateway

from e2e import golden_values
from e2e.accounts import Comparison, TrueRecord, together, true_records
from e2e.golden_values import Member
from e2e.house import House
from e2e.journey import golden_records
from e2e.timelines import compare_timelines

COMPANIES = {"hubspot": "companies", "pipedrive": "organizations", "zendesk": "organizations"}

Contacts = Mapping[tuple[UUID, str], TrueRecord]
"""The accounts' contacts, by connection and id."""


async def compare(house: House, gateway: Gateway, connections: Sequence[ConnectionView]) -> Comparison:
    """Find every way in which what we hold is not what the accounts hold."""
    records = await golden_records(gateway)
    contacts = contacts_of(house, connections)
    timelines = await compare_timelines(house, gateway, connections, records)
    return Comparison(
        Counter({"contacts": len(contacts), "golden records": len(records)}) + timelines.compared,
        [
            *await _contacts(gateway, connections, records, contacts),
            *await _who_is_who(house, gateway, connections, records),
            *await _values(house, gateway, connections, records, contacts),
            *timelines.differences,
        ],
    )


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


async def _contacts(
    gateway: Gateway, connections: Sequence[ConnectionView], records: Sequence[ContactSummary], contacts: Contacts
) -> list[str]:
    """Compare every contact, as it came."""
    names = _names(connections)
    held = {(source.connection_id, source.provider_id) for record in records for source in record.sources}
    both = sorted(contacts.keys() & held)
    raws = await together([partial(_raw, gateway, *each) for each in both])
    return [
        *(f"{names[where]} {each}: theirs, and not held" for where, each in sorted(contacts.keys() - held)),
        *(f"{names[where]} {each}: held, and no longer theirs" for where, each in sorted(held - contacts.keys())),
        *(
            f"{names[where]} {each}: {difference}"
            for (where, each), raw in zip(both, raws, strict=True)
            for difference in _unequal_contact(raw, contacts[where, each].record)
        ),
    ]


def _unequal_contact(raw: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    # Some are kept together with what their ids are called: what came is below a name then.
    ours = next((raw[name] for name in ("contact", "person") if name in raw), raw)
    if not ours.keys() & theirs.keys():
        yield "it came in a shape that has nothing of theirs"
    yield from unequal(ours, theirs)


async def _who_is_who(
    house: House, gateway: Gateway, connections: Sequence[ConnectionView], records: Sequence[ContactSummary]
) -> list[str]:
    names = _names(connections)
    asked = "expected?members=true&accounts=" + ",".join(names.values())
    told = msgspec.json.decode(house.control(asked))
    by_address, people = ([frozenset(group) for group in told[name]] for name in ("joined", "one_person"))
    ours = {
        frozenset(f"{names[source.connection_id]}:{source.provider_id}" for source in record.sources)
        for record in records
        if len(record.sources) > 1
    }
    # Equal addresses join, unless a guard that can be named keeps them apart; so may what else two have in common, but
    # nobody who is not the same person.
    homes = {member: record for record in ours for member in record}
    apart = [group for group in by_address if not await _is_kept_apart(gateway, connections, group, homes)]
    mixed = [record for record in ours if not any(record <= group for group in people)]
    return [f"one person, and not here: {sorted(group)}" for group in apart] + [
        f"one here, and not one person: {sorted(record)}" for record in mixed
    ]


async def _is_kept_apart(
    gateway: Gateway,
    connections: Sequence[ConnectionView],
    group: frozenset[str],
    homes: Mapping[str, frozenset[str]],
) -> bool:
    """Whether those who share addresses are one golden record, or a guard is named that keeps some of them apart."""
    if any(group <= home for home in homes.values()):
        return True
    ids = {name: id_ for id_, name in _names(connections).items()}
    first, *others = (
        min(home & group) for home in sorted({homes.get(member, frozenset((member,))) for member in group}, key=min)
    )

    def addressed(member: str) -> str:
        account, _, provider_id = member.rpartition(":")
        return quote(f"{ids[account]}/{provider_id}", safe="")

    for other in others:
        _, body = await gateway.call("GET", f"/explain?left={addressed(first)}&right={addressed(other)}")
        if msgspec.json.decode(body).get("guards"):
            return True
    return False


async def _values(
    house: House,
    gateway: Gateway,
    connections: Sequence[ConnectionView],
    records: Sequence[ContactSummary],
    contacts: Contacts,
) -> list[str]:
    """Compare every value of every golden record with what its members make it."""
    members = members_of(house, connections, contacts)
    details = await together([partial(_detail, gateway, record.id) for record in records])
    found: list[str] = []
    for record, detail in zip(records, details, strict=True):
        keys = [(each.connection_id, each.provider_id) for each in detail.sources]
        told_by = [members[key] for key in keys if key in members]
        found += [f"{record.id}: {each}" for each in golden_values.unequal(detail.fields, told_by)]
    return found


def members_of(
    house: House, connections: Sequence[ConnectionView], contacts: Contacts
) -> dict[tuple[UUID, str], Member]:
    """What each contact says, read from its provider's own record."""
    members: dict[tuple[UUID, str], Member] = {}
    for connection in connections:
        told = true_records(house, connection, COMPANIES[connection.provider])
        companies = {each.id: each.record.get("properties", each.record)["name"] for each in told}
        members |= {
            key: golden_values.member(connection.provider, each.record, companies)
            for key, each in contacts.items()
            if key[0] == connection.id
        }
    return members


def contacts_of(house: House, connections: Sequence[ConnectionView]) -> dict[tuple[UUID, str], TrueRecord]:
    """All contacts of the accounts, as the sandbox has them."""
    return {(each.id, told.id): told for each in connections for told in true_records(house, each)}


def _names(connections: Sequence[ConnectionView]) -> dict[UUID, str]:
    return {each.id: f"{each.provider}:{each.account_id}" for each in connections}


async def _detail(gateway: Gateway, golden_id: UUID) -> ContactDetail:
    status, body = await gateway.call("GET", f"/contacts/{golden_id}")
    assert status == 200, body
    return msgspec.json.decode(body, type=ContactDetail)


async def _raw(gateway: Gateway, connection_id: UUID, provider_id: str) -> Mapping[str, Any]:
    status, body = await gateway.call("GET", f"/sources/{connection_id}/{provider_id}")
    assert status == 200, body
    raw: Mapping[str, Any] = msgspec.json.decode(body)
    return raw


def _text(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
