"""Calling Zendesk: its addresses and ids, and what its refusals mean."""

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec
from aiohttp import ClientSession
from msgspec import Meta

from providers import zendesk_limits
from providers.actions import RecordExists
from providers.http import Answer, ask, retry_after
from providers.source import (
    Access,
    AccessExpired,
    AccountUnfit,
    NotThere,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from providers.values import web_address

PROVIDER = "Zendesk"
API = "/api/v2"

MAX_ID = 2**63 - 1
ObjectId = Annotated[int, Meta(gt=0, le=MAX_ID)]
"""Ids are numbers beyond what JavaScript counts exactly; we keep them as text."""

_BUSY_SECONDS = 2.0
_SCOPE = re.compile(r"\b(?:[a-z_]{1,40}:)?(?:read|write)\b")
_PLAIN = re.compile(r"[A-Za-z0-9_.\-]{1,100}")
_RESOURCE = re.compile(r"(.+)/api/v2/(users|tickets)/([0-9]+)\.json")


class NotAllowed(ProviderRefused):
    """Who connected the account may not read this, or did not grant it."""


class _Titled(msgspec.Struct):
    title: str | None = None


class _Detail(msgspec.Struct):
    error: str | None = None


class _Refusal(msgspec.Struct):
    """An error body: `error` is a word, a sentence, or an object; any key may be missing."""

    error: str | _Titled | None = None
    description: str | None = None
    details: dict[str, list[_Detail]] | None = None

    @property
    def is_taken(self) -> bool:
        """Whether a value was refused that somebody else has."""
        return any(each.error == "DuplicateValue" for found in (self.details or {}).values() for each in found)

    @property
    def code(self) -> str:
        """The word for what went wrong, where there is a plain one."""
        said = self.error.title if isinstance(self.error, _Titled) else self.error
        return said if said and _PLAIN.fullmatch(said) else ""


async def call(
    http: ClientSession,
    access: Access,
    path: str,
    params: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    json: object = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Call Zendesk on behalf of a connection, when it is its turn.

    Raises `ProviderError` unless the answer is a success.
    """
    price = zendesk_limits.price(method, path)
    await access.meter.spend(price)
    answer = await ask(
        http,
        method,
        access.api_url.rstrip("/") + API + path,
        provider=PROVIDER,
        headers={"Authorization": access.authorization, **(headers or {})},
        params=params,
        json=json,
    )
    await access.meter.learn(zendesk_limits.told(answer, price))
    if not answer.ok:
        raise refusal(answer)
    return answer


def page_address(resource: str | None) -> str | None:
    """Tell where people see a record whose address in the API this is."""
    found = _RESOURCE.fullmatch(resource or "")
    return web_address(f"{found[1]}/agent/{found[2]}/{found[3]}") if found else None


def refusal(answer: Answer) -> ProviderError:
    """Say what an unsuccessful answer means to us, in words that quote nothing but plain identifiers."""
    said = read_refusal(answer)
    match answer.status:
        case 401:
            return AccessExpired("Zendesk no longer takes the access token.")
        case 408 | 409 | 423 | 425:
            wait = retry_after(answer.headers) or _BUSY_SECONDS
            return ProviderUnavailable(f"Zendesk is busy ({answer.status}).", after_seconds=wait)
        case 429:
            return RateLimited("Zendesk asks us to slow down.", after_seconds=zendesk_limits.wait_seconds(answer))
        case 403:
            return _forbidden(answer, said)
        case 404 if not answer.is_json:
            return AccountUnfit("There is no Zendesk account at this address: was it renamed or closed?")
        case _:
            return _refused(answer, said)


def _refused(answer: Answer, said: _Refusal) -> ProviderRefused:
    if said.is_taken:
        return RecordExists("Zendesk has a user with this address already.")
    code = f" {said.code}" if said.code else ""
    refused = NotThere if answer.status == 404 else ProviderRefused
    return refused(f"Zendesk refused the request ({answer.status}{code}).")


def _forbidden(answer: Answer, said: _Refusal) -> ProviderError:
    if not answer.is_json:
        return ProviderUnavailable("Zendesk's edge turned us away for a while (403).")
    if scopes := _missing_scopes(said):
        return NotAllowed(f"Zendesk did not grant what this needs: {', '.join(scopes)}.")
    return NotAllowed("Zendesk lets only administrators read this: connect the account as one.")


def read_refusal(answer: Answer) -> _Refusal:
    """Read an error body; what cannot be read says nothing."""
    try:
        return msgspec.json.decode(answer.body, type=_Refusal)
    except (ValueError, RecursionError):
        return _Refusal()


def _missing_scopes(said: _Refusal) -> list[str]:
    """Find the scopes a refusal lists behind its colon; any one of them would do."""
    words, colon, listed = (said.description or "").partition(": ")
    return list(dict.fromkeys(_SCOPE.findall(listed)))[:10] if colon and "scope" in words else []
