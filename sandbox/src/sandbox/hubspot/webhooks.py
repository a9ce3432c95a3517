"""HubSpot's webhooks: one address for the whole app, batches of events, signature version 3."""

import hmac
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from random import Random

import msgspec

from sandbox import changes
from sandbox.accounts import Account
from sandbox.deliveries import Manner, Teller
from sandbox.hubspot.portal import Portal
from sandbox.records import Record
from sandbox.store import Sandbox
from sandbox.targets import Target
from sandbox.wire import JSON

APP_ID = 2_633_736
AT_ONCE = 100
NAMES = {"contacts": "contact", "deals": "deal", "tickets": "ticket", "companies": "company"}
_draw = Random()  # noqa: S311 - numbers events, which HubSpot itself does not do so that they are unique


def targets(sandbox: Sandbox, _: Account) -> Sequence[Target]:
    """The address that the app was set up with."""
    url = sandbox.hubspot_target
    return [Target(id="app", url=url, secret=sandbox.settings.hubspot_client_secret)] if url else []


def events(
    account: Account, _: Target, change: changes.AnyRecordChange, row: int, before: Record | None
) -> Sequence[JSON]:
    """What HubSpot tells of a change."""
    assert isinstance(account, Portal)
    name = NAMES.get(change.kind)
    return [_event(account, change, said) for said in _said(account, change, name, row)] if name else []


def _event(portal: Portal, change: changes.AnyRecordChange, said: JSON) -> JSON:
    return {
        "eventId": _draw.randrange(1, 2**31),
        "subscriptionId": 2_426_754,
        "portalId": portal.portal_id,
        "appId": APP_ID,
        "occurredAt": change.at,
        "attemptNumber": 0,
        "changeSource": "CRM_UI",
        "sourceId": "userId:51430432",
        **said,
    }


def _said(portal: Portal, change: changes.AnyRecordChange, name: str, row: int) -> Iterator[JSON]:
    def number(at: int) -> int:
        return int(portal.tables[change.kind].id_of(at))

    this: JSON = {"objectId": number(row)}
    match change:
        case changes.Created():
            # The changes of its properties stand before the creation.
            yield from _written(name, this, change.properties)
            yield {"subscriptionType": f"{name}.creation", "changeFlag": "CREATED", **this}
            for kind, other in change.links:
                yield from _linked(portal, (change.kind, row), (kind, other), removed=False)
        case changes.Edited():
            yield from _written(name, this, change.properties)
        case changes.Archived():
            yield {"subscriptionType": f"{name}.deletion", "changeFlag": "DELETED", **this}
        case changes.Restored():
            yield {"subscriptionType": f"{name}.restore", "changeFlag": "RESTORED", **this}
        case changes.Erased():
            yield {"subscriptionType": f"{name}.privacyDeletion", "changeFlag": "PRIVACY_DELETED", **this}
            yield {"subscriptionType": f"{name}.deletion", "changeFlag": "DELETED", **this}
        case changes.Merged():
            both = [number(change.primary), number(change.other)]
            yield {
                "subscriptionType": f"{name}.merge",
                "objectId": both[0],
                "primaryObjectId": both[0],
                "mergedObjectIds": both,
                "newObjectId": number(row),
                "numberOfPropertiesMoved": 12,
            }
        case changes.Linked() | changes.Unlinked():
            removed = isinstance(change, changes.Unlinked)
            yield from _linked(portal, (change.kind, change.row), (change.to_kind, change.to_row), removed=removed)


def _written(name: str, this: JSON, properties: Mapping[str, object]) -> Iterator[JSON]:
    for written, value in properties.items():
        yield {
            "subscriptionType": f"{name}.propertyChange",
            "propertyName": written,
            "propertyValue": value or "",
            **this,
        }


def _linked(portal: Portal, one: tuple[str, int], other: tuple[str, int], *, removed: bool) -> Iterator[JSON]:
    for (kind, row), (to_kind, to_row) in ((one, other), (other, one)):
        if kind in NAMES and to_kind in NAMES:
            yield {
                "subscriptionType": f"{NAMES[kind]}.associationChange",
                "associationType": f"{NAMES[kind]}_TO_{NAMES[to_kind]}".upper(),
                "fromObjectId": int(portal.tables[kind].id_of(row)),
                "toObjectId": int(portal.tables[to_kind].id_of(to_row)),
                "associationRemoved": removed,
                "isPrimaryAssociation": False,
            }


def write(said: Sequence[JSON], attempt: int) -> bytes:
    """A batch."""
    return msgspec.json.encode([{**each, "attemptNumber": attempt} for each in said])


def sign(target: Target, body: bytes) -> Mapping[str, str]:
    """Sign method, address, body and time."""
    stamp = str(time.time_ns() // 1_000_000)
    signed = b"POST" + target.url.encode() + body + stamp.encode()
    signature = b64encode(hmac.digest(target.secret.encode(), signed, sha256)).decode()
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}


MANNER = Manner(
    at_once=AT_ONCE,
    write=write,
    sign=sign,
    waits=(1, 5, 30, 60, 300, 900, 3600, 3600, 7200, 14_400),
    tries_again=lambda _: True,
    answer_seconds=5,
)
TELLER = Teller(manner=MANNER, targets=targets, events=events)
