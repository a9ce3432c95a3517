"""HTTP in, for services: the published keys, and tokens for calling each other."""

from datetime import UTC, datetime
from typing import Any

import structlog
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import URLEncodedBody

from auth import access_tokens, service_clients
from auth.keys import Keys
from auth.requests import TokenRequest
from auth.settings import Settings

log = structlog.get_logger()

KEYS_MAX_AGE_SECONDS = 60


@get("/auth/jwks", opt={"public": True})
async def get_keys(keys: NamedDependency[Keys]) -> Response[dict[str, list[dict[str, str]]]]:
    """Publish the keys that tokens are checked with (RFC 7517)."""
    headers = {"Cache-Control": f"public, max-age={KEYS_MAX_AGE_SECONDS}"}
    return Response({"keys": await keys.published()}, headers=headers)


# Between services: the gateway does not route here, and the document it shows people does not mention it.
@post("/auth/token", status_code=200, opt={"public": True}, include_in_schema=False)
async def grant_service_token(
    data: URLEncodedBody[TokenRequest],
    request: Request[Any, Any, Any],
    keys: NamedDependency[Keys],
    settings: NamedDependency[Settings],
) -> Response[dict[str, str | int]]:
    """Give a service a token for one other (OAuth 2 client credentials, RFC 6749)."""
    service = service_clients.recognise(request.headers.get("authorization"), settings.lead_secret)
    service_clients.check_grant(data)
    key = await keys.signing()
    token = access_tokens.for_service(key, service=service, audience=data.audience, now=datetime.now(UTC))
    seconds = int(access_tokens.SERVICE_TOKEN_LIVES.total_seconds())
    log.info("service_token_granted", client=service, audience=data.audience)
    body: dict[str, str | int] = {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
    return Response(body, headers={"Cache-Control": "no-store"})


ROUTES: list[HTTPRouteHandler] = [get_keys, grant_service_token]
