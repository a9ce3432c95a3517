"""Zendesk's webhooks: one for each connection, signed with a secret that Zendesk makes."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import ClientSession
from contracts.connections import RecordHint
from contracts.interactions import InteractionKind

from providers.source import Access, NotThere, ProviderUnavailable
from providers.webhooks import Delivery, Forged, Hint, Subscription, check, check_time, event_key, hmac_sha256
from providers.zendesk_api import call

OBJECTS: dict[str, InteractionKind | None] = {
    "user": None,
    "ticket": "ticket",
}
"""What events are about; None is a contact. What is not in here is none of our business."""

EVENTS = tuple(
    f"zen:event-type:{name}"
    for name in (
        *("user.created", "user.deleted", "user.active_changed", "user.merged", "user.name_changed"),
        *("user.identity_created", "user.identity_changed", "user.identity_deleted", "user.role_changed"),
        *("user.details_changed", "user.notes_changed", "user.external_id_changed", "user.custom_field_changed"),
        *("ticket.created", "ticket.status_changed", "ticket.comment_added", "ticket.priority_changed"),
        *("ticket.subject_changed", "ticket.agent_assignment_changed", "ticket.tags_changed"),
        *("ticket.soft_deleted", "ticket.undeleted", "ticket.permanently_deleted", "ticket.merged"),
    )
)
"""What we subscribe to: there is no event for any change of a user."""

_SIGNATURE = "x-zendesk-webhook-signature"
_TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
_SUBJECT = re.compile(r"zen:([a-z_]{1,40}):([1-9][0-9]{0,18})")
_PATH = "/webhooks"
_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_PAGE = {"page[size]": "100"}
_MAX_ROUNDS = 20


class _Webhook(msgspec.Struct):
    id: str
    endpoint: str | None = None
    status: str | None = None


class _One(msgspec.Struct):
    webhook: _Webhook


class _Meta(msgspec.Struct):
    has_more: bool = False
    after_cursor: str | None = None


class _Page(msgspec.Struct):
    webhooks: list[_Webhook]
    meta: _Meta | None = None


class _Secret(msgspec.Struct):
    secret: str


class _SecretAnswer(msgspec.Struct):
    signing_secret: _Secret


def read(delivery: Delivery, secret: str, now: datetime) -> tuple[Hint, ...]:
    """Check a delivery and read which record it names. Raises `Forged`."""
    stamp = delivery.headers.get(_TIMESTAMP, "")
    check(delivery.headers.get(_SIGNATURE), hmac_sha256(secret, stamp.encode(), delivery.body))
    check_time(_moment(stamp), now)
    try:
        event = msgspec.json.decode(delivery.body, type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        raise Forged("it is no event") from error
    named = _SUBJECT.fullmatch(str(event.get("subject", "")))
    if not named or named[1] not in OBJECTS:
        return ()
    record = RecordHint(kind=OBJECTS[named[1]], provider_id=named[2])
    told = [str(event.get(name, "")) for name in ("account_id", "id", "type", "time")]
    return (Hint(record=record, key=event_key(told, record)),)


def _moment(stamp: str) -> datetime:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError as error:
        raise Forged("it does not say when it was signed") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def subscribe(http: ClientSession, access: Access, *, url: str) -> Subscription:
    """Make a webhook, and ask for the secret that Zendesk made for it."""
    for left_behind in await _list(http, access):
        if left_behind.endpoint == url:
            await unsubscribe(http, access, left_behind.id)
    wish = {
        "name": "Lead Manager",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": EVENTS,
    }
    made = (await call(http, access, _PATH, method="POST", json={"webhook": wish})).read(_One).webhook
    secret = (await call(http, access, f"{_PATH}/{_known(made.id)}/signing_secret")).read(_SecretAnswer)
    return Subscription(id=made.id, secret=secret.signing_secret.secret)


async def unsubscribe(http: ClientSession, access: Access, subscription_id: str) -> None:
    """End it."""
    try:
        await call(http, access, f"{_PATH}/{_known(subscription_id)}", method="DELETE")
    except NotThere:
        return


async def is_subscribed(http: ClientSession, access: Access, subscription_id: str) -> bool:
    """Ask for it: Zendesk stops sending to one that failed too often."""
    try:
        webhook = (await call(http, access, f"{_PATH}/{_known(subscription_id)}")).read(_One).webhook
    except NotThere:
        return False
    return webhook.status in {None, "active"}


async def _list(http: ClientSession, access: Access) -> list[_Webhook]:
    found: list[_Webhook] = []
    params = _PAGE
    for _ in range(_MAX_ROUNDS):
        page = (await call(http, access, _PATH, params)).read(_Page)
        found += page.webhooks
        if not page.meta or not page.meta.has_more or not page.meta.after_cursor:
            break
        params = {**_PAGE, "page[after]": page.meta.after_cursor}
    return found


def _known(webhook_id: str) -> str:
    """Take an id that becomes part of an address. Raises `ProviderUnavailable` when it is none of Zendesk's."""
    if not _ID.fullmatch(webhook_id):
        raise ProviderUnavailable("Zendesk names a webhook in a way that is none of Zendesk's.")
    return webhook_id
