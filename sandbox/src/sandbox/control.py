"""The sandbox's own side: look at its accounts, make things happen in them, and ask what should come of it.

Every order is a POST, with its fields as JSON or as a form; a form is led back to the page.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from litestar import Litestar, Response, Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.logging import LoggingConfig
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox import acts, changes, expected, truth
from sandbox.accounts import Account
from sandbox.acts import NothingThere
from sandbox.clock import now_ms
from sandbox.conditions import Conditions
from sandbox.control_page import control_page
from sandbox.deliveries import Weather
from sandbox.faults import Fault
from sandbox.model import control as model
from sandbox.settings import AccountSetting
from sandbox.wire import JSON, HTTPRequest, Refusal, answer, refused

Order = TypeVar("Order")
AnyAnswer = Response[bytes] | Redirect


class Act(msgspec.Struct):
    """What to do something to: a contact where no kind is given. Chance picks where no id is, and writes the rest."""

    kind: str | None = None
    id: str | None = None
    other: str | None = None
    properties: dict[str, Any] | None = None


class Beginning(msgspec.Struct):
    """Where to begin again; what is not said is as in the settings."""

    seed: int | None = None
    people: int | None = None


class Count(msgspec.Struct):
    """How many."""

    count: int = 1


class Interval(msgspec.Struct):
    """How long between changes by chance; 0 is never. With a seed, chance begins anew, the same way each time."""

    seconds: float
    seed: int | None = None


class Switch(msgspec.Struct):
    """On or off."""

    on: bool


@get("/")
async def show_page(conditions: NamedDependency[Conditions]) -> Response[str]:
    """The page."""
    accounts = [_described(account) for account in conditions.sandbox.accounts.values()]
    body = control_page(accounts, seconds=conditions.churn.seconds, limits_on=conditions.sandbox.rate_limits)
    return Response(body, media_type="text/html")


@get("/accounts")
async def list_accounts(conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """The accounts, and how much they hold."""
    return answer({"items": [_described(account) for account in conditions.sandbox.accounts.values()]})


@post("/accounts")
async def open_account(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Open an account, in place of one of the same id."""
    account = conditions.sandbox.open_account(await _order(request, AccountSetting))
    return _done(request, _described(account), 201)


@get("/accounts/{provider:str}/{account_id:str}/records")
async def list_records(
    provider: FromPath[str],
    account_id: FromPath[str],
    request: HTTPRequest,
    conditions: NamedDependency[Conditions],
) -> AnyAnswer:
    """All living records of a kind, whole, as the provider writes them; contacts where no kind is given."""
    account = _account(conditions, changes.key(provider, account_id))
    kind = request.query_params.get("kind", account.CONTACTS)
    if kind not in truth.kinds(account):
        raise _no_such(f"kind {kind} of records")
    return answer({"kind": kind, "items": list(truth.records(account, kind))})


@delete("/accounts/{provider:str}/{account_id:str}")
async def close_account(
    provider: FromPath[str], account_id: FromPath[str], conditions: NamedDependency[Conditions]
) -> None:
    """Close an account."""
    account = _account(conditions, changes.key(provider, account_id))
    conditions.sandbox.commit(changes.AccountClosed(at=now_ms(), account=account.opened.account))


@post("/accounts/{provider:str}/{account_id:str}/withdraw")
async def withdraw(
    provider: FromPath[str],
    account_id: FromPath[str],
    request: HTTPRequest,
    conditions: NamedDependency[Conditions],
) -> AnyAnswer:
    """Let an account withdraw every grant: apps must ask its people again."""
    account = _account(conditions, changes.key(provider, account_id))
    conditions.sandbox.commit(changes.GrantsWithdrawn(at=now_ms(), account=account.opened.account))
    return _done(request, {})


@post("/accounts/{provider:str}/{account_id:str}/{what:str}")
async def act(
    provider: FromPath[str],
    account_id: FromPath[str],
    what: FromPath[str],
    request: HTTPRequest,
    conditions: NamedDependency[Conditions],
) -> AnyAnswer:
    """Create, edit, archive, restore, erase or merge; properties are written unchecked, however odd."""
    account, order = _account(conditions, changes.key(provider, account_id)), await _order(request, Act)
    kind = order.kind or account.CONTACTS
    if kind not in account.tables:
        raise _no_such(f"kind {kind} of records")
    row = _act(conditions, account, kind, what, order)
    return _done(request, {"id": account.tables[kind].id_of(row)}, 201 if what == "create" else 200)


