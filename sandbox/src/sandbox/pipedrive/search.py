"""Searching persons: an item tells less than a person, and its addresses are plain strings."""

from litestar import get
from litestar.di import NamedDependency

from sandbox.pipedrive.company import Company, emails_in
from sandbox.pipedrive.errors import invalid
from sandbox.pipedrive.gate import Caller, priced
from sandbox.pipedrive.lists import whole
from sandbox.records import Record
from sandbox.wire import JSON, Answer, HTTPRequest, answer

SHORTEST_TERM = 2


@get("/persons/search", opt=priced(20, "contacts:read", "contacts:full", "search:read"))
async def search_persons(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Persons in whose name or addresses a term stands, or is all there is."""
    given, company = request.query_params, caller.company
    term = given.get("term", "").strip().lower()
    exact = given.get("exact_match") == "true"
    if len(term) < (1 if exact else SHORTEST_TERM):
        raise invalid(f"term: at least {SHORTEST_TERM} characters, or one where exact_match is true")
    fields = given.get("fields", "name,email").split(",")
    limit = whole(given, "limit", default=100, least=1, most=500)
    found = []
    for row in company.people():
        record = company.persons.record(row)
        values = _values(record, fields)
        if any(term == each if exact else term in each for each in values):
            found.append(_item(company, row, record))
    body: JSON = {"items": found[:limit]}
    return answer({"success": True, "data": body, "additional_data": {"next_cursor": None}})


def _values(record: Record, fields: list[str]) -> list[str]:
    name = [str(record.properties.get("name") or "")] if "name" in fields else []
    emails = emails_in(record.properties) if "email" in fields else ()
    return [each.lower() for each in (*name, *emails)]


def _item(company: Company, row: int, record: Record) -> JSON:
    given = record.properties
    phones = [str(each.get("value")) for each in given.get("phones") or () if each.get("value")]
    item: JSON = {
        "id": int(company.persons.id_of(row)),
        "type": "person",
        "name": given.get("name"),
        "phones": phones,
        "emails": list(emails_in(given)),
        "primary_email": next(iter(emails_in(given)), None),
        "visible_to": 3,
        "owner": {"id": given.get("owner_id")},
        "organization": None,
        "custom_fields": [],
        "notes": [],
        "update_time": None,
    }
    return {"result_score": 1.0, "item": item}


ROUTES = (search_persons,)
