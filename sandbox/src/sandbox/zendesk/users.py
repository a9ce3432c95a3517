"""Users over HTTP."""

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox import acts
from sandbox.clock import now_ms
from sandbox.store import Sandbox
from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk import answers, user_operations
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import bad_parameter, not_found
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.paging import listed, page
from sandbox.zendesk.requests import base_address, given, words
from sandbox.zendesk.tables import Table


@get("/users")
async def list_users(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """All users, of these roles where some are named."""
    caller.need("users", "read")
    return shown(request, caller, "/users", _ids(caller.desk, words(request, "role")))


@get("/users/me")
async def show_me(caller: NamedDependency[Caller]) -> Answer:
    """Who calls; nobody at all is answered too."""
    if caller.agent is None:
        anybody: JSON = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}
        return answer({"user": anybody | {"active": False, "verified": False}})
    caller.need("users", "read")
    return answer({"user": answers.user(caller.desk, caller.desk.agents, caller.agent)})


@get("/users/count")
async def count_users(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """How many there are."""
    caller.need("users", "read")
    value = len(_ids(caller.desk, words(request, "role")))
    return answer({"count": {"value": value, "refreshed_at": answers.stamp(now_ms())}})


@get("/users/show_many")
async def show_users(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Users by their ids; of those who are not there nothing is said."""
    caller.need("users", "read")
    ids = words(request, "ids")
    if len(ids) > 100:
        raise bad_parameter("Too many values", "TooManyValues")
    desk = caller.desk
    found = [int(each) for each in ids if any(desk.present_row(kind, each) is not None for kind in ("agents", "users"))]
    return shown(request, caller, "/users/show_many", found)


@get("/users/search")
async def search_users(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Users whose name or address holds these words."""
    caller.need("users", "read")
    wanted = request.query_params.get("query", "").strip('"').removeprefix("email:").lower()
    found = [key for key in _ids(caller.desk, []) if wanted in _words_of(caller.desk, key)]
    return shown(request, caller, "/users/search", found)


@get("/users/{user_id:str}")
async def show_user(user_id: FromPath[str], request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """One user, deleted ones too."""
    caller.need("users", "read")
    table, row = user_operations.find(caller.desk, user_id, living=False)
    body: JSON = {"user": answers.user(caller.desk, table, row)}
    return answer(body | answers.along_with(caller.desk, [(table, row)], words(request, "include")))


@post("/users")
async def create_user(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make a user."""
    caller.need("users", "write")
    row = user_operations.create(sandbox, caller.desk, await given(request, "user"))
    return _created(request, caller, row)


@post("/users/create_or_update")
async def create_or_update_user(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make a user, or write to the one whom an address or an id of the caller's own names."""
    caller.need("users", "write")
    wish = await given(request, "user")
    row = user_operations.find_existing(caller.desk, wish)
    if row is None:
        return _created(request, caller, user_operations.create(sandbox, caller.desk, wish))
    user_operations.update(sandbox, caller.desk, row, wish)
    return _shown(caller, row)


@put("/users/{user_id:str}")
async def update_user(
    user_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Write to a user."""
    caller.need("users", "write")
    row = user_operations.find_customer(caller.desk, user_id)
    user_operations.update(sandbox, caller.desk, row, await given(request, "user"))
    return _shown(caller, row)


@delete("/users/{user_id:str}", status_code=200)
async def delete_user(
    user_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Delete a user; the answer shows them as they are from now on."""
    caller.need("users", "write")
    row = user_operations.find_customer(caller.desk, user_id)
    return _shown(caller, acts.archive(sandbox, caller.desk, caller.desk.CONTACTS, row))


@put("/users/{user_id:str}/merge")
async def merge_user(
    user_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Let a user go over into another, who is shown."""
    caller.need("users", "write")
    loser = user_operations.find_customer(caller.desk, user_id)
    return _shown(caller, user_operations.merge(sandbox, caller.desk, loser, await given(request, "user")))


@get("/deleted_users")
async def list_deleted_users(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """Those who were deleted, but not for good."""
    caller.need("users", "read")
    desk = caller.desk
    found = [int(desk.users.id_of(row)) for row in sorted(desk.users.archived)]
    return page(request, caller, "/deleted_users", "deleted_users", found, lambda key: _user(desk, key))


@get("/deleted_users/{user_id:str}")
async def show_deleted_user(user_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One of them."""
    caller.need("users", "read")
    table, row = user_operations.find(caller.desk, user_id, living=False)
    if table.lives(row) or table.record(row).gone:
        raise not_found()
    return answer({"deleted_user": answers.user(caller.desk, table, row)})


@delete("/deleted_users/{user_id:str}", status_code=200)
async def erase_user(
    user_id: FromPath[str], sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Delete a deleted user for good."""
    caller.need("users", "write")
    row = user_operations.erase(sandbox, caller.desk, user_id)
    return answer({"deleted_user": answers.user(caller.desk, caller.desk.users, row)})


def ids_of(desk: Desk) -> list[int]:
    """The ids of all living users, of whatever role."""
    return _ids(desk, [])


def show(desk: Desk, key: int) -> JSON:
    """The user of an id."""
    return _user(desk, key)


def shown(request: HTTPRequest, caller: Caller, path: str, found: list[int]) -> Answer:
    """A page of users, and what is asked for beside them. Raises `Refusal`."""
    desk, noted = caller.desk, list[tuple[Table, int]]()

    def show_and_note(key: int) -> JSON:
        noted.append(user_operations.find(desk, str(key), living=False))
        return answers.user(desk, *noted[-1])

    body = listed(request, caller, path, "users", found, show_and_note)
    return answer(body | answers.along_with(desk, noted, words(request, "include")))


def _ids(desk: Desk, roles: list[str]) -> list[int]:
    agents = [(desk.agents, row) for row in range(desk.agents.rows)]
    everyone = [*agents, *((desk.users, row) for row in range(desk.users.rows) if desk.users.lives(row))]
    return [
        int(table.id_of(row)) for table, row in everyone if not roles or answers.role_of(table.record(row)) in roles
    ]


def _user(desk: Desk, key: int) -> JSON:
    return answers.user(desk, *user_operations.find(desk, str(key), living=False))


def _words_of(desk: Desk, key: int) -> str:
    table, row = user_operations.find(desk, str(key))
    values = table.record(row).properties
    return " ".join([str(values.get("name")), *(each["value"] for each in values["identities"])]).lower()


def _shown(caller: Caller, row: int) -> Answer:
    return answer({"user": answers.user(caller.desk, caller.desk.users, row)})


def _created(request: HTTPRequest, caller: Caller, row: int) -> Answer:
    identity = caller.desk.users.id_of(row)
    body: JSON = {"user": answers.user(caller.desk, caller.desk.users, row)}
    return answer(body, 201, {"location": f"{base_address(request, caller)}/api/v2/users/{identity}.json"})


ROUTES = (
    list_users,
    show_me,
    count_users,
    show_users,
    search_users,
    show_user,
    create_user,
    create_or_update_user,
    update_user,
    delete_user,
    merge_user,
    list_deleted_users,
    show_deleted_user,
    erase_user,
)
