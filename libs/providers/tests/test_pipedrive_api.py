import msgspec
import pytest
from providers.http import Answer
from providers.pipedrive_api import OAUTH_URL, api_url, refusal
from providers.source import (
    AccessExpired,
    NotThere,
    OAuthApp,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)

BUDGET = "x-daily-ratelimit-token-remaining"
BURST = "x-ratelimit-reset"


def answer(status: int, body: object = None, **headers: str) -> Answer:
    return Answer(
        provider="Pipedrive",
        status=status,
        headers={"Content-Type": "application/json"} | headers,
        body=body if isinstance(body, bytes) else msgspec.json.encode(body),
    )


def app(url: str) -> OAuthApp:
    return OAuthApp(client_id="id", client_secret="secret", authorize_url="", api_url=url)


@pytest.mark.parametrize(
    ("refused", "meaning"),
    [
        (answer(401, {"error": "Invalid token: access_token is invalid"}), AccessExpired),
        (answer(401, b""), AccessExpired),
        (answer(402), ProviderRefused),
        (answer(403, {"error": "Scope and URL mismatch"}), ProviderRefused),
        (answer(403, b"<html>", **{"Content-Type": "text/html"}), ProviderUnavailable),
        (answer(404, {"error": "Person not found"}), NotThere),
        (answer(410), NotThere),
        (answer(429), RateLimited),
    ],
)
def test_every_refusal_has_a_meaning(refused, meaning):
    assert type(refusal(refused, scope="base")) is meaning


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (answer(429), 2),
        (answer(429, **{BURST: "1"}), 1),
        (answer(429, **{BURST: "0"}), 2),
        (answer(429, **{BURST: "soon"}), 2),
        (answer(429, **{BURST: "9" * 400}), 60),
        (answer(429, **{BURST: "1", "Retry-After": "30"}), 30),
        (answer(429, **{BURST: "1", BUDGET: "20"}), 1),
        (answer(429, **{BURST: "1", BUDGET: "0", "Retry-After": "1"}), 3600),
        (answer(429, **{BURST: "1", BUDGET: "5"}), 3600),
        (answer(429, **{BURST: "1", BUDGET: "19"}), 3600),
        (answer(429, **{BURST: "1", BUDGET: "some"}), 1),
        (answer(429, **{BURST: "1", BUDGET: "9" * 5000}), 1),
        (answer(403, b"<html>", **{"Content-Type": "text/html"}), 300),
    ],
)
def test_a_wait_is_as_long_as_the_limit_that_was_met(refused, seconds):
    assert refusal(refused, scope="base").after_seconds == seconds


def test_what_was_not_granted_is_named_as_pipedrive_does_not():
    mismatch = answer(403, {"error": "Scope and URL mismatch"})

    assert str(refusal(mismatch, scope="deals:read")) == "Pipedrive did not grant what this needs: deals:read."


@pytest.mark.parametrize(
    "domain",
    ["https://acme.pipedrive.com", "https://acme-12g53f.pipedrive.com/", "https://api.pipedrive.com"],
)
def test_an_account_answers_at_a_host_of_pipedrives(domain):
    assert api_url(app(OAUTH_URL), domain) == domain.rstrip("/")


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "http://acme.pipedrive.com",
        "https://acme.pipedrive.com.evil.example",
        "https://evil.example/.pipedrive.com",
        "https://evil.example#.pipedrive.com",
        "https://me@acme.pipedrive.com",
        "https://acme.pipedrive.com:8443",
        "https://acme.pipedrive.com/elsewhere",
        "https://acme.pipedrive.com\n",
        "https://a.b.pipedrive.com",
        "https://-acme.pipedrive.com",
        "https://ácme.pipedrive.com",
        "https://169.254.169.254",
        "http://127.0.0.1:4100/pipedrive/acme",
    ],
)
def test_no_token_goes_to_a_strangers_host(domain):
    with pytest.raises(ProviderUnavailable):
        api_url(app(OAUTH_URL), domain)


def test_a_stand_ins_accounts_answer_below_its_address():
    stand_in = app("http://127.0.0.1:4100/pipedrive/")

    assert api_url(stand_in, "http://127.0.0.1:4100/pipedrive/7") == "http://127.0.0.1:4100/pipedrive/7"
    for strange in (
        "http://127.0.0.1:4100/pipedrive",
        "http://127.0.0.1:4100/pipedrive/7/../x",
        "https://x.pipedrive.com",
    ):
        with pytest.raises(ProviderUnavailable):
            api_url(stand_in, strange)
    with pytest.raises(ProviderUnavailable):
        api_url(app("http://sandbox"), "http://sandbox.evil.example/7")
