"""Pipedrive's OAuth: from a person's consent to tokens, and back.

What an app may do is set where it is registered with Pipedrive, and not asked for at the consent; there is no PKCE.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientSession, encode_basic_auth
from msgspec import Meta

from providers.http import Answer, ask
from providers.pipedrive_api import PROVIDER, V1, Id, api_url, call, refusal
from providers.source import Access, AccessExpired, Grant, GrantRevoked, OAuthApp, ProviderError, ProviderRefused
from providers.values import text

NEEDS = {
    "base": "to be let in at all",
    "contacts:read": "to read persons",
    "deals:read": "to read deals",
    "activities:read": "to read activities",
    "users:read": "to read what owners are called",
    "recents:read": "to learn who was deleted",
}

# What goes into a header later is held to what a header may carry.
_Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]+\Z", max_length=8192)]
_Lifetime = Annotated[int, Meta(gt=0, le=366 * 24 * 3600)]
_PLAIN = re.compile(r"[A-Za-z0-9_.:\-]{1,100}")


class _Tokens(msgspec.Struct):
    access_token: _Token
    api_domain: str
    refresh_token: _Token | None = None
    expires_in: _Lifetime | None = None
    scope: str | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """Written with commas or with spaces."""
        return tuple(scope for scope in re.split(r"[,\s]+", self.scope or "") if _PLAIN.fullmatch(scope))

    @property
    def expiry(self) -> datetime | None:
        return datetime.now(UTC) + timedelta(seconds=self.expires_in) if self.expires_in else None


class _Me(msgspec.Struct):
    company_id: Id
    company_name: str | None = None
    company_domain: str | None = None


class _MeAnswer(msgspec.Struct):
    data: _Me


class _TokenRefusal(msgspec.Struct):
    error: str | None = None


def covers(granted: Collection[str], scope: str) -> bool:
    """Whether granted scopes allow what this one does: to write (`full`) is to read."""
    what, _, how = scope.partition(":")
    return scope in granted or (how == "read" and f"{what}:full" in granted)


def authorize_url(app: OAuthApp, *, redirect_uri: str, state: str) -> str:
    """Where to send the person: Pipedrive's consent screen."""
    query = {"client_id": app.client_id, "redirect_uri": redirect_uri, "state": state}
    return f"{app.authorize_url}?{urlencode(query)}"


async def exchange(http: ClientSession, app: OAuthApp, *, code: str, redirect_uri: str) -> Grant:
    """Turn the code of a callback into a grant. Raises `ProviderError`."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    tokens = (await _post(http, app, "/oauth/token", form)).read(_Tokens)
    address = api_url(app, tokens.api_domain)
    try:
        me = await _ask_whose(http, tokens.access_token, address)
    except (ProviderRefused, AccessExpired):
        # Nobody will keep these tokens, so they should not live on. Where Pipedrive has trouble just now the person
        # comes again instead: to give them back uninstalls the app, and ends what they connected before.
        with suppress(ProviderError):
            await _give_back(http, app, tokens.access_token, tokens.refresh_token)
        raise
    return Grant(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expiry,
        scopes=tokens.scopes,
        # A company may change its name and its domain, and stays the same by its number.
        account_id=str(me.company_id),
        account_name=text(me.company_name) or text(me.company_domain) or f"Pipedrive {me.company_id}",
        api_url=address,
    )


async def refresh(http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
    """Renew a grant. Raises `GrantRevoked` when the person must connect again."""
    if grant.refresh_token is None:
        raise GrantRevoked("Pipedrive gave no way to renew this connection.")
    form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    tokens = (await _post(http, app, "/oauth/token", form)).read(_Tokens)
    return msgspec.structs.replace(
        grant,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or grant.refresh_token,
        expires_at=tokens.expiry,
        scopes=tokens.scopes or grant.scopes,
        api_url=api_url(app, tokens.api_domain),
    )


async def revoke(http: ClientSession, app: OAuthApp, grant: Grant) -> None:
    """Give a grant back, which uninstalls the app for that person; a dead one is no error."""
    try:
        await _give_back(http, app, grant.access_token, grant.refresh_token)
    except GrantRevoked:
        return  # dead already, which is what we want


async def _give_back(http: ClientSession, app: OAuthApp, access_token: str, refresh_token: str | None) -> None:
    token, hint = (refresh_token, "refresh_token") if refresh_token is not None else (access_token, "access_token")
    await _post(http, app, "/oauth/revoke", {"token": token, "token_type_hint": hint})


async def _ask_whose(http: ClientSession, access_token: str, address: str) -> _Me:
    access = Access(access_token=access_token, token_type="Bearer", api_url=address, account_id="")  # noqa: S106
    return (await call(http, access, f"{V1}/users/me", scope="base")).read(_MeAnswer).data


async def _post(http: ClientSession, app: OAuthApp, path: str, form: Mapping[str, str]) -> Answer:
    answer = await ask(
        http,
        "POST",
        app.api_url.rstrip("/") + path,
        provider=PROVIDER,
        headers={"Authorization": encode_basic_auth(app.client_id, app.client_secret)},
        form=form,
    )
    if answer.ok:
        return answer
    if _grant_is_dead(answer):
        raise GrantRevoked("Pipedrive no longer honours this connection: it has to be connected again.")
    problem = refusal(answer, scope="base")
    if isinstance(problem, AccessExpired) or answer.status == 400:
        # Here they speak of our client id and secret, which no fresh token mends.
        raise ProviderRefused("Pipedrive refuses our client id or secret.")
    raise problem


def _grant_is_dead(answer: Answer) -> bool:
    try:
        said = msgspec.json.decode(answer.body, type=_TokenRefusal)
    except (ValueError, RecursionError):
        return False
    return answer.status == 400 and said.error == "invalid_grant"
