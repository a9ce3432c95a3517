"""Pipedrive's tokens: what is asked, and what is made of answers that are odd."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from providers.pipedrive import Pipedrive
from providers.source import Grant, GrantRevoked, OAuthApp, ProviderError, ProviderRefused, ProviderUnavailable

TOKENS = {
    "token_type": "Bearer",
    "access_token": "a1",
    "refresh_token": "r1",
    "expires_in": 3599,
    "scope": "base,contacts:read deals:read",
}
ME = {"success": True, "data": {"id": 1, "company_id": 15043420, "company_name": "Acme", "company_domain": "acme"}}
GRANT = Grant(
    access_token="old",
    refresh_token="r0",
    expires_at=None,
    scopes=("base",),
    account_id="15043420",
    account_name="Acme",
    api_url="https://before.pipedrive.com",
)
BASIC = f"Basic {b64encode(b'id:secret').decode()}"


def app(script) -> OAuthApp:
    return OAuthApp(client_id="id", client_secret="secret", authorize_url="", api_url=script.url)


def tokens(script, **changes: object) -> dict[str, object]:
    return TOKENS | {"api_domain": f"{script.url}acme"} | changes


async def exchange(http, script) -> Grant:
    return await Pipedrive().exchange(http, app(script), code="c", redirect_uri="https://us/back", code_verifier="v")


async def test_a_code_becomes_a_grant_of_a_named_account_at_its_own_address(http, script):
    script.answers = [tokens(script), ME]
    before = datetime.now(UTC)

    grant = await exchange(http, script)

    assert (grant.access_token, grant.refresh_token) == ("a1", "r1")
    assert (grant.account_id, grant.account_name) == ("15043420", "Acme")
    assert grant.scopes == ("base", "contacts:read", "deals:read")
    assert grant.api_url == f"{script.url}acme"
    assert grant.expires_at is not None
    assert timedelta() <= grant.expires_at - before - timedelta(seconds=3599) < timedelta(minutes=1)
    code = {"grant_type": "authorization_code", "code": "c", "redirect_uri": "https://us/back"}
    assert script.asked == [("/oauth/token", {}, code), ("/acme/api/v1/users/me", {}, {})]
    assert script.authorizations == [BASIC, "Bearer a1"]


@pytest.mark.parametrize(
    ("me", "name"),
    [
        ({"company_id": 5, "company_name": None, "company_domain": "acme"}, "acme"),
        ({"company_id": 5}, "Pipedrive 5"),
    ],
)
async def test_a_nameless_account_goes_by_its_domain_or_number(http, script, me, name):
    script.answers = [tokens(script), {"data": me}]

    assert (await exchange(http, script)).account_name == name


async def test_no_token_leaves_for_a_strangers_address(http, script):
    script.answers = [tokens(script, api_domain="https://evil.example/acme")]

    with pytest.raises(ProviderUnavailable):
        await exchange(http, script)

    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"access_token": ""},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "a" * 10_000},
        {"refresh_token": 5},
        {"expires_in": -1},
        {"expires_in": 10**18},
        {"api_domain": None},
    ],
)
async def test_odd_tokens_are_not_taken(http, script, odd):
    script.answers = [tokens(script, **odd)]

    with pytest.raises(ProviderUnavailable):
        await exchange(http, script)


@pytest.mark.parametrize("me", [b"<html>", {}, {"data": None}, {"data": {"company_id": 0}}, {"data": {"id": 5}}])
async def test_an_account_that_is_not_told_is_not_connected(http, script, me):
    script.answers = [tokens(script), me]

    with pytest.raises(ProviderUnavailable):
        await exchange(http, script)


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_tokens_that_open_nothing_are_given_back(http, script, status):
    script.answers = [tokens(script), (status, {"error": "no"}), {"success": True}]

    with pytest.raises(ProviderError):
        await exchange(http, script)

    assert script.asked[2:] == [("/oauth/revoke", {}, {"token": "r1", "token_type_hint": "refresh_token"})]


async def test_tokens_that_are_not_taken_back_do_not_hide_why(http, script):
    script.answers = [tokens(script), (403, {"error": "no"}), (503, {})]

    with pytest.raises(ProviderRefused, match="base"):
        await exchange(http, script)


@pytest.mark.parametrize("status", [429, 500])
async def test_who_comes_again_in_a_moment_loses_nothing_they_connected_before(http, script, status):
    script.answers = [tokens(script), (status, {})]

    with pytest.raises(ProviderError):
        await exchange(http, script)

    assert [path for path, _, _ in script.asked] == ["/oauth/token", "/acme/api/v1/users/me"]


async def test_a_renewed_grant_keeps_what_the_answer_leaves_out(http, script):
    script.answers = [{"access_token": "a2", "api_domain": f"{script.url}acme"}]

    renewed = await Pipedrive().refresh(http, app(script), GRANT)

    assert (renewed.access_token, renewed.refresh_token, renewed.expires_at) == ("a2", "r0", None)
    assert (renewed.account_id, renewed.scopes) == (GRANT.account_id, GRANT.scopes)
    assert script.asked == [("/oauth/token", {}, {"grant_type": "refresh_token", "refresh_token": "r0"})]


async def test_what_changed_at_a_renewal_is_taken_over(http, script):
    script.answers = [tokens(script)]

    renewed = await Pipedrive().refresh(http, app(script), GRANT)

    assert (renewed.refresh_token, renewed.api_url) == ("r1", f"{script.url}acme")
    assert renewed.scopes == ("base", "contacts:read", "deals:read")


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (400, {"success": False, "error": "invalid_grant"}, GrantRevoked),
        (400, {"success": False, "error": "invalid_client"}, ProviderRefused),
        (401, {"error": "invalid_client"}, ProviderRefused),
        (401, {"error": "invalid_grant"}, ProviderRefused),
        (400, b"<html>", ProviderRefused),
        (503, b"", ProviderUnavailable),
    ],
)
async def test_only_a_dead_grant_asks_the_person_to_connect_again(http, script, status, body, meaning):
    script.answers, script.status = [body], status

    with pytest.raises(ProviderError) as raised:
        await Pipedrive().refresh(http, app(script), GRANT)

    assert type(raised.value) is meaning


async def test_a_grant_without_refresh_token_ends_with_its_access_token(http, script):
    with pytest.raises(GrantRevoked):
        await Pipedrive().refresh(http, app(script), msgspec.structs.replace(GRANT, refresh_token=None))


async def test_a_dead_grant_is_given_back_in_silence(http, script):
    script.answers, script.status = [{"error": "invalid_grant"}], 400

    await Pipedrive().revoke(http, app(script), GRANT)

    assert script.asked == [("/oauth/revoke", {}, {"token": "r0", "token_type_hint": "refresh_token"})]
    assert script.authorizations == [BASIC]
