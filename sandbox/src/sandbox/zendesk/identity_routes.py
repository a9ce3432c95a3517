"""A user's addresses over HTTP."""

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.store import Sandbox
from sandbox.wire import Answer, HTTPRequest, answer
from sandbox.zendesk import answers, user_operations
from sandbox.zendesk.errors import not_found
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.paging import page
from sandbox.zendesk.requests import given


@get("/users/{user_id:str}/identities")
async def list_identities(user_id: FromPath[str], request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """All addresses of a user."""
    caller.need("users", "read")
    return _listed(user_id, request, caller)


@post("/users/{user_id:str}/identities")
async def add_identity(
    user_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Give a user another address."""
    caller.need("users", "write")
    row = user_operations.find_customer(caller.desk, user_id)
    number = user_operations.add_identity(sandbox, caller.desk, row, await given(request, "identity"))
    wanted = answers.identity_id(caller.desk.users, row, number)
    shown = answers.identities(caller.desk, caller.desk.users, row)
    return answer({"identity": next(each for each in shown if each["id"] == wanted)}, 201)


@put("/users/{user_id:str}/identities/{identity_id:str}/make_primary")
async def make_primary(
    user_id: FromPath[str],
    identity_id: FromPath[str],
    request: HTTPRequest,
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> Answer:
    """Let an address be the first one."""
    caller.need("users", "write")
    row = user_operations.find_customer(caller.desk, user_id)
    user_operations.make_primary(sandbox, caller.desk, row, _number(caller, row, identity_id))
    return _listed(user_id, request, caller)


@delete("/users/{user_id:str}/identities/{identity_id:str}", status_code=204)
async def remove_identity(
    user_id: FromPath[str],
    identity_id: FromPath[str],
    sandbox: NamedDependency[Sandbox],
    caller: NamedDependency[Caller],
) -> None:
    """Take an address away."""
    caller.need("users", "write")
    row = user_operations.find_customer(caller.desk, user_id)
    user_operations.remove_identity(sandbox, caller.desk, row, _number(caller, row, identity_id))


def _listed(user_id: str, request: HTTPRequest, caller: Caller) -> Answer:
    table, row = user_operations.find(caller.desk, user_id)
    found = {each["id"]: each for each in answers.identities(caller.desk, table, row)}
    keys = sorted(key for key in found if isinstance(key, int))
    return page(request, caller, f"/users/{user_id}/identities", "identities", keys, lambda key: found[key])


def _number(caller: Caller, row: int, text: str) -> int:
    first = answers.identity_id(caller.desk.users, row, 0)
    if not text.isdecimal() or not 0 <= int(text) - first < 64:
        raise not_found()
    return int(text) - first


ROUTES = (list_identities, add_identity, make_primary, remove_identity)
