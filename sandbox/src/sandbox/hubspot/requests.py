"""What requests carry, read the way HubSpot reads it."""

from sandbox.hubspot.answers import kinds_named
from sandbox.hubspot.catalogue import TYPE_NAMES
from sandbox.hubspot.errors import HubSpotError, invalid
from sandbox.hubspot.gate import Caller
from sandbox.hubspot.tables import Table
from sandbox.wire import HTTPRequest


async def caller_of(request: HTTPRequest) -> Caller:
    """Who calls, as the gate found out."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


def table_of(caller: Caller, object_type: str, right: str) -> Table:
    """The records of a path's kind, when the caller has this right over them. Raises `HubSpotError`."""
    if object_type not in TYPE_NAMES:
        # No category at all: recorded so.
        raise HubSpotError(400, f"Unable to infer object type from: {object_type}")
    table = caller.portal.tables[TYPE_NAMES[object_type]]
    caller.need(table.kind.scope, right)
    return table


def words(request: HTTPRequest, name: str) -> list[str]:
    """A query parameter that lists names, parted by commas, or repeated, or both."""
    given = request.query_params.getall(name, [])
    return [word for value in given for word in value.split(",") if word]


def whole(request: HTTPRequest, name: str, *, default: int, most: int) -> int:
    """A query parameter that counts. Raises `HubSpotError`."""
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise invalid(f"{name} must be a whole number from 1 to {most}, not {text}")
    return int(text)


def linked_kinds(request: HTTPRequest, caller: Caller) -> list[str]:
    """The kinds whose associations a request asks for. Raises `HubSpotError`."""
    kinds = kinds_named(words(request, "associations"))
    for kind in kinds:
        caller.need(caller.portal.tables[kind].kind.scope, "read")
    return kinds
