import msgspec
import pytest
from providers.http import Answer
from providers.hubspot_api import refusal
from providers.source import AccessExpired, ProviderRefused, ProviderUnavailable, RateLimited


def answer(status: int, body: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        provider="HubSpot",
        status=status,
        headers={"Content-Type": "application/json;charset=utf-8"} | named,
        body=body if isinstance(body, bytes) else msgspec.json.encode(body),
    )


@pytest.mark.parametrize(
    ("refused", "meaning"),
    [
        (answer(401, {"category": "EXPIRED_AUTHENTICATION"}), AccessExpired),
        (answer(401, b""), AccessExpired),
        (answer(403, {"category": "MISSING_SCOPES"}), ProviderRefused),
        (answer(403, b"<html>", **{"Content-Type": "text/html"}), ProviderUnavailable),
        (answer(404, {"category": "OBJECT_NOT_FOUND"}), ProviderRefused),
        (answer(400, {"category": "VALIDATION_ERROR", "errors": None}), ProviderRefused),
        (answer(414, b"URI too long"), ProviderRefused),
        (answer(423), ProviderUnavailable),
        (answer(477, Retry_After="7200"), ProviderUnavailable),
        (answer(429), RateLimited),
    ],
)
def test_every_refusal_has_a_meaning(refused, meaning):
    assert type(refusal(refused)) is meaning


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (answer(429, {"policyName": "TEN_SECONDLY_ROLLING"}, Retry_After="3"), 3),
        (answer(429, {"policyName": "TEN_SECONDLY_ROLLING"}, Retry_After="8000"), 8),
        (answer(429, {"policyName": "TEN_SECONDLY_ROLLING"}), 10),
        (answer(429, b"<html>", **{"x-hubspot-ratelimit-interval-milliseconds": "5000"}), 5),
        (answer(429, b"", **{"x-hubspot-ratelimit-interval-milliseconds": "soon"}), 10),
        (answer(429, {"policyName": "SECONDLY"}), 1),
        (answer(429, {"policyName": "DAILY"}, Retry_After="1"), 3600),
        (
            answer(429, Retry_After="Wed, 18 Mar 2026 10:55:06 GMT", Date="Wed, 18 Mar 2026 10:54:06 GMT"),
            60,
        ),
        (answer(429, Retry_After="-5"), 10),
        (answer(429, Retry_After="9" * 400), 10),
        (answer(429, Retry_After="Wed, 99 Mar 2026 10:55:06 GMT"), 10),
        (answer(477, Retry_After="7200"), 7200),
        (answer(423), 2),
    ],
)
def test_a_wait_is_as_long_as_hubspot_says(refused, seconds):
    assert refusal(refused).after_seconds == seconds


@pytest.mark.parametrize(
    "body",
    [
        {"context": {"requiredGranularScopes": ["crm.objects.deals.read", "<b>", "crm.objects.deals.read"]}},
        {"errors": [{"message": "x"}, {"context": {"requiredScopes": ["crm.objects.deals.read"]}}]},
    ],
)
def test_a_missing_scope_is_named(body):
    assert str(refusal(answer(403, body))) == "HubSpot did not grant what this needs: crm.objects.deals.read."


def test_a_refusal_quotes_nothing_that_others_wrote():
    spoken = refusal(answer(400, {"category": "<script>", "message": "token abc of ada@example.com"}))

    assert str(spoken) == "HubSpot refused the request (400)."
