"""Associations over HTTP: read in batches and one by one, in the form of v4 and in the older one; made and cut."""

from collections.abc import Callable

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct, field

from sandbox import changes
from sandbox.clock import iso, now_ms
from sandbox.hubspot import operations
from sandbox.hubspot.answers import link_name
from sandbox.hubspot.catalogue import LINK_TYPES
from sandbox.hubspot.errors import batch_errors, invalid
from sandbox.hubspot.gate import Caller
from sandbox.hubspot.objects import Identity
from sandbox.hubspot.requests import table_of, whole
from sandbox.hubspot.tables import Table
from sandbox.store import Sandbox
from sandbox.wire import JSON, Answer, HTTPRequest, answer

Form = Callable[[Table, Table, int], JSON]
"""How one associated record is written: from which table, in which, at which row."""


class ReadInput(Struct):
    """Records whose associations are wanted."""

    inputs: tuple[Identity, ...]


class Pair(Struct):
    """Two records to associate."""

    source: Identity = field(name="from")
    to: Identity


class PairsInput(Struct):
    """Associations to be made."""

    inputs: tuple[Pair, ...]


def new_form(table: Table, to_table: Table, row: int) -> JSON:
    """As v4 writes it: here alone the id is a number."""
    number = LINK_TYPES.get((table.kind.name, to_table.kind.name), 0)
    label = {"category": "HUBSPOT_DEFINED", "typeId": number, "label": None}
    return {"toObjectId": int(to_table.id_of(row)), "associationTypes": [label]}


def old_form(table: Table, to_table: Table, row: int) -> JSON:
    """As v3 writes it."""
    return {"id": to_table.id_of(row), "type": link_name(table.kind.name, to_table.kind.name)}


@post("/{from_type:str}/{to_type:str}/batch/read")
async def read_batch(
    from_type: FromPath[str],
    to_type: FromPath[str],
    data: JSONBody[ReadInput],
    caller: NamedDependency[Caller],
) -> Answer:
    """The associations of many records."""
    return _read_batch(caller, from_type, to_type, data, new_form)


@post("/{from_type:str}/{to_type:str}/batch/read")
async def read_batch_v3(
    from_type: FromPath[str],
    to_type: FromPath[str],
    data: JSONBody[ReadInput],
    caller: NamedDependency[Caller],
) -> Answer:
    """The same in the older form."""
    return _read_batch(caller, from_type, to_type, data, old_form)


@get("/{object_type:str}/{object_id:str}/associations/{to_type:str}")
async def read_one(
    object_type: FromPath[str],
    object_id: FromPath[str],
    to_type: FromPath[str],
    request: HTTPRequest,
    caller: NamedDependency[Caller],
) -> Answer:
    """The associations of one record."""
    return _read_one(caller, (object_type, object_id, to_type), request, new_form)


@get("/{object_type:str}/{object_id:str}/associations/{to_type:str}")
async def read_one_v3(
    object_type: FromPath[str],
    object_id: FromPath[str],
    to_type: FromPath[str],
    request: HTTPRequest,
    caller: NamedDependency[Caller],
) -> Answer:
    """The same in the older form."""
    return _read_one(caller, (object_type, object_id, to_type), request, old_form)


@post("/{from_type:str}/{to_type:str}/batch/create", status_code=201)
async def create_batch(
    from_type: FromPath[str],
    to_type: FromPath[str],
    data: JSONBody[PairsInput],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Associate pairs of records; the answer names both directions."""
    table, to_table = table_of(caller, from_type, "write"), table_of(caller, to_type, "write")
    results: list[JSON] = []
    for pair in data.inputs:
        _link(sandbox, caller, (table, pair.source.id), (to_table, pair.to.id))
        for one, two, start, end in ((to_table, table, pair.to, pair.source), (table, to_table, pair.source, pair.to)):
            name = link_name(one.kind.name, two.kind.name)
            results.append({"from": {"id": start.id}, "to": {"id": end.id}, "type": name})
    now = iso(now_ms())
    return answer({"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}, 201)


@put("/{object_type:str}/{object_id:str}/associations/default/{to_type:str}/{to_id:str}")
async def create_one(
    object_type: FromPath[str],
    object_id: FromPath[str],
    to_type: FromPath[str],
    to_id: FromPath[str],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Associate two records."""
    table, to_table = table_of(caller, object_type, "write"), table_of(caller, to_type, "write")
    _link(sandbox, caller, (table, object_id), (to_table, to_id))
    now = iso(now_ms())
    number = LINK_TYPES.get((table.kind.name, to_table.kind.name), 0)
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}
    result = {"from": {"id": object_id}, "to": {"id": to_id}, "associationSpec": spec}
    return answer({"status": "COMPLETE", "results": [result], "startedAt": now, "completedAt": now})


