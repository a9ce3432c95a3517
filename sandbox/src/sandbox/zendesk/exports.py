"""The incremental exports: everything in the order of its change, whatever became of it."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency

from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk import answers
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import bad_parameter
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.requests import base_address, start_time, whole, words
from sandbox.zendesk.tables import Table

MOST = 1000
Found = tuple[int, int, Table, int]


@get("/incremental/users/cursor")
async def export_users(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Users of every role, living and deleted; `include` adds their addresses, and where they belong."""
    caller.need_administrator()
    caller.need("users", "read")
    desk = caller.desk
    found, body = _page(request, caller, "users", [desk.users, desk.agents])
    body["users"] = [answers.user(desk, table, row) for _, _, table, row in found]
    shown = [(table, row) for _, _, table, row in found]
    return answer(body | answers.along_with(desk, shown, words(request, "include")))


@get("/incremental/tickets/cursor")
async def export_tickets(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Tickets, also those that were deleted unless that is not wanted."""
    caller.need_administrator()
    caller.need("tickets", "read")
    found, body = _page(request, caller, "tickets", [caller.desk.tickets])
    shown = [answers.ticket(caller.desk, row) for _, _, _, row in found]
    unwanted = {"deleted"} if request.query_params.get("exclude_deleted") == "true" else set()
    body["tickets"] = [each for each in shown if each["status"] not in unwanted]
    return answer(body)


@get(["/incremental/users", "/incremental/tickets", "/incremental/organizations"])
async def export_by_time(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """The older way, by time alone: what bears the last stamp of a page comes again on the next."""
    desk, resource = caller.desk, request.scope["path"].rpartition("/")[2]
    caller.need_administrator()
    caller.need(resource, "read")
    tables: dict[str, Sequence[Table]] = {
        "users": [desk.users, desk.agents],
        "tickets": [desk.tickets],
        "organizations": [desk.organizations],
    }
    size = whole(request, "per_page", default=MOST, most=MOST)
    start = start_time(request, caller)
    found = list(islice(_changed(tables[resource], start * 1000 - 1, 2**63), size + 1))
    end = found[:size][-1][0] // 1000 if found else start
    address = f"{base_address(request, caller)}/api/v2/incremental/{resource}.json"
    return answer(
        {
            resource: [_show(desk, resource, table, row) for _, _, table, row in found[:size]],
            "count": len(found[:size]),
            "end_of_stream": len(found) <= size,
            "end_time": end,
            "next_page": f"{address}?{urlencode({'start_time': end, 'per_page': size})}",
        }
    )


def _show(desk: Desk, resource: str, table: Table, row: int) -> JSON:
    match resource:
        case "users":
            return answers.user(desk, table, row)
        case "tickets":
            return answers.ticket(desk, row)
        case _:
            return answers.organization(desk, row)


def _page(request: HTTPRequest, caller: Caller, name: str, tables: Sequence[Table]) -> tuple[list[Found], JSON]:
    """The records of a page, and what stands around them. Raises `Refusal`."""
    size = whole(request, "per_page", default=MOST, most=MOST)
    text = request.query_params.get("cursor")
    after = (start_time(request, caller) * 1000 - 1, 2**63) if text is None else _read(text)
    rest = list(islice(_changed(tables, *after), size + 1))
    found = rest[:size]
    cursor = _write(found[-1]) if found else None
    address = f"{base_address(request, caller)}/api/v2/incremental/{name}/cursor.json"
    query = {"cursor": cursor, "per_page": str(size)} | {
        key: value for key, value in request.query_params.items() if key == "include"
    }
    return found, {
        "after_url": f"{address}?{urlencode(query)}" if cursor else None,
        "after_cursor": cursor,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": len(rest) <= size,
    }


def _changed(tables: Sequence[Table], ms: int, number: int) -> Iterator[Found]:
    return merge(*(_changed_in(table, ms, number) for table in tables), key=lambda found: found[:2])


def _changed_in(table: Table, ms: int, number: int) -> Iterator[Found]:
    return ((at, key, table, row) for at, key, row in table.exported(ms, number))


def _write(found: Found) -> str:
    """A cursor: seconds and id."""
    return b64encode(f"{found[0] // 1000}.{found[0] % 1000:03}||{found[1]}|".encode()).decode()


def _read(text: str) -> tuple[int, int]:
    try:
        stamp, _, number = b64decode(text, validate=True).decode().strip("|").partition("||")
        seconds, _, ms = stamp.partition(".")
        return int(seconds) * 1000 + int(ms), int(number)
    except ValueError as error:
        raise bad_parameter("Invalid value for cursor", "InvalidCursor") from error


ROUTES = (export_users, export_tickets, export_by_time)
