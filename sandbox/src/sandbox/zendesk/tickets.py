"""Tickets and their comments over HTTP."""

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import acts
from sandbox.clock import now_ms
from sandbox.store import Sandbox
from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk import answers, ticket_operations, user_operations
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import bad_parameter
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.paging import listed, page
from sandbox.zendesk.repeats import Repeats
from sandbox.zendesk.requests import base_address, given, words


@get("/tickets")
async def list_tickets(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """All tickets but those that were deleted."""
    caller.need("tickets", "read")
    return _page(request, caller, "/tickets", ids_of(caller.desk))


@get("/tickets/count")
async def count_tickets(caller: NamedDependency[Caller]) -> Answer:
    """How many there are."""
    caller.need("tickets", "read")
    count = {"value": caller.desk.tickets.living, "refreshed_at": answers.stamp(now_ms())}
    return answer({"count": count})


@get("/tickets/show_many")
async def show_tickets(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Tickets by their numbers."""
    caller.need("tickets", "read")
    ids = words(request, "ids")
    if len(ids) > 100:
        raise bad_parameter("Too many values", "TooManyValues")
    found = [int(each) for each in ids if caller.desk.present_row("tickets", each) is not None]
    return _page(request, caller, "/tickets/show_many", found)


@get("/users/{user_id:str}/tickets/requested")
async def list_requested(user_id: FromPath[str], request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """The tickets of a user."""
    caller.need("tickets", "read")
    table, row = user_operations.find(caller.desk, user_id)
    wanted, desk = int(table.id_of(row)), caller.desk
    found = [key for key in ids_of(desk) if desk.requester_id(desk.tickets.record(key - 1)) == wanted]
    return _page(request, caller, f"/users/{user_id}/tickets/requested", found)


@get("/tickets/{ticket_id:str}")
async def show_ticket(ticket_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One ticket."""
    caller.need("tickets", "read")
    return answer({"ticket": answers.ticket(caller.desk, ticket_operations.find(caller, ticket_id))})


@get("/tickets/{ticket_id:str}/comments")
async def list_comments(ticket_id: FromPath[str], request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """What was said about a ticket, the oldest first if not told else; `include=users` adds who said it."""
    caller.need("tickets", "read")
    found = answers.comments(caller.desk, ticket_operations.find(caller, ticket_id))
    if request.query_params.get("sort") == "-created_at":
        found.reverse()
    keys, path = list(range(len(found))), f"/tickets/{ticket_id}/comments"
    body = listed(request, caller, path, "comments", keys, lambda key: found[key])
    if "users" in words(request, "include"):
        body["users"] = answers.authors(caller.desk, found)
    return answer(body)


@post("/tickets")
async def create_ticket(
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
    repeats: NamedDependency[Repeats],
) -> Answer:
    """Make a ticket, once under each key."""
    caller.need("tickets", "write")
    wish = await given(request, "ticket")
    row, lookup = await repeats.once(request, caller, lambda: ticket_operations.create(sandbox, caller, wish))
    identity = caller.desk.tickets.id_of(row)
    place = f"{base_address(request, caller)}/api/v2/tickets/{identity}.json"
    return answer(_audited(caller.desk, row), 201, {"location": place, **lookup})


@put("/tickets/{ticket_id:str}")
async def update_ticket(
    ticket_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Write to a ticket; a comment is how it is answered."""
    caller.need("tickets", "write")
    row = ticket_operations.find(caller, ticket_id)
    ticket_operations.update(sandbox, caller, row, await given(request, "ticket"))
    return answer(_audited(caller.desk, row))


@delete("/tickets/{ticket_id:str}", status_code=204)
async def delete_ticket(
    ticket_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> None:
    """Delete a ticket, in the way that can be undone."""
    caller.need("tickets", "write")
    acts.archive(sandbox, caller.desk, caller.desk.DEALINGS, ticket_operations.find(caller, ticket_id))


@get("/deleted_tickets")
async def list_deleted_tickets(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Those that were deleted, of whom little is told."""
    caller.need("tickets", "read")
    desk = caller.desk
    found = [row + 1 for row in sorted(desk.tickets.archived)]
    return page(
        request, caller, "/deleted_tickets", "deleted_tickets", found, lambda key: answers.deleted_ticket(desk, key - 1)
    )


@put("/deleted_tickets/{ticket_id:str}/restore", status_code=200)
async def restore_ticket(
    ticket_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Bring a deleted ticket back, with all that was said about it."""
    caller.need("tickets", "write")
    ticket_operations.restore(sandbox, caller, ticket_id)
    return answer("")


def ids_of(desk: Desk) -> list[int]:
    """The numbers of all tickets but those that were deleted."""
    return [row + 1 for row in range(desk.tickets.rows) if desk.tickets.lives(row)]


def _page(request: HTTPRequest, caller: Caller, path: str, found: list[int]) -> Answer:
    return page(request, caller, path, "tickets", found, lambda key: answers.ticket(caller.desk, key - 1))


def _audited(desk: Desk, row: int) -> JSON:
    *_, said = answers.comments(desk, row)
    audit = {
        "id": said["audit_id"],
        "ticket_id": row + 1,
        "created_at": said["created_at"],
        "author_id": said["author_id"],
        "events": [],
    }
    return {"ticket": answers.ticket(desk, row), "audit": audit}


ROUTES = (
    list_tickets,
    count_tickets,
    show_tickets,
    list_requested,
    show_ticket,
    list_comments,
    create_ticket,
    update_ticket,
    delete_ticket,
    list_deleted_tickets,
    restore_ticket,
)
