"""HTTP in, for people."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from contracts.connections import ConnectionView, DataChoice
from contracts.pages import ItemPage
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from servicekit.errors import Problem
from servicekit.principal import READ, Principal
from servicekit.problems import answer_problem
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import authorization, disconnection, handshakes, operations, pages, pausing
from connections.authorization import Authorized, Callback
from connections.outlook import with_outlook
from connections.settings import Settings
from connections.vault import Vault


# Programs with a personal token may know what is connected: how fresh an answer is depends on it.
@get("/connections", opt={"scope": READ})
async def list_connections(
    conn: NamedDependency[AsyncConnection], vault: NamedDependency[Vault], removed: FromQuery[bool] = False
) -> ItemPage[ConnectionView]:
    """List the workspace's connections, or those that were removed, whose records may be kept."""
    found = await operations.list_connections(conn, removed=removed)
    return ItemPage(items=[_shown(view, vault) for view in found.items])


@get("/connections/{connection_id:uuid}")
async def get_connection(
    connection_id: FromPath[UUID], conn: NamedDependency[AsyncConnection], vault: NamedDependency[Vault]
) -> ConnectionView:
    """Show a connection."""
    return _shown(await operations.get_connection(conn, connection_id), vault)


@post("/connections/{connection_id:uuid}/pause", status_code=200)
async def pause_connection(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    vault: NamedDependency[Vault],
) -> ConnectionView:
    """Let a connection rest: nothing is read of it until it is resumed, and its grant is kept."""
    await pausing.pause(conn, principal.workspace_id, connection_id)
    return _shown(await operations.get_connection(conn, connection_id), vault)


@post("/connections/{connection_id:uuid}/resume", status_code=200)
async def resume_connection(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    vault: NamedDependency[Vault],
) -> ConnectionView:
    """Let a paused connection go on where it was."""
    await pausing.resume(conn, principal.workspace_id, connection_id)
    return _shown(await operations.get_connection(conn, connection_id), vault)


def _shown(view: ConnectionView, vault: Vault) -> ConnectionView:
    return with_outlook(view, vault.registrations.providers, now=datetime.now(UTC))


def answer_callback(request: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
    """Answer a failure to whom it concerns: a person in a browser reads a page, a program the problem."""
    answer = answer_problem(request, error)
    if request.accept.best_match(["application/problem+json", "application/json", "text/html"]) != "text/html":
        return answer
    body = pages.page(error.title, error.detail or "You can close this window and try again.")
    return Response(body, status_code=error.status, headers=pages.HEADERS, media_type="text/html")


@get(
    "/connections/{provider:str}/callback",
    opt={"public": True, "any_query": True},
    exception_handlers={Problem: answer_callback},
)
async def complete_authorization(
    provider: FromPath[str],
    request: Request[Any, Any, Any],
    vault: NamedDependency[Vault],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Receive a person back from a provider, and go where they wanted to."""
    query = request.query_params
    callback = Callback(
        provider=provider,
        state=query.get("state"),
        code=query.get("code"),
        error=query.get("error"),
        cookie=request.cookies.get(handshakes.cookie_name(settings.public_url)),
    )
    outcome = await authorization.complete(vault, callback, public_url=settings.public_url)
    if outcome.return_to is not None:
        told = (
            {"connected": str(outcome.connection_id)}
            if isinstance(outcome, Authorized)
            else {"problem": outcome.problem.slug, "provider": provider}
        )
        place = settings.public_url.rstrip("/") + handshakes.with_words(outcome.return_to, told)
        return Response(b"", status_code=303, headers={**pages.HEADERS, "Location": place})
    if not isinstance(outcome, Authorized):
        raise outcome.problem
    body = pages.page(f"{outcome.account_name} is connected", "You can close this window.")
    return Response(body, headers=pages.HEADERS, media_type="text/html")


@delete("/connections/{connection_id:uuid}")
async def disconnect(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    vault: NamedDependency[Vault],
    records: Annotated[DataChoice, QueryParameter(name="data")] = "keep",
) -> None:
    """Remove a connection, give its grant back, and keep or erase its records."""
    await disconnection.disconnect(vault, principal.workspace_id, connection_id, records)


ROUTES = [
    list_connections,
    get_connection,
    pause_connection,
    resume_connection,
    complete_authorization,
    disconnect,
]
