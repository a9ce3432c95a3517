"""Records over HTTP: lists, single ones, batches, search, and all that changes them."""

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from sandbox.clock import iso, now_ms
from sandbox.hubspot import answers, operations
from sandbox.hubspot.catalogue import LINK_TYPES
from sandbox.hubspot.errors import batch_errors, invalid, not_found
from sandbox.hubspot.gate import Caller
from sandbox.hubspot.operations import Given
from sandbox.hubspot.requests import linked_kinds, table_of, whole, words
from sandbox.hubspot.search import Search, find
from sandbox.hubspot.tables import Table
from sandbox.store import Sandbox
from sandbox.wire import JSON, Answer, HTTPRequest, answer, encoded, written


class Identity(Struct):
    """A record by its id."""

    id: str


class LinkType(Struct, rename={"type_id": "associationTypeId"}):
    """A type of association by its number."""

    type_id: int


class LinkInput(Struct):
    """An association to be made together with a record."""

    to: Identity
    types: tuple[LinkType, ...] = ()


class CreateInput(Struct):
    """A record to be made."""

    properties: Given
    associations: tuple[LinkInput, ...] = ()


class EditInput(Struct):
    """Properties to be written."""

    properties: Given


class BatchReadInput(Struct, rename="camel"):
    """Records to be read."""

    inputs: tuple[Identity, ...]
    properties: tuple[str, ...] = ()
    id_property: str | None = None


class MergeInput(Struct, rename="camel"):
    """Two records to become one."""

    primary_object_id: str
    object_id_to_merge: str


class ErasureInput(Struct, rename="camel"):
    """A contact to be deleted for good."""

    object_id: str
    id_property: str | None = None


