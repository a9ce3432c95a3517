"""The sandbox's own side: look at its accounts, make things happen in them, and ask what should come of it.

Every order is a POST, with its fields as JSON or as a form; a form is led back to the page.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox import expected
from sandbox.churn import Churn
from sandbox.clock import now_ms
from sandbox.control_page import control_page
from sandbox.faults import Fault
from sandbox.hubspot import changes, operations
from sandbox.hubspot.errors import JSON, invalid, not_found
from sandbox.hubspot.gate import UNGATED
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.requests import HTTPRequest, answer
from sandbox.settings import PortalSetting
from sandbox.store import Sandbox

Order = TypeVar("Order")
AnyAnswer = Response[bytes] | Redirect


class Conditions:
    """All that can be ordered: the state, and the weather around it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.limits = Limits(on=sandbox.settings.rate_limits)
        self.faults: list[Fault] = []
        self.churn = Churn(sandbox)

    def portal(self, portal_id: int) -> Portal:
        """An account. Raises `HubSpotError` when there is none of that id."""
        portal = self.sandbox.hubspot.portals.get(portal_id)
        if portal is None:
            raise not_found(f"account {portal_id}")
        return portal


class Act(msgspec.Struct):
    """What to do something to; chance picks where no id is given, and writes where no properties are."""

    kind: str = "contacts"
    id: str | None = None
    other: str | None = None
    properties: dict[str, str | None] | None = None


class Beginning(msgspec.Struct):
    """Where to begin again; what is not said is as in the settings."""

    seed: int | None = None
    people: int | None = None


class Count(msgspec.Struct):
    """How many."""

    count: int = 1


class Interval(msgspec.Struct):
    """How long between changes by chance; 0 is never."""

    seconds: float


class Switch(msgspec.Struct):
    """On or off."""

    on: bool


@get("/")
async def show_page(conditions: NamedDependency[Conditions]) -> Response[str]:
    """The page."""
    portals = [_described(portal) for portal in conditions.sandbox.hubspot.portals.values()]
    body = control_page(portals, seconds=conditions.churn.seconds, limits_on=conditions.limits.on)
    return Response(body, media_type="text/html")


