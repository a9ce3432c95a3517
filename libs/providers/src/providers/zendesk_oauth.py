"""The ways into a Zendesk account: a person's consent, and for as long as Zendesk takes them, its API tokens."""

from base64 import b64encode
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientSession
from msgspec import Meta

from providers.http import Answer, ask
from providers.source import (
    Access,
    AccessExpired,
    AccountUnfit,
    Grant,
    GrantRevoked,
    LeftToOwner,
    OAuthApp,
    ProviderError,
    ProviderRefused,
)
from providers.zendesk_api import API, PROVIDER, ObjectId, call, read_refusal, refusal

NEEDS = {
    "users:read": "to read the people who write to you",
    "organizations:read": "to read what organizations are called",
    "tickets:read": "to read tickets and their comments",
}
SCOPES = (*NEEDS, "users:write", "tickets:write", "webhooks:read", "webhooks:write")

API_TOKENS_END = datetime(2027, 4, 30, tzinfo=UTC)
"""The day from which Zendesk takes API tokens no more."""

# A refresh spends both old tokens, and what comes in their place can be lost on its way: better once a day than often.
_ACCESS_SECONDS = 24 * 3600
_REFRESH_SECONDS = 89 * 24 * 3600

# What goes into a header later is held to what a header may carry.
_Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]+\Z", max_length=8192)]
_Lifetime = Annotated[int, Meta(gt=0, le=366 * 24 * 3600)]


def covers(granted: Collection[str], scope: str) -> bool:
    """Whether granted scopes allow what this one does: `read` alone is to read everything."""
    return scope in granted or scope.rpartition(":")[2] in granted


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which account to connect."""

    # It becomes a part of the host's name, so it must be one label of it and no more.
    subdomain: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?$(?!\n)",
            description="What stands before .zendesk.com in the address at which you reach your Zendesk.",
            examples=["acme"],
            extra={"suffix": ".zendesk.com", "is_account_id": True},
        ),
    ]


class ApiToken(Account, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API token of Zendesk's, which ends on 30 April 2027: from then on only a consent connects an account."""

    email: Annotated[
        str,
        Meta(
            pattern=r"^[^\s:@]+@[^\s:@]+$(?!\n)",
            max_length=254,
            description="The address of the administrator in whose name the token is used.",
            extra={"kind": "email"},
        ),
    ]
    api_token: Annotated[
        str,
        Meta(
            pattern=r"^[\x21-\x7e]+$(?!\n)",
            max_length=200,
            title="API token",
            description="The token, from Zendesk's Admin Center.",
            extra={"kind": "secret"},
        ),
    ]

    def __repr__(self) -> str:
        return "ApiToken()"


class _Tokens(msgspec.Struct):
    access_token: _Token
    refresh_token: _Token | None = None
    expires_in: _Lifetime | None = None
    scope: str | None = None


class _User(msgspec.Struct):
    id: ObjectId | None = None
    role: str | None = None


class _Me(msgspec.Struct):
    user: _User


def locate(app: OAuthApp, asked: Mapping[str, str]) -> OAuthApp:
    """Our registration at the account that a person named. Raises `msgspec.ValidationError`."""
    return _at(app, msgspec.convert(dict(asked), Account))


def authorize_url(app: OAuthApp, *, redirect_uri: str, state: str, code_challenge: str) -> str:
    """Where to send the person: the account's consent screen, with the scopes parted by spaces."""
    query = {
        "response_type": "code",
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
    tokens = await _tokens(
        http,
        app,
        app.api_url,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
            "scope": " ".join(SCOPES),
        },
    )
    grant = Grant(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=_expiry(tokens),
        scopes=tuple(tokens.scope.split()) if tokens.scope else SCOPES,
        account_id=app.account_id,
        account_name=f"{app.account_id}.zendesk.com",
        api_url=app.api_url,
    )
    try:
        await _expect_administrator(http, grant)
    except ProviderError:
        with suppress(
            ProviderError
        ):  # nobody will keep these tokens, so they should not live on; they end by themselves
            await _delete_current(http, grant)
        raise
    return grant


