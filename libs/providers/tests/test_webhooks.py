"""Deliveries: who sent them, and what they hint at."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import encode_basic_auth
from contracts.connections import RecordHint
from providers import hubspot_webhooks
from providers.hubspot import HubSpot
from providers.pipedrive import Pipedrive
from providers.source import SourceProvider
from providers.webhooks import Delivery, Forged, hmac_sha256

URL = "https://lead.example/webhooks/somebody"
SECRET = "a secret of some length"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

Send = Callable[..., Delivery]


def hubspot(body: bytes, *, secret: str = SECRET, at: datetime = NOW, url: str = URL) -> Delivery:
    stamp = str(int(at.timestamp() * 1000))
    signature = hmac_sha256(secret, b"POST", url.encode(), body, stamp.encode())
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}
    return Delivery(method="POST", url=url, headers=headers, body=body)


def pipedrive(body: bytes, *, secret: str = SECRET) -> Delivery:
    headers = {"authorization": encode_basic_auth("lead-manager", secret)}
    return Delivery(method="POST", url=URL, headers=headers, body=body)


def zendesk(body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> Delivery:
    stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    headers = {
        "x-zendesk-webhook-signature": hmac_sha256(secret, stamp.encode(), body),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }
    return Delivery(method="POST", url=URL, headers=headers, body=body)


def hubspot_event(**said: object) -> dict[str, object]:
    usual = {"eventId": 1, "portalId": 33, "occurredAt": 1, "subscriptionType": "contact.creation", "attemptNumber": 0}
    return usual | {"objectId": 501} | said


def pipedrive_event(**said: object) -> bytes:
    meta = {
        "action": "change",
        "entity": "person",
        "entity_id": "8",
        "id": "one",
        "timestamp": "2026",
        "version": "2.0",
    }
    return msgspec.json.encode({"meta": meta | said, "data": None, "previous": {}})


def zendesk_event(**said: object) -> bytes:
    usual = {
        "account_id": 7,
        "id": "one",
        "subject": "zen:user:90",
        "time": "2026",
        "type": "zen:event-type:user.created",
    }
    return msgspec.json.format(msgspec.json.encode(usual | said), indent=3) + b"\n"


KINDS: dict[str, tuple[Send, bytes]] = {
    "hubspot": (hubspot, msgspec.json.encode([hubspot_event()])),
    "pipedrive": (pipedrive, pipedrive_event()),
    "zendesk": (zendesk, zendesk_event()),
}


@pytest.fixture(params=sorted(KINDS))
def sent(request: pytest.FixtureRequest, providers: Mapping[str, SourceProvider]) -> tuple[SourceProvider, Send, bytes]:
    return (providers[request.param], *KINDS[request.param])


@pytest.fixture
def providers() -> Mapping[str, SourceProvider]:
    from providers.registry import PROVIDERS

    return PROVIDERS


def test_a_delivery_with_its_proof_is_read(sent: tuple[SourceProvider, Send, bytes]) -> None:
    provider, send, body = sent

    (hint,) = provider.read_delivery(send(body), SECRET, NOW)

    assert hint.record.kind is None
    assert hint.record.provider_id in {"501", "8", "90"}


def test_what_another_secret_proves_is_forged(sent: tuple[SourceProvider, Send, bytes]) -> None:
    provider, send, body = sent

    with pytest.raises(Forged):
        provider.read_delivery(send(body, secret="another"), SECRET, NOW)


def test_what_bears_no_proof_is_forged(sent: tuple[SourceProvider, Send, bytes]) -> None:
    provider, send, body = sent

    with pytest.raises(Forged):
        provider.read_delivery(msgspec.structs.replace(send(body), headers={}), SECRET, NOW)


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[" * 100_000, b"\xff", b"7", b'"x"'])
def test_what_is_proved_and_no_event_at_all_is_refused(sent: tuple[SourceProvider, Send, bytes], body: bytes) -> None:
    provider, send, _ = sent

    with pytest.raises(Forged):
        provider.read_delivery(send(body), SECRET, NOW)


@pytest.mark.parametrize("kind", ["hubspot", "zendesk"])
@pytest.mark.parametrize("away", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_what_was_signed_at_another_time_is_forged(
    providers: Mapping[str, SourceProvider], kind: str, away: timedelta
) -> None:
    send, body = KINDS[kind]

    with pytest.raises(Forged):
        providers[kind].read_delivery(send(body, at=NOW + away), SECRET, NOW)
    assert providers[kind].read_delivery(send(body, at=NOW + away / 2), SECRET, NOW)


@pytest.mark.parametrize("kind", ["hubspot", "zendesk"])
def test_a_changed_body_is_forged(providers: Mapping[str, SourceProvider], kind: str) -> None:
    send, body = KINDS[kind]
    delivery = send(body)

    with pytest.raises(Forged):
        providers[kind].read_delivery(msgspec.structs.replace(delivery, body=body + b" "), SECRET, NOW)


def test_the_vendor_s_own_vector_fits() -> None:
    delivery = Delivery(
        method="POST",
        url="https://www.example.com/webhook_uri",
        headers={
            "x-hubspot-signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
            "x-hubspot-request-timestamp": "1693657560000",
        },
        body=b"{'example_field':'example_value'}",
    )
    then = datetime.fromtimestamp(1693657560, UTC)

    hubspot_webhooks.verify(delivery, "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", then)

    for changed in ({"method": "PUT"}, {"url": "https://www.example.com/webhook_uri/"}, {"body": b"{}"}):
        with pytest.raises(Forged):
            hubspot_webhooks.verify(
                msgspec.structs.replace(delivery, **changed),
                "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
                then,
            )


def test_hubspot_signs_some_escapes_of_an_address_decoded() -> None:
    asked = "https://lead.example/webhooks/hubspot?a=%3A%2F&b=%20"
    signed_for = hubspot(b"[]", url="https://lead.example/webhooks/hubspot?a=:/&b=%20")

    assert HubSpot().read_delivery(msgspec.structs.replace(signed_for, url=asked), SECRET, NOW) == ()


def read_hubspot(*events: dict[str, object]) -> list[RecordHint]:
    hints = HubSpot().read_delivery(hubspot(msgspec.json.encode(events)), SECRET, NOW)
    assert {hint.account_id for hint in hints} <= {"33"}
    return [hint.record for hint in hints]


@pytest.mark.parametrize(
    ("said", "hinted"),
    [
        ({"subscriptionType": "contact.deletion"}, [("501", None)]),
        ({"subscriptionType": "contact.privacyDeletion"}, [("501", None)]),
        ({"subscriptionType": None, "eventType": "contact.propertyChange"}, [("501", None)]),
        ({"subscriptionType": "deal.restore"}, [("501", "deal")]),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-3"}, [("501", "deal")]),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-1"}, [("501", None)]),
        ({"subscriptionType": "company.creation"}, []),
        ({"subscriptionType": "spaceship.launch"}, []),
        ({"objectId": None}, []),
        ({"objectId": "x"}, []),
        ({"portalId": None}, []),
        (
            {
                "subscriptionType": "deal.associationChange",
                "associationType": "DEAL_TO_CONTACT",
                "fromObjectId": 7,
                "toObjectId": 8,
            },
            [("7", "deal")],
        ),
        (
            {
                "subscriptionType": "contact.associationChange",
                "associationType": "CONTACT_TO_DEAL",
                "fromObjectId": 8,
                "toObjectId": 7,
            },
            [("7", "deal")],
        ),
    ],
)
def test_hubspot_s_events_hint_at_records(said: dict[str, object], hinted: list[tuple[str, str | None]]) -> None:
    assert [(each.provider_id, each.kind) for each in read_hubspot(hubspot_event(**said))] == hinted


def test_a_merge_at_hubspot_hints_at_the_new_record_and_those_that_went_into_it() -> None:
    event = hubspot_event(
        subscriptionType="contact.merge", primaryObjectId=1, mergedObjectIds=[1, 2], newObjectId=3, objectId=1
    )

    assert read_hubspot(event) == [
        RecordHint(provider_id="3"),
        RecordHint(provider_id="1", merged_into="3"),
        RecordHint(provider_id="2", merged_into="3"),
    ]


def test_one_event_that_is_not_understood_leaves_its_neighbours() -> None:
    assert [each.provider_id for each in read_hubspot({"x": 1}, hubspot_event(objectId=5), {"portalId": 1})] == ["5"]


def test_another_attempt_has_the_same_key_and_another_event_has_not() -> None:
    first, again, other = (
        HubSpot().read_delivery(hubspot(msgspec.json.encode([hubspot_event(**said)])), SECRET, NOW)[0].key
        for said in ({}, {"attemptNumber": 3}, {"occurredAt": 2})
    )

    assert first == again != other


def test_pipedrive_tells_both_ends_of_a_merge_in_either_event() -> None:
    went = pipedrive_event(action="delete", entity_id="8", merged_to_id="9")
    stayed = pipedrive_event(action="change", entity_id="9", merged_from_id="8")

    for body in (went, stayed):
        records = [hint.record for hint in Pipedrive().read_delivery(pipedrive(body), SECRET, NOW)]
        assert sorted(records, key=lambda each: each.provider_id) == [
            RecordHint(provider_id="8", merged_into="9"),
            RecordHint(provider_id="9"),
        ]


@pytest.mark.parametrize(
    "said", [{"entity": "organization"}, {"entity_id": "../9"}, {"entity_id": "0"}, {"action": None}]
)
def test_pipedrive_s_other_events_hint_at_nothing(said: dict[str, object]) -> None:
    assert Pipedrive().read_delivery(pipedrive(pipedrive_event(**said)), SECRET, NOW) == ()


@pytest.mark.parametrize("said", [{"subject": "zen:organization:9"}, {"subject": "zen:user:0"}, {"subject": None}])
def test_zendesk_s_other_events_hint_at_nothing(
    providers: Mapping[str, SourceProvider], said: dict[str, object]
) -> None:
    assert providers["zendesk"].read_delivery(zendesk(zendesk_event(**said)), SECRET, NOW) == ()
