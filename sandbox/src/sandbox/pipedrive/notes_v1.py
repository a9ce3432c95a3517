"""Notes over v1: reading them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.clock import parse_ms
from sandbox.pipedrive import answers
from sandbox.pipedrive.company import Company
from sandbox.pipedrive.errors import invalid
from sandbox.pipedrive.gate import Caller, priced
from sandbox.pipedrive.lists import kept_row, whole
from sandbox.records import END_OF_TIME
from sandbox.wire import JSON, Answer, HTTPRequest, answer

_READ_NOTES = ("contacts:read", "contacts:full", "deals:read", "deals:full")


@get("/notes", opt=priced(20, *_READ_NOTES))
async def list_notes(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of notes, never those deleted, by id or by time of change; it is a count that says where it begins."""
    given, company = request.query_params, caller.company
    start = whole(given, "start", default=0, least=0, most=10**9)
    limit = whole(given, "limit", default=100, least=1, most=500)
    found = list(islice(_notes(company, given), start, start + limit + 1))
    shown, goes_on = found[:limit], len(found) > limit
    more: JSON = {"start": start, "limit": limit, "more_items_in_collection": goes_on}
    if goes_on:
        more["next_start"] = start + limit
    data = [answers.note(company, row, company.notes.record(row)) for row in shown]
    # An empty list is none at all in v1.
    return answer({"success": True, "data": data or None, "additional_data": {"pagination": more}})


@get("/notes/{note_id:str}", opt=priced(2, *_READ_NOTES))
async def get_note(note_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One note, also for a while after it was deleted."""
    company = caller.company
    row = kept_row(company.notes, note_id, "Note")
    return answer({"success": True, "data": answers.note(company, row, company.notes.record(row))})


def _notes(company: Company, given: Mapping[str, str]) -> Iterator[int]:
    """The rows of living notes that are asked for, in the order of their ids or of their changes."""
    table, person_id = company.notes, given.get("person_id")
    try:
        since = parse_ms(given.get("updated_since", "0"))
    except (ValueError, OverflowError) as error:
        raise invalid("updated_since: is no time") from error
    rows: Iterable[int] = table.changed_between(since // 1000 * 1000, END_OF_TIME)
    # Times of creation rise with the ids.
    field, _, direction = given.get("sort", "id ASC").partition(",")[0].strip().partition(" ")
    if field != "update_time":
        rows = sorted(rows)
    if direction.upper() == "DESC":
        rows = reversed(list(rows))
    for row in rows:
        about = person_id is None or str(table.record(row).properties.get("person_id")) == person_id
        if about and table.lives(row):
            yield row


ROUTES = (list_notes, get_note)
