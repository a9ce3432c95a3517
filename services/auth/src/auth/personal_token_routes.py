"""HTTP in, for the tokens that people make for programs of their own."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.pages import ItemPage
from contracts.people import NewPersonalToken, PersonalTokenView
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from servicekit.principal import Principal, bearer_of
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import access_tokens, personal_token_queries, personal_tokens
from auth.caller import person_of
from auth.keys import Keys
from auth.means import Means
from auth.requests import PersonalTokenWish

NOT_STORED = {"Cache-Control": "no-store"}


@post("/auth/tokens")
async def make_personal_token(
    data: JSONBody[PersonalTokenWish], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> Response[NewPersonalToken]:
    """Make a token for a program. It is shown this once."""
    made = await personal_tokens.make(conn, principal, data, now=datetime.now(UTC))
    return Response(made, status_code=201, headers=NOT_STORED)


@get("/auth/tokens")
async def list_personal_tokens(
    principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> ItemPage[PersonalTokenView]:
    """List one's tokens, the newest first."""
    items = await personal_token_queries.list_tokens(conn, person_of(principal), principal.workspace_id)
    return ItemPage(items=items)


@delete("/auth/tokens/{token_id:uuid}", status_code=204)
async def revoke_personal_token(
    token_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> None:
    """Take a token out of use. What it was exchanged for ends within five minutes."""
    await personal_tokens.revoke(conn, principal, token_id, now=datetime.now(UTC))


@post("/auth/tokens/exchange", status_code=200, opt={"public": True})
async def exchange_personal_token(
    request: Request[Any, Any, Any], means: NamedDependency[Means], keys: NamedDependency[Keys]
) -> Response[dict[str, str | int]]:
    """Exchange a personal token, sent as the bearer, for a short one that every service checks by itself."""
    now = datetime.now(UTC)
    token = bearer_of(request.headers.get("authorization"))
    async with means.db.transaction() as conn:
        user, scopes = await personal_tokens.recognise(conn, token, now=now)
    signed = access_tokens.for_personal_token(await keys.signing(), user, scopes=scopes, now=now)
    body: dict[str, str | int] = {
        "access_token": signed,
        "token_type": "Bearer",
        "expires_in": int(access_tokens.PERSONAL_TOKEN_STANDS.total_seconds()),
        "scope": " ".join(scopes),
    }
    return Response(body, headers=NOT_STORED)


ROUTES: list[HTTPRouteHandler] = [
    make_personal_token,
    list_personal_tokens,
    revoke_personal_token,
    exchange_personal_token,
]
