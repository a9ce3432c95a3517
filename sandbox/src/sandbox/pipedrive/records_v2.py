"""Persons and deals over v2: reading, writing, deleting."""

from collections.abc import Mapping
from typing import Any

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import acts
from sandbox.pipedrive import answers
from sandbox.pipedrive.catalogue import PIPELINES, STAGES
from sandbox.pipedrive.errors import invalid
from sandbox.pipedrive.gate import Caller, priced
from sandbox.pipedrive.inputs import DealInput, PersonInput, properties_of, read_input
from sandbox.pipedrive.lists import done, kept_row, listed, living_row, matching, page, read_query
from sandbox.records import Record
from sandbox.store import Sandbox
from sandbox.wire import Answer, HTTPRequest, answer

_READ_PERSONS = ("contacts:read", "contacts:full")
_READ_DEALS = ("deals:read", "deals:full")


@get("/persons", opt=priced(10, *_READ_PERSONS))
async def list_persons(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of persons; never those deleted."""
    company, given = caller.company, request.query_params
    wanted = matching(given, "owner_id", "org_id")
    rows, cursor = page(company.persons, read_query(given), wanted)
    labels = given.get("include_option_labels") == "true"
    return listed([answers.person(company, row, company.persons.record(row), labels=labels) for row in rows], cursor)


@get("/deals", opt=priced(10, *_READ_DEALS))
async def list_deals(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of deals; those deleted only when they are asked for, those archived never."""
    return _deals(caller, request.query_params, archived=False)


@get("/deals/archived", opt=priced(20, *_READ_DEALS))
async def list_archived_deals(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of the deals that were put away."""
    return _deals(caller, request.query_params, archived=True)


@get("/persons/{person_id:str}", opt=priced(1, *_READ_PERSONS))
async def get_person(person_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One person, also for a while after it was deleted."""
    table = caller.company.persons
    row = kept_row(table, person_id, "Person")
    return done(answers.person(caller.company, row, table.record(row)))


@get("/deals/{deal_id:str}", opt=priced(1, *_READ_DEALS))
async def get_deal(deal_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One deal, also for a while after it was deleted."""
    table = caller.company.deals
    row = kept_row(table, deal_id, "Deal")
    return done(answers.deal(caller.company, row, table.record(row)))


@post("/persons", status_code=200, opt=priced(5, "contacts:full"))
async def create_person(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make a person, whether or not one with that address is there."""
    company, given = caller.company, properties_of(await read_input(request, PersonInput))
    if not given.get("name"):
        raise invalid("name: is required")
    properties = {"owner_id": caller.token.user_id, **given}
    row = acts.create(sandbox, company, "persons", properties)
    return done(answers.person(company, row, company.persons.record(row)))


@post("/deals", status_code=200, opt=priced(5, "deals:full"))
async def create_deal(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make a deal, at the first stage where none is said."""
    company, given = caller.company, properties_of(await read_input(request, DealInput))
    if not given.get("title"):
        raise invalid("title: is required")
    usual: dict[str, Any] = {"owner_id": caller.token.user_id, "status": "open", "stage_id": STAGES[0]["id"]}
    row = acts.create(sandbox, company, "deals", _placed(caller, usual | given))
    return done(answers.deal(company, row, company.deals.record(row)))


@patch("/persons/{person_id:str}", opt=priced(5, "contacts:full"))
async def update_person(
    person_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Change a person; lists are replaced whole."""
    company = caller.company
    row = living_row(company.persons, person_id, "Person")
    acts.edit(sandbox, company, "persons", row, properties_of(await read_input(request, PersonInput)))
    return done(answers.person(company, row, company.persons.record(row)))


@patch("/deals/{deal_id:str}", opt=priced(5, "deals:full"))
async def update_deal(
    deal_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Change a deal."""
    company = caller.company
    row = living_row(company.deals, deal_id, "Deal")
    given = properties_of(await read_input(request, DealInput))
    acts.edit(sandbox, company, "deals", row, _placed(caller, given))
    return done(answers.deal(company, row, company.deals.record(row)))


@delete("/persons/{person_id:str}", status_code=200, opt=priced(3, "contacts:full"))
async def delete_person(
    person_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Delete a person, in the way that can be undone."""
    return _delete(sandbox, caller, "persons", person_id, "Person")


@delete("/deals/{deal_id:str}", status_code=200, opt=priced(3, "deals:full"))
async def delete_deal(
    deal_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Delete a deal, in the way that can be undone."""
    return _delete(sandbox, caller, "deals", deal_id, "Deal")


@get("/stages", opt=priced(5, *_READ_DEALS))
async def list_stages() -> Answer:
    """The stages of all pipelines."""
    return listed(list(STAGES), None)


@get("/pipelines", opt=priced(5, *_READ_DEALS))
async def list_pipelines() -> Answer:
    """The pipelines."""
    return listed(list(PIPELINES), None)


def _deals(caller: Caller, given: Mapping[str, str], *, archived: bool) -> Answer:
    company = caller.company
    statuses = set(given.get("status", "open,won,lost").split(","))
    if not statuses <= {"open", "won", "lost", "deleted"}:
        raise invalid("status: is none there is")
    matches = matching(given, "owner_id", "person_id", "org_id", "pipeline_id", "stage_id")

    def wanted(record: Record) -> bool:
        status = record.properties.get("status", "open") if record.living else "deleted"
        put_away = bool(record.properties.get("is_archived"))
        return status in statuses and put_away == archived and matches(record)

    rows, cursor = page(company.deals, read_query(given), wanted, deleted=True)
    return listed([answers.deal(company, row, company.deals.record(row)) for row in rows], cursor)


def _placed(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    """A deal's stage tells its pipeline; stage and person must be there. Raises `PipedriveError`."""
    if (person_id := given.get("person_id")) is not None:
        living_row(caller.company.persons, str(person_id), "Person")
    if "stage_id" not in given:
        return given
    stage = next((each for each in STAGES if each["id"] == given["stage_id"]), None)
    if stage is None:
        raise invalid("stage_id: there is no such stage")
    return given | {"pipeline_id": stage["pipeline_id"]}


def _delete(sandbox: Sandbox, caller: Caller, kind: str, text: str, what: str) -> Answer:
    """A second time it answers 410, with the body of a success: recorded so."""
    table = caller.company.tables[kind]
    row = kept_row(table, text, what)
    lived = table.lives(row)
    if lived:
        acts.archive(sandbox, caller.company, kind, row)
    return answer({"success": True, "data": {"id": int(table.id_of(row))}}, 200 if lived else 410)


ROUTES = (
    list_persons, list_deals, list_archived_deals, get_person, get_deal, create_person, create_deal, update_person,
    update_deal, delete_person, delete_deal, list_stages, list_pipelines,
)  # fmt: skip