@get("/{object_type:str}")
async def list_records(object_type: FromPath[str], request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of the plain list."""
    table = table_of(caller, object_type, "read")
    # As it came: to take an address apart costs more than all the rest, and a page bears its own.
    scope = request.scope
    asked = scope["scheme"], request.headers.get("host"), scope["path"], scope["query_string"]
    if page := table.kept(asked):
        return written(page)
    links = linked_kinds(request, caller)
    history = "propertiesWithHistory" in request.query_params
    body = answers.page(
        caller.portal,
        table,
        limit=whole(request, "limit", default=10, most=50 if history else 100),
        after=request.query_params.get("after"),
        archived=request.query_params.get("archived") == "true",
        names=answers.asked(table.kind, words(request, "properties")),
        links=links,
        address=str(request.url.with_replacements(query="")),
    )
    page = encoded(body)
    # Associations change without the records.
    return written(page if links else table.keep(asked, page))


@get("/{object_type:str}/{object_id:str}")
async def get_record(
    object_type: FromPath[str],
    object_id: FromPath[str],
    request: HTTPRequest,
    caller: NamedDependency[Caller],
) -> Answer:
    """One record, by its id or an old one, or by its e-mail address."""
    table = table_of(caller, object_type, "read")
    names = answers.asked(table.kind, words(request, "properties"))
    links = linked_kinds(request, caller)
    if request.query_params.get("archived") == "true":
        row = table.row_of(object_id)
        if row is None or row not in table.archived:
            raise not_found()
    else:
        row = operations.find_row(caller.portal, table, object_id, id_property=request.query_params.get("idProperty"))
    return answer(answers.one(caller.portal, table, row, table.record(row), names, links))


@post("/{object_type:str}/search")
async def search_records(
    object_type: FromPath[str], request: HTTPRequest, data: JSONBody[Search], caller: NamedDependency[Caller]
) -> Answer:
    """What a search finds."""
    table = table_of(caller, object_type, "read")
    if len(await request.body()) > 3000:
        raise invalid("The request body is longer than 3000 characters")
    total, rows = find(table, data)
    names = answers.asked(table.kind, data.properties)
    results = [answers.one(caller.portal, table, row, table.record(row), names) for row in rows]
    body: JSON = {"total": total, "results": results}
    after = data.offset() + len(rows)
    if after < total and rows:
        body["paging"] = {"next": {"after": str(after)}}
    return answer(body)


@post("/{object_type:str}/batch/read")
async def read_batch(
    object_type: FromPath[str],
    data: JSONBody[BatchReadInput],
    caller: NamedDependency[Caller],
    archived: FromQuery[bool] = False,
) -> Answer:
    """Many records by their ids, the living or the archived ones; those that are not there are listed beside them."""
    table = table_of(caller, object_type, "read")
    if len(data.inputs) > 100:
        raise invalid(f"{len(data.inputs)} inputs are too many: at most 100")
    by_email = data.id_property == "email"
    started = iso(now_ms())
    found: dict[int, None] = {}
    missing = []
    for each in data.inputs:
        # Unlike the reading of one, an old id does not lead to what it was merged into.
        row = caller.portal.holder_of(each.id) if by_email else table.row_of(each.id)
        if row is None or not (row in table.archived if archived else table.lives(row)):
            missing.append(each.id)
        else:
            found[row] = None
    names = answers.asked(table.kind, data.properties)
    results = [answers.one(caller.portal, table, row, table.record(row), names) for row in found]
    body: JSON = {"status": "COMPLETE", "results": results, "startedAt": started, "completedAt": iso(now_ms())}
    if missing:
        message = f"Could not get some {table.kind.name} objects, they may be deleted or not exist."
        body["numErrors"] = 1
        body["errors"] = batch_errors(message, "crm.objects.NOT_FOUND", [{"ids": missing}])
    return answer(body, 207 if missing else 200)


@post("/{object_type:str}")
async def create_record(
    object_type: FromPath[str],
    data: JSONBody[CreateInput],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Make a record."""
    table = table_of(caller, object_type, "write")
    links = [end for each in data.associations for end in _ends(caller, table, each)]
    row = operations.create(sandbox, caller.portal, table, data.properties, links)
    record = table.record(row)
    names = sorted(name for name, value in record.properties.items() if value is not None)
    return answer(answers.one(caller.portal, table, row, record, names), 201)


@patch("/{object_type:str}/{object_id:str}")
async def edit_record(
    object_type: FromPath[str],
    object_id: FromPath[str],
    request: HTTPRequest,
    data: JSONBody[EditInput],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Write properties; the answer shows what was written."""
    table = table_of(caller, object_type, "write")
    id_property = request.query_params.get("idProperty")
    row = operations.find_row(caller.portal, table, object_id, id_property=id_property)
    operations.edit(sandbox, caller.portal, table, row, data.properties)
    names = sorted({*data.properties, table.kind.created, table.kind.stamp, "hs_object_id"})
    return answer(answers.one(caller.portal, table, row, table.record(row), names))


@delete("/{object_type:str}/{object_id:str}")
async def archive_record(
    object_type: FromPath[str],
    object_id: FromPath[str],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> None:
    """Delete a record; also one that never was."""
    table = table_of(caller, object_type, "write")
    operations.archive(sandbox, caller.portal, table, object_id)


@post("/{object_type:str}/merge")
async def merge_records(
    object_type: FromPath[str],
    data: JSONBody[MergeInput],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Make one new record of two."""
    table = table_of(caller, object_type, "write")
    row = operations.merge(sandbox, caller.portal, table, data.primary_object_id, data.object_id_to_merge)
    record = table.record(row)
    return answer(answers.one(caller.portal, table, row, record, sorted(record.properties)))


@post("/contacts/gdpr-delete", status_code=204)
async def erase_contact(
    data: JSONBody[ErasureInput], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> None:
    """Delete a contact for good."""
    table_of(caller, "contacts", "write")
    operations.erase(sandbox, caller.portal, data.object_id, id_property=data.id_property)


def _ends(caller: Caller, table: Table, link: LinkInput) -> list[tuple[str, int]]:
    """The records a new one shall be linked to: the type's number tells their kind. Raises `HubSpotError`."""
    ends = []
    numbers = LINK_TYPES.items()
    for each in link.types:
        kind = next((to for (start, to), number in numbers if (start, number) == (table.kind.name, each.type_id)), None)
        if kind is None:
            raise invalid(f"Association type {each.type_id} is not valid from {table.kind.name}")
        ends.append((kind, operations.find_row(caller.portal, caller.portal.tables[kind], link.to.id)))
    return ends


ROUTES = (
    list_records,
    get_record,
    search_records,
    read_batch,
    create_record,
    edit_record,
    archive_record,
    merge_records,
    erase_contact,
)