@delete("/{object_type:str}/{object_id:str}/associations/{to_type:str}/{to_id:str}")
async def delete_one(
    object_type: FromPath[str],
    object_id: FromPath[str],
    to_type: FromPath[str],
    to_id: FromPath[str],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> None:
    """Part two records."""
    table, to_table = table_of(caller, object_type, "write"), table_of(caller, to_type, "write")
    row = operations.find_row(caller.portal, table, object_id)
    to_row = operations.find_row(caller.portal, to_table, to_id)
    sandbox.commit(
        changes.Unlinked(
            at=now_ms(),
            account=caller.portal.opened.account,
            kind=table.kind.name,
            row=row,
            to_kind=to_table.kind.name,
            to_row=to_row,
        )
    )


def _read_batch(caller: Caller, from_type: str, to_type: str, data: ReadInput, form: Form) -> Answer:
    """A record without associations is an error among the results, not an empty list."""
    table, to_table = table_of(caller, from_type, "read"), table_of(caller, to_type, "read")
    if len(data.inputs) > 1000:
        raise invalid(f"{len(data.inputs)} inputs are too many: at most 1000")
    started = iso(now_ms())
    results, alone = [], []
    for each in data.inputs:
        if rows := _linked(caller, table, to_table, each.id):
            results.append({"from": {"id": each.id}, "to": [form(table, to_table, row) for row in rows]})
        else:
            alone.append(each.id)
    body: JSON = {"status": "COMPLETE", "results": results, "startedAt": started, "completedAt": iso(now_ms())}
    if alone:
        message = f"No {to_table.kind.singular} is associated with this {table.kind.singular}."
        contexts = [{"fromObjectId": [each]} for each in alone]
        body["numErrors"] = len(alone)
        body["errors"] = batch_errors(message, "crm.associations.NO_ASSOCIATIONS_FOUND", contexts)
    return answer(body, 207 if alone else 200)


def _read_one(caller: Caller, path: tuple[str, str, str], request: HTTPRequest, form: Form) -> Answer:
    object_type, object_id, to_type = path
    table, to_table = table_of(caller, object_type, "read"), table_of(caller, to_type, "read")
    operations.find_row(caller.portal, table, object_id)
    rows = sorted(_linked(caller, table, to_table, object_id))
    limit, after = whole(request, "limit", default=500, most=500), request.query_params.get("after")
    start = rows.index(row) + 1 if after and (row := to_table.row_of(after)) in rows and row is not None else 0
    body: JSON = {"results": [form(table, to_table, row) for row in rows[start : start + limit]]}
    if start + limit < len(rows):
        body["paging"] = {"next": {"after": to_table.id_of(rows[start + limit - 1])}}
    return answer(body)


def _linked(caller: Caller, table: Table, to_table: Table, text: str) -> list[int]:
    row = table.row_of(text)
    if row is None or not table.lives(row):
        return []
    return caller.portal.linked(table.kind.name, row, to_table.kind.name)


def _link(sandbox: Sandbox, caller: Caller, one: tuple[Table, str], two: tuple[Table, str]) -> None:
    row, to_row = (operations.find_row(caller.portal, table, text) for table, text in (one, two))
    sandbox.commit(
        changes.Linked(
            at=now_ms(),
            account=caller.portal.opened.account,
            kind=one[0].kind.name,
            row=row,
            to_kind=two[0].kind.name,
            to_row=to_row,
        )
    )


OBJECTS_V3 = (read_one_v3,)
OBJECTS_V4 = (read_one, create_one, delete_one)
BATCHES_V3 = (read_batch_v3, create_batch)
BATCHES_V4 = (read_batch,)