@get("/portals")
async def list_portals(conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """The accounts, and how much they hold."""
    return answer({"items": [_described(portal) for portal in conditions.sandbox.hubspot.portals.values()]})


@post("/portals")
async def open_portal(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Open an account, in place of one of the same id."""
    setting = await _order(request, PortalSetting)
    conditions.sandbox.open_portal(setting)
    return _done(request, _described(conditions.portal(setting.portal_id)), 201)


@delete("/portals/{portal_id:int}")
async def close_portal(portal_id: FromPath[int], conditions: NamedDependency[Conditions]) -> None:
    """Close an account."""
    conditions.portal(portal_id)
    conditions.sandbox.commit(changes.PortalClosed(at=now_ms(), portal_id=portal_id))


@post("/portals/{portal_id:int}/withdraw")
async def withdraw(
    portal_id: FromPath[int], request: HTTPRequest, conditions: NamedDependency[Conditions]
) -> AnyAnswer:
    """Let an account withdraw every grant: apps must ask its people again."""
    conditions.portal(portal_id)
    conditions.sandbox.commit(changes.GrantsWithdrawn(at=now_ms(), portal_id=portal_id))
    return _done(request, {})


@post("/portals/{portal_id:int}/{what:str}")
async def act(
    portal_id: FromPath[int],
    what: FromPath[str],
    request: HTTPRequest,
    conditions: NamedDependency[Conditions],
) -> AnyAnswer:
    """Create, edit, archive, restore, erase or merge; properties are written unchecked, however odd."""
    portal, order = conditions.portal(portal_id), await _order(request, Act)
    table = portal.tables.get(order.kind)
    if table is None:
        raise not_found(order.kind)
    sandbox, churn = conditions.sandbox, conditions.churn
    if what == "create":
        if order.properties is None:
            return _done(request, {"id": table.id_of(churn.newcomer(portal))}, 201)
        created = changes.Created(at=now_ms(), portal_id=portal_id, kind=order.kind, properties=order.properties)
        return _done(request, {"id": table.id_of(sandbox.commit(created))}, 201)
    identity = order.id or table.id_of(churn.pick(table, archived=what == "restore"))
    match what:
        case "edit":
            row = operations.find_row(portal, table, identity)
            written = churn.news(order.kind) if order.properties is None else order.properties
            sandbox.commit(
                changes.Edited(at=now_ms(), portal_id=portal_id, kind=order.kind, row=row, properties=written)
            )
        case "archive":
            operations.archive(sandbox, portal, table, identity)
        case "restore":
            operations.restore(sandbox, portal, table, identity)
        case "erase" if order.kind == "contacts":
            operations.erase(sandbox, portal, identity)
        case "merge":
            other = order.other or table.id_of(churn.pick(table))
            identity = table.id_of(operations.merge(sandbox, portal, table, identity, other))
        case _:
            raise not_found(what)
    return _done(request, {"id": identity})


@post("/changes")
async def change(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Change so many things by chance, anywhere."""
    order = await _order(request, Count)
    return _done(request, {"items": conditions.churn.change(order.count)})


@post("/churn")
async def set_churn(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Change something by chance every so many seconds."""
    conditions.churn.every((await _order(request, Interval)).seconds)
    return _done(request, {})


@post("/expire-tokens")
async def expire_tokens(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Let every access token be over, long before its time."""
    conditions.sandbox.commit(changes.TokensExpired(at=now_ms()))
    return _done(request, {})


@post("/rate-limits")
async def switch_limits(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Turn the rate limits on or off."""
    conditions.limits.on = (await _order(request, Switch)).on
    return _done(request, {})


@get("/faults")
async def list_faults(conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """The faults still to come."""
    return answer({"items": conditions.faults})


@post("/faults")
async def plan_fault(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Let calls to come go wrong."""
    conditions.faults.append(await _order(request, Fault))
    return _done(request, {}, 201)


@delete("/faults")
async def clear_faults(conditions: NamedDependency[Conditions]) -> None:
    """Let nothing go wrong any more."""
    conditions.faults.clear()


@post("/reset")
async def reset(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Forget all that happened and begin again."""
    order, settings = await _order(request, Beginning), conditions.sandbox.settings
    people = settings.people if order.people is None else order.people
    portals = msgspec.structs.replace(settings, people=people).portal_list()
    conditions.sandbox.begin(seed=settings.seed if order.seed is None else order.seed, portals=portals)
    return _done(request, {})


@get("/expected")
async def expect(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """How many golden records some accounts together should make; with `members=true` also who joins whom."""
    named = request.query_params.get("portals", "")
    ids = [int(text) for text in named.split(",") if text.isdecimal()] or list(conditions.sandbox.hubspot.portals)
    portals = [conditions.portal(portal_id) for portal_id in ids]
    # A million contacts take their time; the others go on being served meanwhile.
    contacts, groups = await asyncio.to_thread(_joined, portals)
    body: JSON = {
        "portals": [_described(portal) for portal in portals],
        "contacts": len(contacts),
        "golden_records": len(groups),
    }
    if request.query_params.get("members") == "true":
        body["joined"] = [[contacts[place] for place in group] for group in groups if len(group) > 1]
    return answer(body)


@get("/usage")
async def show_usage() -> AnyAnswer:
    """What the sandbox itself has cost so far."""
    return answer({"cpu_seconds": time.process_time()})


def _described(portal: Portal) -> JSON:
    return {
        "portal_id": portal.portal_id,
        "name": portal.opened.name,
        "contacts": portal.contacts.living,
        "archived": len(portal.contacts.archived),
        "deals": portal.tables["deals"].living,
    }


def _joined(portals: Sequence[Portal]) -> tuple[list[str], list[list[int]]]:
    """All living contacts as `account:id`, and which of them are one person each."""
    living = [(portal, row) for portal in portals for row in range(portal.contacts.rows) if portal.contacts.lives(row)]
    groups = expected.groups([portal.emails_of(row) for portal, row in living])
    return [f"{portal.portal_id}:{portal.contacts.id_of(row)}" for portal, row in living], groups


async def _order(request: HTTPRequest, order: type[Order]) -> Order:
    """The fields of an order. Raises `HubSpotError`."""
    try:
        if _is_form(request):
            fields = {name: value for name, value in (await request.form()).items() if value}
            return msgspec.convert(fields, order, strict=False)
        return msgspec.json.decode(await request.body() or b"{}", type=order)
    except msgspec.MsgspecError as error:
        raise invalid(f"not understood: {error}") from error


def _done(request: HTTPRequest, body: JSON, status: int = 200) -> AnyAnswer:
    return Redirect("/control", status_code=303) if _is_form(request) else answer(body, status)


def _is_form(request: HTTPRequest) -> bool:
    return request.content_type[0] == RequestEncodingType.URL_ENCODED


def router() -> Router:
    """All of it."""
    looks = [show_page, list_portals, list_faults, expect, show_usage]
    orders = [open_portal, withdraw, act, change, set_churn, expire_tokens, switch_limits, plan_fault, reset]
    return Router("/control", route_handlers=[*looks, *orders, close_portal, clear_faults], opt={UNGATED: True})
