"""What can be done to a comment after it was made: it is never edited, but it may be hidden or blackened."""

from typing import Any

from litestar import put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import acts
from sandbox.store import Sandbox
from sandbox.wire import Answer, HTTPRequest, answer
from sandbox.zendesk import answers, ticket_operations
from sandbox.zendesk.errors import not_found, parameter_missing
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.requests import fields

_BLACK = "▇"


@put("/tickets/{ticket_id:str}/comments/{comment_id:str}/make_private")
async def make_private(
    ticket_id: FromPath[str],
    comment_id: FromPath[str],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Hide a comment from customers, for good."""
    caller.need("tickets", "write")
    row, number = _find(caller, ticket_id, comment_id)
    _rewrite(sandbox, caller, row, number, {"public": False})
    return answer("")


@put("/tickets/{ticket_id:str}/comments/{comment_id:str}/redact")
async def redact(
    ticket_id: FromPath[str],
    comment_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Blacken some words of a comment, for good."""
    caller.need("tickets", "write")
    row, number = _find(caller, ticket_id, comment_id)
    words = str((await fields(request)).get("text") or "")
    if not words:
        raise parameter_missing("text")
    body = caller.desk.tickets.record(row).properties["comments"][number]["body"]
    _rewrite(sandbox, caller, row, number, {"body": body.replace(words, _BLACK * len(words))})
    return answer({"comment": answers.comments(caller.desk, row)[number]})


def _find(caller: Caller, ticket_id: str, comment_id: str) -> tuple[int, int]:
    """The row of a ticket, and the number of a comment on it. Raises `Refusal`."""
    row = ticket_operations.find(caller, ticket_id)
    known = caller.desk.tickets.record(row).properties["comments"]
    for each in known:
        if str(answers.comment_id(row, each["n"])) == comment_id:
            return row, int(each["n"])
    raise not_found()


def _rewrite(sandbox: Sandbox, caller: Caller, row: int, number: int, written: dict[str, Any]) -> None:
    known = caller.desk.tickets.record(row).properties["comments"]
    comments = [each | written if each["n"] == number else each for each in known]
    acts.edit(sandbox, caller.desk, caller.desk.DEALINGS, row, {"comments": comments})


ROUTES = (make_private, redact)
