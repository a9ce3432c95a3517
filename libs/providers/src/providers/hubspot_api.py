"""Calling HubSpot: its addresses, ids and cursors, and what its refusals mean."""

import re
from collections.abc import Mapping

import msgspec
from aiohttp import ClientSession

from providers import hubspot_limits
from providers.actions import RecordExists
from providers.http import Answer, ask, retry_after
from providers.records import Unreadable
from providers.source import (
    Access,
    AccessExpired,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)

PROVIDER = "HubSpot"

# Versions are dates and live for 18 months; bodies are the same in all of them.
OBJECTS = "/crm/objects/2026-03"
ASSOCIATIONS = "/crm/associations/2026-09"
OWNERS = "/crm/owners/2026-03"
PIPELINES = "/crm/pipelines/2026-03"
PROPERTIES = "/crm/properties/2026-03"
OAUTH = "/oauth/2026-03"

_LOCK_SECONDS = 2.0
_PLAIN = re.compile(r"[A-Za-z0-9_.\-]{1,100}")
_OBJECT_ID = re.compile(r"[0-9]{1,19}")
_EXISTING = re.compile(r"Existing ID: ([0-9]{1,19})")


class _Next(msgspec.Struct):
    after: str


class Paging(msgspec.Struct):
    """Where a list goes on; absent at its end."""

    next: _Next | None = None

    @property
    def after(self) -> str | None:
        """What to ask for next, None at the end."""
        return self.next.after if self.next else None


class _Context(msgspec.Struct, rename="camel"):
    required_granular_scopes: list[str] = []
    required_scopes: list[str] = []


class _Error(msgspec.Struct):
    context: _Context | None = None


class _Refusal(msgspec.Struct, rename="camel"):
    """An error body; any key may be missing."""

    category: str | None = None
    message: str | None = None
    policy_name: str | None = None
    context: _Context | None = None
    errors: list[_Error] = []


async def call(
    http: ClientSession,
    access: Access,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    json: object = None,
) -> Answer:
    """Call HubSpot on behalf of a connection, when it is its turn.

    Raises `ProviderError` unless the answer is a success.
    """
    price = hubspot_limits.price(path)
    await access.meter.spend(price)
    answer = await ask(
        http,
        method,
        access.api_url.rstrip("/") + path,
        provider=PROVIDER,
        headers={"Authorization": f"Bearer {access.access_token}"},
        params=params,
        json=json,
    )
    policy = None if answer.ok else _read_refusal(answer).policy_name
    await access.meter.learn(hubspot_limits.told(answer, price, policy))
    if not answer.ok:
        raise refusal(answer)
    return answer


def is_object_id(value: str) -> bool:
    """Whether this is how HubSpot's ids look."""
    return _OBJECT_ID.fullmatch(value) is not None


def object_id(value: str) -> str:
    """Take an id of HubSpot's. Raises `Unreadable` when it is none: such a record cannot be told from others."""
    if _OBJECT_ID.fullmatch(value) is None:
        raise Unreadable("The id is not one of HubSpot's")
    return value


def merged_ids(own_id: str, *properties: str | None) -> tuple[str, ...]:
    """Find the ids merged into a record: one property says `201;202`, another `201:1705422467780;…`."""
    if not any(properties):
        return ()
    entries = (entry for value in properties for entry in (value or "").split(";"))
    ids = (entry.partition(":")[0].strip() for entry in entries)
    return tuple(dict.fromkeys(each for each in ids if _OBJECT_ID.fullmatch(each) and each != own_id))


def refusal(answer: Answer) -> ProviderError:
    """Say what an unsuccessful answer means to us, in words that quote nothing but plain identifiers."""
    said = _read_refusal(answer)
    match answer.status:
        case 401:
            return AccessExpired("HubSpot no longer takes the access token.")
        case 408 | 423 | 425 | 477:
            wait = retry_after(answer.headers) or _LOCK_SECONDS
            return ProviderUnavailable(f"HubSpot is busy ({answer.status}).", after_seconds=wait)
        case 429:
            return _limited(answer, said)
        case 403 if not answer.is_json:
            return ProviderUnavailable("HubSpot's edge turned us away for a while (403).")
        case 403 if scopes := _missing_scopes(said):
            return ProviderRefused(f"HubSpot did not grant what this needs: {', '.join(scopes)}.")
        case _:
            return _refused(answer, said)


def _refused(answer: Answer, said: _Refusal) -> ProviderRefused:
    existing = _EXISTING.search(said.message or "")
    if answer.status == 409 and existing:
        return RecordExists("HubSpot has a contact with this address already.", provider_id=existing[1])
    category = f" {said.category}" if _PLAIN.fullmatch(said.category or "") else ""
    return ProviderRefused(f"HubSpot refused the request ({answer.status}{category}).")


def _missing_scopes(said: _Refusal) -> list[str]:
    contexts = [said.context, *(error.context for error in said.errors)]
    named = [
        scope
        for context in contexts
        if context
        for scope in (*context.required_granular_scopes, *context.required_scopes)
    ]
    return [scope for scope in dict.fromkeys(named) if _PLAIN.fullmatch(scope)][:10]


def _limited(answer: Answer, said: _Refusal) -> RateLimited:
    wait = hubspot_limits.wait_seconds(answer, said.policy_name)
    if said.policy_name == "DAILY":
        return RateLimited("HubSpot's daily limit is used up.", after_seconds=wait)
    return RateLimited("HubSpot asks us to slow down.", after_seconds=wait)


def _read_refusal(answer: Answer) -> _Refusal:
    try:
        return msgspec.json.decode(answer.body, type=_Refusal)
    except (ValueError, RecursionError):
        return _Refusal()
