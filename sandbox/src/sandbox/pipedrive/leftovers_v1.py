"""What is left of v1: the users, what changed lately, and merging."""

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import acts
from sandbox.clock import now_ms, parse_ms
from sandbox.pipedrive import answers, users
from sandbox.pipedrive.company import Company
from sandbox.pipedrive.errors import invalid, not_found
from sandbox.pipedrive.gate import Caller, priced
from sandbox.pipedrive.inputs import read_input
from sandbox.pipedrive.lists import whole
from sandbox.pipedrive.stamps import old_stamp
from sandbox.records import END_OF_TIME
from sandbox.store import Sandbox
from sandbox.wire import JSON, Answer, HTTPRequest, answer

MONTH_MS = 30 * 86_400_000
_KINDS = {"person": "persons", "deal": "deals", "activity": "activities", "note": "notes"}
_SHAPES = {
    "person": answers.old_person,
    "deal": answers.old_deal,
    "activity": answers.old_activity,
    "note": answers.note,
}


class MergeInput(msgspec.Struct, forbid_unknown_fields=True):
    """The person that stays."""

    merge_with_id: int


@get("/users/me", opt=priced(2, "base"))
async def who_am_i(caller: NamedDependency[Caller]) -> Answer:
    """The user behind the token, and the company."""
    company, user_id = caller.company, caller.token.user_id
    me = users.shown(company.user_ids, user_id, company.domain) | {
        "is_you": True,
        "company_id": company.company_id,
        "company_name": company.opened.name,
        "company_domain": company.domain,
        "company_country": "EE",
        "company_industry": None,
    }
    return answer({"success": True, "data": me})


@get("/users", opt=priced(20, "users:read"))
async def list_users(caller: NamedDependency[Caller]) -> Answer:
    """All users, on one page."""
    company = caller.company
    shown = [users.shown(company.user_ids, each, company.domain) for each in company.user_ids]
    return answer({"success": True, "data": shown, "additional_data": {"company_id": company.company_id}})


@get("/users/{user_id:int}", opt=priced(2, "users:read"))
async def get_user(user_id: FromPath[int], caller: NamedDependency[Caller]) -> Answer:
    """One user."""
    company = caller.company
    if user_id not in company.user_ids:
        raise not_found("User")
    return answer({"success": True, "data": users.shown(company.user_ids, user_id, company.domain)})


@get("/recents", opt=priced(20, "recents:read"))
async def list_recents(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """What changed within a month, the earliest first, with those deleted; of what is gone for good just the id."""
    given, company = request.query_params, caller.company
    start = whole(given, "start", default=0, least=0, most=10**9)
    limit = whole(given, "limit", default=100, least=1, most=500)
    kinds = [kind for kind in given.get("items", ",".join(_KINDS)).split(",") if kind in _KINDS]
    found = sorted(_changed(company, kinds, _since(given.get("since_timestamp"))))
    shown = found[start : start + limit]
    more: JSON = {"start": start, "limit": limit, "more_items_in_collection": start + limit < len(found)}
    if start + limit < len(found):
        more["next_start"] = start + limit
    body: JSON = {
        "success": True,
        # An empty list is none at all in v1.
        "data": [_recent(company, kind, row) for _, kind, row in shown] or None,
        "additional_data": {
            "since_timestamp": given.get("since_timestamp"),
            "last_timestamp_on_page": old_stamp(shown[-1][0]) if shown else None,
            "pagination": more,
        },
    }
    return answer(body)


@put("/persons/{person_id:str}/merge", opt=priced(40, "contacts:full"))
async def merge_persons(
    person_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Merge two persons: the one in the path goes."""
    company = caller.company
    data = await read_input(request, MergeInput)
    goes, stays = (company.present_row("persons", text) for text in (person_id, str(data.merge_with_id)))
    if goes is None or stays is None:
        raise not_found("Person")
    if goes == stays:
        raise invalid("merge_with_id: a person cannot be merged with itself")
    acts.merge(sandbox, company, "persons", stays, goes)
    survivor = answers.old_person(company, stays, company.persons.record(stays))
    return answer({"success": True, "data": {**survivor, "merge_what_id": int(person_id)}})


def _since(text: str | None) -> int:
    if text is None:
        raise invalid("since_timestamp: is required")
    try:
        return max(parse_ms(text), now_ms() - MONTH_MS)
    except (ValueError, OverflowError) as error:
        raise invalid("since_timestamp: is no time") from error


def _changed(company: Company, kinds: list[str], since: int) -> list[tuple[int, str, int]]:
    return [
        (table.changed_at(row), kind, row)
        for kind in kinds
        for table in [company.tables[_KINDS[kind]]]
        for row in table.changed_between(since, END_OF_TIME)
    ]


def _recent(company: Company, kind: str, row: int) -> JSON:
    table = company.tables[_KINDS[kind]]
    record = table.record(row)
    data = None if record.erased else _SHAPES[kind](company, row, record)
    return {"item": kind, "id": int(table.id_of(row)), "data": data}


ROUTES = (who_am_i, list_users, get_user, list_recents, merge_persons)
