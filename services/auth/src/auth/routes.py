"""HTTP in, for people: register, sign in and out, oneself, one's sessions."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from contracts.pages import ItemPage
from contracts.people import OpenSessionView, SessionView, UserView
from litestar import Request, Response, delete, get, patch, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from servicekit.errors import BadRequest, Forbidden
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import operations, sessions
from auth.answers import Answers
from auth.caller import Caller, address_of, device_of, person_of
from auth.means import Means
from auth.requests import Credentials, ProfileChange, Registration
from auth.sessions import SessionEnded


async def refuse_other_sites(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a browser that another site's page sent here: it would sign people in or out unasked."""
    if connection.headers.get("sec-fetch-site") == "cross-site":
        raise Forbidden("this is not for other sites' pages")


class NotJson(BadRequest):
    """The body says it is something else than JSON."""

    status: ClassVar[int] = 415
    slug: ClassVar[str] = "unsupported-media-type"
    title: ClassVar[str] = "Send JSON, and say so"


async def json_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse what a mere form could send: a page elsewhere can make a browser post a form, but not JSON."""
    if connection.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotJson


PUBLIC: dict[str, Any] = {"opt": {"public": True}, "guards": [refuse_other_sites]}
PUBLIC_WITH_BODY: dict[str, Any] = {"opt": {"public": True}, "guards": [refuse_other_sites, json_only]}


@post("/auth/register", **PUBLIC_WITH_BODY)
async def register(
    data: JSONBody[Registration],
    request: Request[Any, Any, Any],
    means: NamedDependency[Means],
    answers: NamedDependency[Answers],
) -> Response[SessionView]:
    """Make an account with a workspace of its own, and sign in."""
    now = datetime.now(UTC)
    signed_in = await operations.register(means, data, caller=_caller(request), now=now)
    return await answers.session(signed_in, now=now, status_code=201)


@post("/auth/login", status_code=200, **PUBLIC_WITH_BODY)
async def login(
    data: JSONBody[Credentials],
    request: Request[Any, Any, Any],
    means: NamedDependency[Means],
    answers: NamedDependency[Answers],
) -> Response[SessionView]:
    """Sign in. An unknown email and a wrong password are answered alike, in the same time."""
    now = datetime.now(UTC)
    signed_in = await operations.sign_in(means, data, caller=_caller(request), now=now)
    return await answers.session(signed_in, now=now, status_code=200)


@post("/auth/refresh", status_code=200, **PUBLIC)
async def refresh(
    request: Request[Any, Any, Any], means: NamedDependency[Means], answers: NamedDependency[Answers]
) -> Response[SessionView]:
    """Exchange the refresh token in the cookie for its successor and a new access token."""
    now = datetime.now(UTC)
    token = answers.cookie.token_of(request)
    if token is None:
        raise SessionEnded
    signed_in = await sessions.refresh(means.db, means.rotation, token, now=now)
    return await answers.session(signed_in, now=now, status_code=200)


@post("/auth/logout", status_code=204, **PUBLIC)
async def logout(
    request: Request[Any, Any, Any], means: NamedDependency[Means], answers: NamedDependency[Answers]
) -> Response[None]:
    """End the session of the cookie, and clear it; there is nothing to end where there is none."""
    if token := answers.cookie.token_of(request):
        async with means.db.transaction() as conn:
            await sessions.end_session(conn, token, now=datetime.now(UTC))
    return Response(None, status_code=204, cookies=[answers.cookie.cleared()])


@get("/auth/me")
async def get_me(principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]) -> UserView:
    """Show who is signed in."""
    return await operations.get_user(conn, person_of(principal), principal.workspace_id)


@patch("/auth/me")
async def change_me(
    data: JSONBody[ProfileChange],
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    means: NamedDependency[Means],
    answers: NamedDependency[Answers],
) -> UserView:
    """Change one's name or password; a new password ends every other session."""
    return await operations.change_profile(
        means, principal, data, refresh_token=answers.cookie.token_of(request), now=datetime.now(UTC)
    )


@get("/auth/sessions")
async def list_sessions(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    answers: NamedDependency[Answers],
) -> ItemPage[OpenSessionView]:
    """List where one is signed in, the last used first."""
    token = answers.cookie.token_of(request)
    items = await sessions.list_sessions(conn, person_of(principal), token=token, now=datetime.now(UTC))
    return ItemPage(items=items)


@delete("/auth/sessions/{session_id:uuid}", status_code=204)
async def revoke_session(
    session_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> None:
    """Sign out somewhere else."""
    await sessions.revoke_session(
        conn,
        session_id,
        person_id=person_of(principal),
        workspace_id=principal.workspace_id,
        now=datetime.now(UTC),
    )


def _caller(request: Request[Any, Any, Any]) -> Caller:
    peer = request.client.host if request.client else "unknown"
    # Whoever repeats the header must not be able to hide the gateway's entry, which is the last of all.
    forwarded_for = ",".join(request.headers.getall("x-forwarded-for", []))
    return Caller(address_of(peer, forwarded_for), device_of(request.headers.get("user-agent")))


ROUTES: list[HTTPRouteHandler] = [
    register,
    login,
    refresh,
    logout,
    get_me,
    change_me,
    list_sessions,
    revoke_session,
]
