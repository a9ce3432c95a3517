"""Which routes that change something a program may call with a personal token: these, and no other."""

from collections.abc import Iterator

import msgspec
from lead.description import app_of, describe
from litestar.routes import ASGIRoute, HTTPRoute
from servicekit.house import SERVICES
from servicekit.principal import PERSON, SCOPED_SERVICES

LOOKS = {"GET", "HEAD", "OPTIONS"}

# What is here can be taken back one by one, reaches no provider, and says nothing in its person's name. Whoever adds to
# it has decided that a program may do this with nobody looking; all else that is new is `opt={"scope": PERSON}`.
BY_PROGRAMS = {
    ("agent", "ANY", "/mcp"),  # reads and proposes, and each tool asks for the scope itself
    ("identity", "POST", "/contacts/merge"),
    ("identity", "POST", "/contacts/{golden_id}/split"),
    ("identity", "POST", "/decisions"),
    ("identity", "PUT", "/contacts/{golden_id}/pins/{field}"),
    ("identity", "DELETE", "/contacts/{golden_id}/pins/{field}"),
    ("identity", "POST", "/history/{number}/undo"),
    ("identity", "POST", "/suggestions/{suggestion_id}/decision"),
    ("identity", "POST", "/suggestions/decisions"),
    ("identity", "POST", "/suggestions/{suggestion_id}/later"),
    ("identity", "DELETE", "/suggestions/{suggestion_id}/later"),
    ("identity", "POST", "/suggestions/later"),
    ("identity", "POST", "/suggestions/ask-again"),
    ("identity", "POST", "/views"),
    ("identity", "PATCH", "/views/{view_id}"),
    ("identity", "DELETE", "/views/{view_id}"),
    ("sync-worker", "POST", "/connections/{connection_id}/sync"),
    ("sync-worker", "POST", "/actions/check"),  # does nothing: what proposes asks it what would be refused
}


def open_to_programs(service: str) -> Iterator[tuple[str, str, str]]:
    """List the routes of a service that change something and that a personal token opens."""
    for route in app_of(service).routes:
        if isinstance(route, HTTPRoute):
            handlers = [(handler, handler.http_methods) for handler in route.route_handlers]
        elif isinstance(route, ASGIRoute):
            handlers = [(route.route_handler, {"ANY"})]
        else:
            raise AssertionError(f"{service} has a route of another kind: {route.path}")
        for handler, methods in handlers:
            if handler.opt.get("public") or handler.opt.get("services"):
                continue  # needs no person at all, or is for services
            scope = handler.opt.get("scope")
            taken = scope is not None or service in SCOPED_SERVICES
            if taken and scope != PERSON:
                yield from ((service, method, route.path_format) for method in set(methods) - LOOKS)


def test_a_program_may_call_what_is_named_here_and_nothing_else_that_changes_something() -> None:
    found = {each for service in SERVICES for each in open_to_programs(service)}

    assert found - BY_PROGRAMS == set(), "decide: a program may call it, or it is for signed-in people alone"
    assert BY_PROGRAMS - found == set(), "no longer so"


def test_the_interface_tells_what_a_program_may_call_and_every_route_in_a_sentence() -> None:
    paths = msgspec.json.decode(describe())["paths"]
    operations = [(verb.upper(), path, told) for path, those in paths.items() for verb, told in those.items()]
    opened = {
        (verb, path)
        for verb, path, told in operations
        if verb not in LOOKS and any("personal_token" in way for way in told["security"])
    }

    assert opened == {(verb, path) for _, verb, path in BY_PROGRAMS if verb != "ANY"}
    assert [told["summary"] for *_, told in operations if " " not in told["summary"]] == []
