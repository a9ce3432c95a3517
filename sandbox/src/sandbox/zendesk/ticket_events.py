"""The export of ticket events: every update of every ticket, in the order of time, also of those that were deleted."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency

from sandbox.clock import now_ms
from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk import answers
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.happenings import Happening
from sandbox.zendesk.requests import base_address, start_time, words

SIZE = 1000
"""How many events a page shows: nobody may ask for more or fewer."""

_IDS = 48_000_000_000_000


@get("/incremental/ticket_events")
async def export_ticket_events(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Events from a second on; what bears the last second of a page comes again on the next.

    `include=comment_events` adds what was said, as it stands today: words that were blackened since are black.
    """
    caller.need_administrator()
    caller.need("tickets", "read")
    desk, start = caller.desk, start_time(request, caller)
    include = words(request, "include")
    rest = list(islice(desk.happenings.since(start * 1000, now_ms() - desk.lag_ms), SIZE + 1))
    found = rest[:SIZE]
    end = found[-1].at // 1000 if found else start
    query = urlencode({"start_time": end} | ({"include": ",".join(include)} if include else {}))
    address = f"{base_address(request, caller)}/api/v2/incremental/ticket_events.json"
    return answer(
        {
            "ticket_events": [_event(desk, each, whole="comment_events" in include) for each in found],
            "next_page": f"{address}?{query}",
            "count": len(found),
            "end_of_stream": len(rest) <= SIZE,
            "end_time": end,
        }
    )


def _event(desk: Desk, happened: Happening, *, whole: bool) -> JSON:
    known = answers.comments(desk, happened.row)
    said = [known[number] for number in happened.said]
    identity = _identity(happened)
    done = [_child(desk, happened.row, identity + number, each) for number, each in enumerate(happened.done, 1)]
    return {
        "child_events": [*(_comment(each, whole=whole) for each in said), *done],
        "id": identity,
        "ticket_id": int(desk.tickets.id_of(happened.row)),
        "timestamp": happened.at // 1000,
        "created_at": answers.stamp(happened.at),
        "updater_id": said[0]["author_id"] if said else int(desk.agents.id_of(0)),
        "via": "Web form",
        "system": {"client": "Sandbox", "location": "Berlin, Germany"},
        "metadata": {},
        "event_type": "Audit",
    }


def _identity(happened: Happening) -> int:
    if happened.said:
        return answers.audit_id(happened.row, happened.said[0])
    return _IDS + happened.at % 10**12 * 1000 + happened.row % 1000


def _comment(said: JSON, *, whole: bool) -> JSON:
    """A comment as a part of an event: what belongs to the update as a whole is told there."""
    if not whole:
        return {"id": said["id"], "comment_present": True, "comment_public": said["public"], "event_type": "Comment"}
    return {name: value for name, value in said.items() if name != "metadata"} | {
        "via_reference_id": None,
        "event_type": said["type"],
    }


def _child(desk: Desk, row: int, identity: int, done: dict[str, Any]) -> JSON:
    return {"id": identity, "via": "Web form", "via_reference_id": None} | dict(_named(desk, row, done))


def _named(desk: Desk, row: int, done: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was done, with ids in the place of rows."""
    for name, value in done.items():
        match name:
            case "comment":
                yield "comment_id", answers.comment_id(row, value)
            case "requester_id" if value is not None:
                yield name, int(desk.users.id_of(value))
            case _:
                yield name, value


ROUTES = (export_ticket_events,)
