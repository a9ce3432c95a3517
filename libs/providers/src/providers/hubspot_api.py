"""Calling HubSpot: its addresses, ids and cursors, and what its refusals mean."""

import re
from collections.abc import Mapping

import msgspec
from aiohttp import ClientSession

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

_INTERVAL_HEADER = "x-hubspot-ratelimit-interval-milliseconds"
_DAILY_RETRY_SECONDS = 3600.0
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
    """Call HubSpot on behalf of a connection. Raises `ProviderError` unless the answer is a success."""
    answer = await ask(
        http,
        method,
        access.api_url.rstrip("/") + path,
        provider=PROVIDER,
        headers={"Authorization": f"Bearer {access.access_token}"},
        params=params,
        json=json,
    )
    if not answer.ok:
        raise refusal(answer)
    return answer


def is_object_id(value: str) -> bool:
    """Whether this is how HubSpot's ids look."""
    return _OBJECT_ID.fullmatch(value) is not None


def object_id(value: str) -> str:
    """Take an id of HubSpot's. Raises `Unreadable` when it is none: such a record cannot be told from others."""
    if not is_object_id(value):
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
    try:
        said = msgspec.json.decode(answer.body, type=_Refusal)
    except (ValueError, RecursionError):
        said = _Refusal()
    match answer.status:
        case 401:
            return AccessExpired("HubSpot no longer takes the access token.")
        case 408 | 423 | 425 | 477:
            wait = retry_after(answer.headers) or _LOCK_SECONDS
            return ProviderUnavailable(f"HubSpot is busy ({answer.status}).", after_seconds=wait)
        case 429:
            return RateLimited("HubSpot asks us to slow down.", after_seconds=_wait_seconds(answer, said))
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


def _wait_seconds(answer: Answer, said: _Refusal) -> float:
    if said.policy_name == "DAILY":
        # It ends at midnight in a time zone we do not know; to ask once an hour costs nothing.
        return _DAILY_RETRY_SECONDS
    told = retry_after(answer.headers)
    if told is not None:
        # Some answers say it in milliseconds, and no other limit than the daily one lasts for a quarter of an hour.
        return told / 1000 if told >= 1000 else told
    if said.policy_name == "SECONDLY":
        return 1.0
    interval = answer.headers.get(_INTERVAL_HEADER, "")
    return min(int(interval) / 1000, 60.0) if interval.isascii() and interval.isdigit() else 10.0
