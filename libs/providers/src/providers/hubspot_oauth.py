"""HubSpot's OAuth: from a person's consent to tokens, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientSession
from msgspec import Meta

from providers.http import Answer, ask
from providers.hubspot_api import OAUTH, PROVIDER, refusal
from providers.source import AccessExpired, Grant, GrantRevoked, OAuthApp, ProviderRefused
from providers.values import text

NEEDS = {
    "oauth": "to be let in at all",
    "crm.objects.contacts.read": "to read contacts",
    "crm.objects.deals.read": "to read deals",
}
SCOPES = tuple(NEEDS)

# What goes into a header later is held to what a header may carry.
_Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]+\Z", max_length=8192)]
_Lifetime = Annotated[int, Meta(gt=0, le=366 * 24 * 3600)]


class _Tokens(msgspec.Struct):
    access_token: _Token
    refresh_token: _Token | None = None
    expires_in: _Lifetime | None = None


class _TokenInfo(msgspec.Struct):
    hub_id: int
    hub_domain: str | None = None
    scopes: tuple[str, ...] = ()


class _TokenRefusal(msgspec.Struct):
    error: str | None = None
    status: str | None = None


def authorize_url(app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
    """Where to send the person: HubSpot's consent screen, with the scopes parted by spaces."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": code_challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.authorize_url}?{urlencode(query)}"


async def exchange(http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str, code_verifier: str) -> Grant:
    """Turn the code of a callback into a grant. Raises `ProviderError`."""
    answer = await _post(
        http,
        app,
        "/token",
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        },
    )
    tokens = answer.read(_Tokens)
    info = await _introspect(http, app, tokens.access_token)
    return Grant(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=_expiry(tokens),
        scopes=info.scopes,
        account_id=str(info.hub_id),
        account_name=text(info.hub_domain) or f"HubSpot {info.hub_id}",
    )


async def refresh(http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
    """Renew a grant. Raises `GrantRevoked` when the person must connect again."""
    if grant.refresh_token is None:
        raise GrantRevoked("HubSpot gave no way to renew this connection.")
    form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    tokens = (await _post(http, app, "/token", form)).read(_Tokens)
    return msgspec.structs.replace(
        grant,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or grant.refresh_token,
        expires_at=_expiry(tokens),
    )


async def revoke(http: ClientSession, app: OAuthApp, grant: Grant) -> None:
    """Give a grant back; a dead one is no error."""
    token, hint = grant.refresh_token, "refresh_token"
    if token is None:
        token, hint = grant.access_token, "access_token"
    try:
        await _post(http, app, "/token/revoke", {"token": token, "token_type_hint": hint})
    except GrantRevoked:
        return  # dead already, which is what we want


async def _introspect(http: ClientSession, app: OAuthApp, access_token: str) -> _TokenInfo:
    # Who was connected is asked of HubSpot, because not every version of the token answer says it.
    form = {"token": access_token, "token_type_hint": "access_token"}
    return (await _post(http, app, "/token/introspect", form)).read(_TokenInfo)


async def _post(http: ClientSession, app: OAuthApp, path: str, form: Mapping[str, str]) -> Answer:
    answer = await ask(
        http,
        "POST",
        app.api_url.rstrip("/") + OAUTH + path,
        provider=PROVIDER,
        form={**form, "client_id": app.client_id, "client_secret": app.client_secret},
    )
    if answer.ok:
        return answer
    if _grant_is_dead(answer):
        raise GrantRevoked("HubSpot no longer honours this connection: it has to be connected again.")
    problem = refusal(answer)
    if isinstance(problem, AccessExpired):
        # Here 401 speaks of our client id and secret, which no fresh token mends.
        raise ProviderRefused("HubSpot refuses our client id or secret.")
    raise problem


def _grant_is_dead(answer: Answer) -> bool:
    try:
        said = msgspec.json.decode(answer.body, type=_TokenRefusal)
    except (ValueError, RecursionError):
        return False
    return answer.status == 400 and (
        said.error == "invalid_grant" or said.status in {"BAD_REFRESH_TOKEN", "BAD_AUTH_CODE"}
    )


def _expiry(tokens: _Tokens) -> datetime | None:
    return datetime.now(UTC) + timedelta(seconds=tokens.expires_in) if tokens.expires_in else None
