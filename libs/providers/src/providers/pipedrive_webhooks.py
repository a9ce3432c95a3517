"""Pipedrive's webhooks: one for each connection, proved by nothing but a name and a password that we chose."""

from collections.abc import Iterator
from typing import Any

import msgspec
from aiohttp import ClientSession, encode_basic_auth
from contracts.connections import RecordHint
from contracts.interactions import InteractionKind

from providers.pipedrive_api import V1, Id, call
from providers.source import Access, NotThere
from providers.webhooks import Delivery, Forged, Hint, Subscription, check, event_key

OBJECTS: dict[str, InteractionKind | None] = {
    "person": None,
    "deal": "deal",
    "activity": "activity",
    "note": "note",
}
"""What events are about; None is a contact. What is not in here is none of our business."""

USER = "lead-manager"
_SCOPE = "admin"
_PATH = f"{V1}/webhooks"
_DIGITS = 19


class _Meta(msgspec.Struct):
    """Who, what and when: ids are strings."""

    action: str
    entity: str
    entity_id: str | int
    id: str | None = None
    timestamp: str | int | None = None
    company_id: str | int | None = None
    correlation_id: str | None = None
    merged_to_id: str | int | None = None
    merged_from_id: str | int | None = None


class _Event(msgspec.Struct):
    meta: _Meta


class _Webhook(msgspec.Struct):
    id: Id
    subscription_url: str | None = None
    is_active: int | bool | None = None


class _One(msgspec.Struct):
    data: _Webhook


class _All(msgspec.Struct):
    data: list[_Webhook] | None = None


def read(delivery: Delivery, secret: str) -> tuple[Hint, ...]:
    """Check a delivery and read which records it names. Raises `Forged`."""
    check(delivery.headers.get("authorization"), encode_basic_auth(USER, secret))
    try:
        body = msgspec.json.decode(delivery.body, type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        raise Forged("it is no event") from error
    try:
        return tuple(_hints(msgspec.convert(body, _Event).meta))
    except msgspec.ValidationError:
        return ()  # of some kind that we do not know


def _hints(meta: _Meta) -> Iterator[Hint]:
    if meta.entity not in OBJECTS:
        return
    kind = OBJECTS[meta.entity]
    # In either of the two events of a merge both are named, and either may be lost.
    ends = ((meta.entity_id, meta.merged_to_id), (meta.merged_from_id, meta.entity_id), (meta.merged_to_id, None))
    for given, into in ends:
        if provider_id := _id(given):
            record = RecordHint(kind=kind, provider_id=provider_id, merged_into=_id(into))
            # Every attempt has the same `id`; what else is said tells events apart where there is none.
            told = (meta.id, meta.company_id, meta.correlation_id, meta.action, meta.entity, meta.timestamp)
            yield Hint(record=record, key=event_key(*told, record))


def _id(given: str | int | None) -> str | None:
    text = str(given or "")
    return text if text.isascii() and text.isdecimal() and len(text) <= _DIGITS and int(text) else None


async def subscribe(http: ClientSession, access: Access, *, url: str, secret: str) -> Subscription:
    """Subscribe to all events at once: each kind by itself would soon use up what a user may have."""
    for left_behind in await _list(http, access):
        if left_behind.subscription_url == url:
            await unsubscribe(http, access, str(left_behind.id))
    wish = {
        "subscription_url": url,
        "event_action": "*",
        "event_object": "*",
        "name": "Lead Manager",
        "http_auth_user": USER,
        "http_auth_password": secret,
        "version": "2.0",
    }
    made = (await call(http, access, _PATH, scope=_SCOPE, method="POST", json=wish)).read(_One)
    return Subscription(id=str(made.data.id), secret=secret)


async def unsubscribe(http: ClientSession, access: Access, subscription_id: str) -> None:
    """End it."""
    try:
        await call(http, access, f"{_PATH}/{subscription_id}", scope=_SCOPE, method="DELETE")
    except NotThere:
        return


async def is_subscribed(http: ClientSession, access: Access, subscription_id: str) -> bool:
    """Look for it among all: Pipedrive deletes one that did not get through for three days."""
    known = await _list(http, access)
    return any(str(each.id) == subscription_id and each.is_active != 0 for each in known)


async def _list(http: ClientSession, access: Access) -> list[_Webhook]:
    return (await call(http, access, _PATH, scope=_SCOPE)).read(_All).data or []