@post("/changes")
async def change(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Change so many things by chance, anywhere."""
    order = await _order(request, Count)
    return _done(request, {"items": conditions.churn.change(order.count)})


@post("/churn")
async def set_churn(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Change something by chance every so many seconds."""
    order = await _order(request, Interval)
    if order.seed is not None:
        conditions.churn.begin(order.seed)
    conditions.churn.every(order.seconds)
    return _done(request, {})


@post("/expire-tokens")
async def expire_tokens(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Let every access token be over, long before its time."""
    conditions.sandbox.commit(changes.TokensExpired(at=now_ms()))
    return _done(request, {})


@post("/rate-limits")
async def switch_limits(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Turn the rate limits on or off."""
    conditions.sandbox.rate_limits = (await _order(request, Switch)).on
    return _done(request, {})


@get("/limits")
async def show_limits(conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """How many calls each account's windows took and refused, and how many were in them when they were fullest."""
    return answer({"items": conditions.sandbox.tally.all()})


@delete("/limits")
async def count_anew(conditions: NamedDependency[Conditions]) -> None:
    """Count calls from nothing on."""
    conditions.sandbox.tally.clear()


@post("/new-day")
async def begin_day(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Let daily budgets be whole again, long before their time."""
    conditions.sandbox.tally.begin_day()
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


@get("/webhooks")
async def show_webhooks(conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """What became of the events so far, and the weather they travel in."""
    deliveries = conditions.deliveries
    return answer({"counts": deliveries.counts, "weather": deliveries.weather})


@post("/webhooks")
async def set_weather(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Let events to come be lost, sent twice, shuffled or late; what is not said goes well."""
    conditions.deliveries.weather = await _order(request, Weather)
    return _done(request, {})


@post("/accounts/{provider:str}/{account_id:str}/drop-webhooks")
async def drop_webhooks(
    provider: FromPath[str],
    account_id: FromPath[str],
    request: HTTPRequest,
    conditions: NamedDependency[Conditions],
) -> AnyAnswer:
    """Let a provider delete an account's webhooks, as after too many failures."""
    account, sandbox = _account(conditions, changes.key(provider, account_id)), conditions.sandbox
    for target in sandbox.subscriptions_of(account):
        sandbox.commit(changes.Unsubscribed(at=now_ms(), account=account.opened.account, id=target.id))
    return _done(request, {})


@post("/reset")
async def reset(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """Forget all that happened and begin again."""
    order, settings = await _order(request, Beginning), conditions.sandbox.settings
    people = settings.people if order.people is None else order.people
    accounts = msgspec.structs.replace(settings, people=people).account_list()
    conditions.sandbox.begin(seed=settings.seed if order.seed is None else order.seed, accounts=accounts)
    return _done(request, {})


@get("/expected")
async def expect(request: HTTPRequest, conditions: NamedDependency[Conditions]) -> AnyAnswer:
    """How many golden records some accounts together should make, and of what how many were done with people.

    By equal addresses they make so many `golden_records`; whoever looks at more than addresses may find fewer, but not
    less than the `people` there are. With `members=true` it says also who joins whom, and who is one person.
    """
    named = [key for key in request.query_params.get("accounts", "").split(",") if key]
    accounts = [_account(conditions, key) for key in named or conditions.sandbox.accounts]
    # A million contacts take their time; the others go on being served meanwhile.
    contacts, groups, people = await asyncio.to_thread(_joined, accounts)
    body: JSON = {
        "accounts": [_described(account) for account in accounts],
        "contacts": len(contacts),
        "golden_records": len(groups),
        "people": len(people),
        "dealings": expected.dealings(*accounts),
    }
    if request.query_params.get("members") == "true":
        body["joined"] = [[contacts[place] for place in group] for group in groups if len(group) > 1]
        body["one_person"] = [[contacts[place] for place in group] for group in people if len(group) > 1]
    return answer(body)


@get("/usage")
async def show_usage() -> AnyAnswer:
    """What the sandbox itself has cost so far."""
    return answer({"cpu_seconds": time.process_time()})


def _act(conditions: Conditions, account: Account, kind: str, what: str, order: Act) -> int:
    """Do it; returns the row it was done to, or that came of it. Raises `NothingThere`."""
    sandbox, churn = conditions.sandbox, conditions.churn
    if what == "create":
        return _create(conditions, account, kind, order)
    row = _row(conditions, account, kind, order.id, archived=what == "restore")
    match what:
        case "edit":
            written = churn.news(account, kind) if order.properties is None else order.properties
            return acts.edit(sandbox, account, kind, row, written)
        case "merge":
            return acts.merge(sandbox, account, kind, row, _row(conditions, account, kind, order.other))
        case "archive" | "restore":
            return {"archive": acts.archive, "restore": acts.restore}[what](sandbox, account, kind, row)
        case "erase" if kind == account.CONTACTS:
            return acts.erase(sandbox, account, kind, row)
        case _:
            raise NothingThere(f"nothing that can be done to {kind} is called {what}")


def _create(conditions: Conditions, account: Account, kind: str, order: Act) -> int:
    """Make a record; what nobody wrote of a contact or a dealing, chance writes."""
    if order.properties is None and kind == account.CONTACTS:
        return conditions.churn.newcomer(account)
    if order.properties is None and kind in account.ALL_DEALINGS:
        return conditions.churn.beginning(account, kind)
    return acts.create(conditions.sandbox, account, kind, order.properties or {})


def _row(conditions: Conditions, account: Account, kind: str, text: str | None, *, archived: bool = False) -> int:
    """The record that was named, or one of chance. Raises `NothingThere`."""
    if text is None:
        return conditions.churn.pick(account, kind, archived=archived)
    return (acts.archived_row if archived else acts.living_row)(account, kind, text)


def _account(conditions: Conditions, key: str) -> Account:
    account = conditions.sandbox.accounts.get(key)
    if account is None:
        raise _no_such(f"account {key}")
    return account


def _no_such(what: str) -> Refusal:
    return Refusal(404, {"message": f"There is no {what}"})


def _nothing_there(_: HTTPRequest, error: NothingThere) -> Response[bytes]:
    return answer({"message": str(error)}, 404)


def _described(account: Account) -> JSON:
    return {
        "provider": account.PROVIDER,
        "account_id": account.opened.account_id,
        "name": account.opened.name,
        "living": {kind: table.living for kind, table in account.tables.items()},
        "contacts": account.tables[account.CONTACTS].living,
        "archived": len(account.tables[account.CONTACTS].archived),
        "dealings": sum(expected.dealings(account).values()),
    }


def _joined(accounts: Sequence[Account]) -> tuple[list[str], list[list[int]], list[list[int]]]:
    """All living contacts as `provider:account:id`, who of them share addresses, and who is one person."""
    living = [(account, row) for account in accounts for row in account.people()]
    emails = [list(account.emails_of(row)) for account, row in living]
    known = [
        [*own, *(f"person {number}" for number in _persons(account, row, own))]
        for own, (account, row) in zip(emails, living, strict=True)
    ]
    names = [f"{account.opened.account}:{account.tables[account.CONTACTS].id_of(row)}" for account, row in living]
    return names, expected.groups(emails), expected.groups(known)


def _persons(account: Account, row: int, emails: Sequence[str]) -> set[int]:
    """Number the people of the world whom a contact stands for: who it began as, and whose addresses it has."""
    roster = account.roster
    began_as = {roster.number(row)} if row < roster.rows else set()
    for email in expected.identifying(emails):
        for number in roster.world.owners(email):
            person = roster.world.person(number)
            if email in {person.work_email, person.private_email, person.old_email}:
                began_as.add(number)
    return began_as


async def _order(request: HTTPRequest, order: type[Order]) -> Order:
    """The fields of an order. Raises `Refusal`."""
    try:
        if _is_form(request):
            fields = {name: value for name, value in (await request.form()).items() if value}
            return msgspec.convert(fields, order, strict=False)
        return msgspec.json.decode(await request.body() or b"{}", type=order)
    except msgspec.MsgspecError as error:
        raise Refusal(400, {"message": f"not understood: {error}"}) from error


def _done(request: HTTPRequest, body: JSON, status: int = 200) -> AnyAnswer:
    return Redirect("/control", status_code=303) if _is_form(request) else answer(body, status)


def _is_form(request: HTTPRequest) -> bool:
    return request.content_type[0] == RequestEncodingType.URL_ENCODED


def create_app(conditions: Conditions) -> Litestar:
    """All of it, and the changes by chance as long as it lives."""
    looks = [show_page, list_accounts, list_records, list_faults, show_limits, expect, show_usage]
    told = [show_webhooks]
    orders = [open_account, withdraw, drop_webhooks, act, change, set_churn, expire_tokens, switch_limits, begin_day]
    weather = [plan_fault, set_weather, reset]
    ends = [close_account, clear_faults, count_anew]
    return Litestar(
        route_handlers=[Router("/control", route_handlers=[*looks, *told, *orders, *weather, *ends, *model.ROUTES])],
        dependencies={"conditions": Provide(lambda: conditions, sync_to_thread=False)},
        exception_handlers={Refusal: refused, NothingThere: _nothing_there},
        lifespan=[conditions.churn.running, conditions.deliveries.running],
        logging_config=LoggingConfig(
            log_exceptions="always", disable_stack_trace={Refusal, NothingThere, *range(400, 500)}
        ),
        openapi_config=None,
    )
