"""Calling Pipedrive: where its accounts answer, and what its refusals mean."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from aiohttp import ClientSession
from msgspec import Meta

from providers import pipedrive_limits
from providers.http import Answer, ask
from providers.source import (
    Access,
    AccessExpired,
    NotThere,
    OAuthApp,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from providers.values import web_address

PROVIDER = "Pipedrive"
OAUTH_URL = "https://oauth.pipedrive.com"

# Persons and deals are at home in v2; what has not moved there yet is left in v1.
V1 = "/api/v1"
V2 = "/api/v2"

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]

_OWN_HOST = re.compile(r"https://[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.pipedrive\.com")
_ACCOUNT = re.compile(r"/[A-Za-z0-9-]{1,63}")
_EDGE_SECONDS = 300.0


async def call(
    http: ClientSession,
    access: Access,
    path: str,
    *,
    scope: str,
    method: str = "GET",
    params: Mapping[str, str] | None = None,
    json: object = None,
) -> Answer:
    """Call Pipedrive on behalf of a connection, when it is its turn; `scope` is what it must have granted for that.

    Raises `ProviderError` unless the answer is a success.
    """
    price = pipedrive_limits.price(method, path)
    await access.meter.spend(price)
    answer = await ask(
        http,
        method,
        access.api_url.rstrip("/") + path,
        provider=PROVIDER,
        headers={"Authorization": access.authorization},
        params=params,
        json=json,
    )
    await access.meter.learn(pipedrive_limits.told(answer, price))
    if not answer.ok:
        raise refusal(answer, scope=scope)
    return answer


def api_url(app: OAuthApp, api_domain: str) -> str:
    """Where an account's calls go, as the token answer says. Raises `ProviderUnavailable` for a stranger's address.

    Our tokens travel there, so it is one of Pipedrive's own hosts, or below the address that stands in for it.
    """
    address = api_domain.rstrip("/")
    stand_in = app.api_url.rstrip("/")
    own = (
        _OWN_HOST.fullmatch(address)
        if stand_in == OAUTH_URL
        else address.startswith(stand_in) and _ACCOUNT.fullmatch(address.removeprefix(stand_in))
    )
    if not own:
        raise ProviderUnavailable("Pipedrive names an address for this account that is none of Pipedrive's.")
    return address


def page_address(access: Access, what: str, number: int) -> str | None:
    """Tell where people see a record: its account answers calls and shows its pages at one address."""
    return web_address(f"{access.api_url.rstrip('/')}/{what}/{number}")


def refusal(answer: Answer, *, scope: str) -> ProviderError:
    """Say what an unsuccessful answer means to us."""
    match answer.status:
        case 401:
            return AccessExpired("Pipedrive no longer takes the access token.")
        case 403 if not answer.is_json:
            # So it answers who went on calling past a limit.
            return ProviderUnavailable("Pipedrive's edge turned us away (403).", after_seconds=_EDGE_SECONDS)
        case 403:
            return ProviderRefused(f"Pipedrive did not grant what this needs: {scope}.")
        case 429:
            return _limited(answer)
        case status:
            reason = ": the account is not paid for" if status == 402 else ""
            refused = NotThere if status in {404, 410} else ProviderRefused
            return refused(f"Pipedrive refused the request ({status}){reason}.")


def instant_text(moment: datetime) -> str:
    """A time as v2 takes it, in whole seconds, as its own stamps are."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _limited(answer: Answer) -> RateLimited:
    wait = pipedrive_limits.wait_seconds(answer)
    if pipedrive_limits.is_day_spent(answer):
        return RateLimited("Pipedrive's daily budget of this account is used up.", after_seconds=wait)
    return RateLimited("Pipedrive asks us to slow down.", after_seconds=wait)
