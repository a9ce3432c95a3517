"""HubSpot's webhooks: one address for all accounts of the app, batches of events, signed with the app's secret."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from contracts.connections import RecordHint
from contracts.interactions import InteractionKind
from msgspec import Meta

from providers.webhooks import Delivery, Forged, Hint, check, check_time, event_key, hmac_sha256

OBJECTS: dict[str, InteractionKind | None] = {
    "contact": None,
    "0-1": None,
    "deal": "deal",
    "0-3": "deal",
    "ticket": "ticket",
    "0-5": "ticket",
}
"""What events are about, by name or by type id; None is a contact. What is not in here is none of our business."""

_SIGNATURE = "x-hubspot-signature-v3"
_TIMESTAMP = "x-hubspot-request-timestamp"
_MILLISECONDS = re.compile(r"[0-9]{12,14}")
# Only these are decoded before the address is signed.
_DECODED = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class _Event(msgspec.Struct, rename="camel"):
    """An event of a batch; older ones call their type `eventType`."""

    portal_id: Id
    subscription_type: str | None = None
    event_type: str | None = None
    object_type_id: str | None = None
    object_id: Id | None = None
    from_object_id: Id | None = None
    to_object_id: Id | None = None
    association_type: str | None = None
    primary_object_id: Id | None = None
    merged_object_ids: list[Id] = []
    new_object_id: Id | None = None


_BATCH = msgspec.json.Decoder(list[dict[str, Any]])


def read(delivery: Delivery, secret: str, now: datetime) -> tuple[Hint, ...]:
    """Check a delivery and read which records it names. Raises `Forged`."""
    verify(delivery, secret, now)
    try:
        events = _BATCH.decode(delivery.body)
    except (ValueError, RecursionError) as error:
        raise Forged("it is no batch of events") from error
    return tuple(hint for event in events for hint in _hints(event))


def verify(delivery: Delivery, secret: str, now: datetime) -> None:
    """Check the signature, version 3. Raises `Forged`."""
    stamp = delivery.headers.get(_TIMESTAMP, "")
    known = _MILLISECONDS.fullmatch(stamp) is not None
    url = _DECODED.sub(lambda found: chr(int(found[0][1:], 16)), delivery.url)
    signed = hmac_sha256(secret, delivery.method.encode(), url.encode(), delivery.body, stamp.encode())
    check(delivery.headers.get(_SIGNATURE), signed)
    if not known:
        raise Forged("it does not say when it was signed")
    check_time(datetime.fromtimestamp(int(stamp) / 1000, UTC), now)


def _hints(raw: dict[str, Any]) -> Iterator[Hint]:
    """What an event hints at; one that we do not understand hints at nothing."""
    try:
        event = msgspec.convert(raw, _Event)
    except (msgspec.ValidationError, RecursionError):
        return
    # The id of an event is not unique, and the number of the attempt is all in which two tellings of it differ.
    said = sorted((name, value) for name, value in raw.items() if name != "attemptNumber")
    for record in _records(event):
        key = event_key(said, record)
        yield Hint(account_id=str(event.portal_id), record=record, key=key)


def _records(event: _Event) -> Iterator[RecordHint]:
    what, _, happened = (event.subscription_type or event.event_type or "").partition(".")
    match happened:
        case "associationChange":
            yield from _associated(event)
        case "merge":
            yield from _merged(event, event.object_type_id or what)
        case _:
            yield from _record(event.object_type_id or what, event.object_id)


def _record(name: str, object_id: int | None, merged_into: int | None = None) -> Iterator[RecordHint]:
    if name in OBJECTS and object_id:
        into = str(merged_into) if merged_into else None
        yield RecordHint(kind=OBJECTS[name], provider_id=str(object_id), merged_into=into)


def _merged(event: _Event, name: str) -> Iterator[RecordHint]:
    """A merge makes a new record: whoever fetches that learns who went into it."""
    survivor = event.new_object_id or event.primary_object_id or event.object_id
    yield from _record(name, survivor)
    for loser in dict.fromkeys([*event.merged_object_ids, *filter(None, [event.primary_object_id])]):
        if loser != survivor:
            yield from _record(name, loser, survivor)


def _associated(event: _Event) -> Iterator[RecordHint]:
    """An association is told of by the record that is not a contact: it is that which names its contacts."""
    one, _, other = (event.association_type or "").upper().partition("_TO_")
    ends: tuple[tuple[str, int | None], ...] = ((one, event.from_object_id), (other, event.to_object_id))
    for name, object_id in ends:
        if OBJECTS.get(name.lower()) is not None:
            yield from _record(name.lower(), object_id)
