"""Records as HubSpot writes them, one by one and in pages."""

from collections.abc import Iterable, Sequence
from itertools import islice

from sandbox.clock import iso
from sandbox.hubspot.catalogue import TYPE_NAMES, TYPES, ObjectType
from sandbox.hubspot.errors import invalid
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.tables import Table
from sandbox.records import Record
from sandbox.wire import JSON

UI = "https://app.hubspot.com"


def asked(kind: ObjectType, names: Iterable[str]) -> tuple[str, ...]:
    """The properties an answer shows: the usual ones and those asked for, but none that does not exist."""
    return tuple(sorted({*kind.shown, *(name for name in names if name in kind.properties)}))


def one(
    portal: Portal, table: Table, row: int, record: Record, names: Sequence[str], links: Sequence[str] = ()
) -> JSON:
    """A record with the named properties, and its associations with the kinds of `links`."""
    identity = table.id_of(row)
    values = record.properties
    properties: dict[str, str | None] = {name: values.get(name) for name in names}
    properties["hs_object_id"] = identity
    answer: JSON = {
        "id": identity,
        "properties": properties,
        "createdAt": values[table.kind.created],
        "updatedAt": values[table.kind.stamp],
        "archived": record.archived_at is not None,
        "url": f"{UI}/contacts/{portal.portal_id}/record/{table.kind.type_id}/{identity}",
    }
    if record.archived_at is not None:
        answer["archivedAt"] = iso(record.archived_at)
    if links and (found := _links(portal, table, row, links)):
        answer["associations"] = found
    return answer


def page(
    portal: Portal,
    table: Table,
    *,
    limit: int,
    after: str | None,
    archived: bool,
    names: Sequence[str],
    links: Sequence[str],
    address: str,
) -> JSON:
    """A page of the plain list. On the last one there is no `paging` at all. Raises `HubSpotError`."""
    start = None
    if after and (start := table.row_of(after)) is None:
        raise invalid(f"Invalid value for after: {after}")
    found = list(islice(table.listed(start, archived=archived), limit + 1))
    answer: JSON = {"results": [one(portal, table, row, record, names, links) for row, record in found[:limit]]}
    if len(found) > limit:
        last = table.id_of(found[limit - 1][0])
        answer["paging"] = {"next": {"after": last, "link": f"{address}?limit={limit}&after={last}"}}
    return answer


def kinds_named(names: Iterable[str]) -> list[str]:
    """The kinds of records that a request names, in any of the ways it may. Raises `HubSpotError`."""
    names = list(names)
    if unknown := [name for name in names if name not in TYPE_NAMES]:
        raise invalid(f"Unable to infer object type from: {unknown[0]}")
    return [TYPE_NAMES[name] for name in names]


def link_name(kind: str, to_kind: str) -> str:
    """`contact_to_deal`."""
    return f"{TYPES[kind].singular}_to_{TYPES[to_kind].singular}"


def _links(portal: Portal, table: Table, row: int, kinds: Sequence[str]) -> JSON:
    found: JSON = {}
    for kind in kinds:
        name = link_name(table.kind.name, kind)
        to_table = portal.tables[kind]
        if rows := portal.linked(table.kind.name, row, kind):
            found[kind] = {"results": [{"id": to_table.id_of(other), "type": name} for other in rows]}
    return found
