"""HubSpot's tokens: what is asked, and what is made of answers that are odd."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from providers.hubspot import HubSpot
from providers.source import Grant, GrantRevoked, OAuthApp, ProviderError, ProviderRefused, ProviderUnavailable

TOKENS = {"token_type": "bearer", "access_token": "a1", "refresh_token": "r1", "expires_in": 1800}
INFO = {"hub_id": 147893286, "hub_domain": "acme.example", "scopes": ["oauth", "crm.objects.contacts.read"]}
GRANT = Grant(
    access_token="old",
    refresh_token="r0",
    expires_at=None,
    scopes=("oauth",),
    account_id="147893286",
    account_name="acme.example",
)


def app(script) -> OAuthApp:
    return OAuthApp(client_id="id", client_secret="secret", authorize_url="", api_url=script.url)


async def exchange(http, script) -> Grant:
    return await HubSpot().exchange(http, app(script), code="c", redirect_uri="https://us/back", code_verifier="v")


async def test_a_code_becomes_a_grant_of_a_named_account(http, script):
    script.answers = [TOKENS, INFO]
    before = datetime.now(UTC)

    grant = await exchange(http, script)

    assert (grant.access_token, grant.refresh_token) == ("a1", "r1")
    assert (grant.account_id, grant.account_name) == ("147893286", "acme.example")
    assert grant.scopes == ("oauth", "crm.objects.contacts.read")
    assert grant.expires_at is not None
    assert timedelta() <= grant.expires_at - before - timedelta(seconds=1800) < timedelta(minutes=1)
    ours = {"client_id": "id", "client_secret": "secret"}
    code = {"grant_type": "authorization_code", "code": "c", "redirect_uri": "https://us/back", "code_verifier": "v"}
    assert script.asked == [
        ("/oauth/2026-03/token", {}, code | ours),
        ("/oauth/2026-03/token/introspect", {}, {"token": "a1", "token_type_hint": "access_token"} | ours),
    ]


async def test_a_nameless_account_goes_by_its_number(http, script):
    script.answers = [TOKENS, {"hub_id": 5}]

    assert (await exchange(http, script)).account_name == "HubSpot 5"


@pytest.mark.parametrize(
    "tokens",
    [
        b"<html>",
        [],
        {},
        TOKENS | {"access_token": ""},
        TOKENS | {"access_token": "a\r\nX-Evil: 1"},
        TOKENS | {"access_token": "a\n"},
        TOKENS | {"access_token": "a" * 10_000},
        TOKENS | {"refresh_token": 5},
        TOKENS | {"expires_in": -1},
        TOKENS | {"expires_in": 10**18},
    ],
)
async def test_odd_tokens_are_not_taken(http, script, tokens):
    script.answers = [tokens]

    with pytest.raises(ProviderUnavailable):
        await exchange(http, script)


async def test_a_renewed_grant_keeps_what_the_answer_leaves_out(http, script):
    script.answers = [{"access_token": "a2"}]

    renewed = await HubSpot().refresh(http, app(script), GRANT)

    assert (renewed.access_token, renewed.refresh_token, renewed.expires_at) == ("a2", "r0", None)
    assert (renewed.account_id, renewed.scopes) == (GRANT.account_id, GRANT.scopes)


async def test_a_changed_refresh_token_is_taken_over(http, script):
    script.answers = [TOKENS]

    assert (await HubSpot().refresh(http, app(script), GRANT)).refresh_token == "r1"


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (400, {"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN"}, GrantRevoked),
        (400, {"status": "BAD_REFRESH_TOKEN"}, GrantRevoked),
        (400, {"status": "BAD_AUTH_CODE"}, GrantRevoked),
        (400, {"error": "invalid_client", "status": "BAD_CLIENT_ID"}, ProviderRefused),
        (401, {"error": "invalid_client", "status": "BAD_CLIENT_SECRET"}, ProviderRefused),
        (401, {"error": "invalid_grant"}, ProviderRefused),
        (400, b"<html>", ProviderRefused),
        (503, b"", ProviderUnavailable),
    ],
)
async def test_only_a_dead_grant_asks_the_person_to_connect_again(http, script, status, body, meaning):
    script.answers, script.status = [body], status

    with pytest.raises(ProviderError) as raised:
        await HubSpot().refresh(http, app(script), GRANT)

    assert type(raised.value) is meaning


async def test_a_grant_without_refresh_token_ends_with_its_access_token(http, script):
    with pytest.raises(GrantRevoked):
        await HubSpot().refresh(http, app(script), msgspec.structs.replace(GRANT, refresh_token=None))


async def test_a_dead_grant_is_given_back_in_silence(http, script):
    script.answers, script.status = [{"error": "invalid_grant"}], 400

    await HubSpot().revoke(http, app(script), GRANT)

    path, _, form = script.asked[0]
    assert path == "/oauth/2026-03/token/revoke"
    assert (form["token"], form["token_type_hint"]) == ("r0", "refresh_token")