async def sign_in(http: ClientSession, app: OAuthApp, given: ApiToken) -> Grant:
    """Try an API token. Raises `ProviderError`."""
    app = _at(app, given)
    grant = Grant(
        access_token=b64encode(f"{given.email}/token:{given.api_token}".encode()).decode(),
        refresh_token=None,
        expires_at=None,
        scopes=(),
        account_id=app.account_id,
        account_name=f"{app.account_id}.zendesk.com",
        api_url=app.api_url,
        token_type="Basic",  # noqa: S106 - the scheme's name
        ends_at=API_TOKENS_END,
    )
    await _expect_administrator(http, grant)
    return grant


async def refresh(http: ClientSession, app: OAuthApp, grant: Grant) -> Grant:
    """Renew a grant, which ends the old tokens at once. Raises `GrantRevoked` when the person must connect again."""
    if grant.refresh_token is None:
        raise GrantRevoked("Zendesk no longer takes the token of this connection, and gave no way to renew it.")
    wish = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    tokens = await _tokens(http, app, _host(grant), wish)
    return msgspec.structs.replace(
        grant,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or grant.refresh_token,
        expires_at=_expiry(tokens),
    )


async def revoke(http: ClientSession, grant: Grant) -> None:
    """Give a grant back. Raises `AccessExpired` when the access token is over: the grant may live on in the other one.

    An API token only its owner can delete, so it raises `LeftToOwner`.
    """
    if grant.token_type != "Bearer":  # noqa: S105 - the scheme's name
        raise LeftToOwner("The API token stays good until somebody deletes it in Zendesk's Admin Center.")
    await _delete_current(http, grant)


async def _delete_current(http: ClientSession, grant: Grant) -> None:
    answer = await ask(
        http,
        "DELETE",
        f"{_host(grant)}{API}/oauth/tokens/current.json",
        provider=PROVIDER,
        headers={"Authorization": f"Bearer {grant.access_token}"},
    )
    if not answer.ok:
        raise refusal(answer)


async def _expect_administrator(http: ClientSession, grant: Grant) -> None:
    """Ask who we are: Zendesk answers everybody, and exports to administrators alone."""
    access = Access(
        access_token=grant.access_token,
        token_type=grant.token_type,
        api_url=_host(grant),
        account_id=grant.account_id,
    )
    try:
        me = (await call(http, access, "/users/me.json")).read(_Me).user
    except AccessExpired as error:
        raise GrantRevoked("Zendesk does not let anybody in with this.") from error
    if me.id is None:
        raise GrantRevoked("Zendesk does not let anybody in with this.")
    if me.role != "admin":
        raise AccountUnfit("Zendesk exports to administrators alone: connect the account as one.")


async def _tokens(http: ClientSession, app: OAuthApp, host: str, wish: Mapping[str, str]) -> _Tokens:
    answer = await ask(
        http,
        "POST",
        f"{host.rstrip('/')}/oauth/tokens",
        provider=PROVIDER,
        json={
            **wish,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "expires_in": _ACCESS_SECONDS,
            "refresh_token_expires_in": _REFRESH_SECONDS,
        },
    )
    if not answer.ok:
        raise _token_refusal(answer)
    return answer.read(_Tokens)


def _token_refusal(answer: Answer) -> ProviderError:
    code = read_refusal(answer).code
    if answer.status in {400, 401} and code == "invalid_grant":
        return GrantRevoked("Zendesk no longer honours this connection: it has to be connected again.")
    if answer.status == 401 or code in {"invalid_client", "unauthorized_client"}:
        return ProviderRefused("Zendesk refuses our client id or secret.")
    return refusal(answer)


def _at(app: OAuthApp, account: Account) -> OAuthApp:
    subdomain = account.subdomain.lower()
    return msgspec.structs.replace(
        app,
        account_id=subdomain,
        authorize_url=app.authorize_url.replace("{subdomain}", subdomain),
        api_url=app.api_url.replace("{subdomain}", subdomain),
    )


def _host(grant: Grant) -> str:
    assert grant.api_url, "every grant says where its account is"
    return grant.api_url.rstrip("/")


def _expiry(tokens: _Tokens) -> datetime | None:
    return datetime.now(UTC) + timedelta(seconds=tokens.expires_in) if tokens.expires_in else None
