"""The ways into a Zendesk account: what is asked, and what is made of answers that are odd."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from providers.source import (
    AccessExpired,
    AccountUnfit,
    Grant,
    GrantRevoked,
    LeftToOwner,
    OAuthApp,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from providers.zendesk import Zendesk
from providers.zendesk_oauth import SCOPES, ApiToken

APP = OAuthApp(
    client_id="id",
    client_secret="secret",
    authorize_url="https://{subdomain}.zendesk.com/oauth/authorizations/new",
    api_url="https://{subdomain}.zendesk.com",
)
TOKENS = {
    "access_token": "a1",
    "refresh_token": "r1",
    "token_type": "bearer",
    "scope": " ".join(SCOPES),
    "expires_in": 86_400,
    "refresh_token_expires_in": 7_689_600,
}
ADMIN = {"user": {"id": 46406145565073, "role": "admin", "email": "admin@example.com"}}
ANYBODY = {"user": {"id": None, "role": "end-user", "name": "Anonymous user"}}
GIVEN = ApiToken(subdomain="Acme", email="admin@example.com", api_token="s3cret")


def app(script) -> OAuthApp:
    """Our registration, which a script stands behind."""
    return msgspec.structs.replace(APP, api_url=f"{script.url}{{subdomain}}")


def grant(script, **changes: object) -> Grant:
    held = Grant(
        access_token="old",
        refresh_token="r0",
        expires_at=None,
        scopes=("users:read",),
        account_id="acme",
        account_name="acme.zendesk.com",
        api_url=f"{script.url}acme",
    )
    return msgspec.structs.replace(held, **changes)


async def exchange(http, script) -> Grant:
    located = Zendesk().locate(app(script), {"subdomain": "acme"})
    return await Zendesk().exchange(http, located, code="c", redirect_uri="https://us/back", code_verifier="v")


def test_a_subdomain_leads_to_its_host():
    located = Zendesk().locate(APP, {"subdomain": "Acme-2"})

    assert located.account_id == "acme-2"
    assert located.api_url == "https://acme-2.zendesk.com"
    assert located.authorize_url == "https://acme-2.zendesk.com/oauth/authorizations/new"


@pytest.mark.parametrize(
    "subdomain",
    [
        *(
            "",
            "-acme",
            "acme-",
            "a.b",
            "evil.example/",
            "evil.example#",
            "evil.example?",
            "a@evil",
            "a:80",
            "a/b",
            "a b",
        ),
        *("acme\n", "acme\r\n", "\nacme", "acme\0", "ä", "\uff41cme", "%2e", "{subdomain}", "a" * 64, "a_b"),
    ],
)
def test_nothing_else_becomes_a_part_of_an_address(subdomain):
    with pytest.raises(msgspec.ValidationError):
        Zendesk().locate(APP, {"subdomain": subdomain})
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"subdomain": subdomain, "email": "a@b.example", "api_token": "t"}, ApiToken)


@pytest.mark.parametrize("asked", [{}, {"subdomain": "acme", "port": "80"}, {"host": "acme"}])
def test_the_subdomain_and_nothing_else_is_asked_for(asked):
    with pytest.raises(msgspec.ValidationError):
        Zendesk().locate(APP, asked)


def test_the_person_is_sent_to_the_accounts_own_consent():
    located = Zendesk().locate(APP, {"subdomain": "acme"})

    url = urlsplit(
        Zendesk().authorize_url(
            located, redirect_uri="https://us.example/back?x=1", state="s&t", code_challenge="c-h_a"
        )
    )

    assert f"{url.scheme}://{url.netloc}{url.path}" == located.authorize_url
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["id"],
        "redirect_uri": ["https://us.example/back?x=1"],
        "scope": [" ".join(SCOPES)],
        "state": ["s&t"],
        "code_challenge": ["c-h_a"],
        "code_challenge_method": ["S256"],
    }


async def test_a_code_becomes_a_grant_of_the_account_it_was_asked_for(http, script):
    script.answers = [TOKENS, ADMIN]
    before = datetime.now(UTC)

    granted = await exchange(http, script)

    assert (granted.access_token, granted.refresh_token, granted.token_type) == ("a1", "r1", "Bearer")
    assert (granted.account_id, granted.account_name) == ("acme", "acme.zendesk.com")
    assert (granted.api_url, granted.ends_at) == (f"{script.url}acme", None)
    assert granted.scopes == SCOPES
    assert granted.expires_at
    assert timedelta() <= granted.expires_at - before - timedelta(days=1) < timedelta(minutes=1)
    assert script.asked[0] == (
        "/acme/oauth/tokens",
        {},
        {
            "grant_type": "authorization_code",
            "code": "c",
            "redirect_uri": "https://us/back",
            "code_verifier": "v",
            "scope": " ".join(SCOPES),
            "client_id": "id",
            "client_secret": "secret",
            "expires_in": 86_400,
            "refresh_token_expires_in": 7_689_600,
        },
    )
    assert (script.asked[1][0], script.authorizations[1]) == ("/acme/api/v2/users/me.json", "Bearer a1")


async def test_a_token_without_an_end_has_none(http, script):
    script.answers = [{"access_token": "a1", "token_type": "bearer", "expires_in": None}, ADMIN]

    granted = await exchange(http, script)

    assert (granted.expires_at, granted.refresh_token) == (None, None)
    assert granted.scopes == SCOPES


@pytest.mark.parametrize(
    "tokens",
    [
        b"<html>",
        [],
        {},
        TOKENS | {"access_token": ""},
        TOKENS | {"access_token": "a\r\nX-Evil: 1"},
        TOKENS | {"access_token": "a" * 10_000},
        TOKENS | {"refresh_token": 5},
        TOKENS | {"expires_in": -1},
        TOKENS | {"expires_in": 10**18},
        TOKENS | {"scope": ["read"]},
    ],
)
async def test_odd_tokens_are_not_taken(http, script, tokens):
    script.answers = [tokens]

    with pytest.raises(ProviderUnavailable):
        await exchange(http, script)


@pytest.mark.parametrize("role", ["agent", "end-user", None])
async def test_who_is_no_administrator_is_told_so_at_once(http, script, role):
    script.answers = [TOKENS, {"user": {"id": 7, "role": role}}, b""]

    with pytest.raises(AccountUnfit, match="administrators"):
        await exchange(http, script)

    assert (script.asked[-1][0], script.authorizations[-1]) == ("/acme/api/v2/oauth/tokens/current.json", "Bearer a1")


async def test_an_api_token_is_tried_and_kept_as_what_it_is(http, script):
    script.answers = [ADMIN]

    granted = await Zendesk().sign_in(http, app(script), GIVEN)

    assert script.authorizations == ["Basic YWRtaW5AZXhhbXBsZS5jb20vdG9rZW46czNjcmV0"]
    assert script.authorizations == [f"{granted.token_type} {granted.access_token}"]
    assert (granted.account_id, granted.api_url) == ("acme", f"{script.url}acme")
    assert (granted.refresh_token, granted.expires_at) == (None, None)
    assert granted.ends_at == datetime(2027, 4, 30, tzinfo=UTC)


async def test_zendesk_lets_anybody_ask_who_they_are_and_nobody_is_not_let_in(http, script):
    script.answers = [ANYBODY]

    with pytest.raises(GrantRevoked):
        await Zendesk().sign_in(http, app(script), GIVEN)


@pytest.mark.parametrize(
    ("status", "content_type", "meaning"),
    [
        (401, "application/json", GrantRevoked),
        (404, "text/html", AccountUnfit),
        (500, "text/html", ProviderUnavailable),
    ],
)
async def test_an_api_token_that_opens_nothing_says_why(http, script, status, content_type, meaning):
    script.status, script.content_type, script.answers = status, content_type, [b"{}"]

    with pytest.raises(ProviderError) as raised:
        await Zendesk().sign_in(http, app(script), GIVEN)

    assert type(raised.value) is meaning
    assert "s3cret" not in str(raised.value)


def test_an_api_token_is_not_shown():
    assert "s3cret" not in repr(GIVEN)


@pytest.mark.parametrize(
    "odd",
    [{"email": "a:b@c.example"}, {"email": "nobody"}, {"email": "a@b\n"}, {"api_token": ""}, {"api_token": "a b"}],
)
def test_what_would_not_fit_the_header_is_refused(odd):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"subdomain": "acme", "email": "a@b.example", "api_token": "t"} | odd, ApiToken)


async def test_a_refresh_replaces_both_tokens(http, script):
    script.answers = [TOKENS]

    renewed = await Zendesk().refresh(http, APP, grant(script))

    assert (renewed.access_token, renewed.refresh_token) == ("a1", "r1")
    assert (renewed.account_id, renewed.scopes) == ("acme", ("users:read",))
    path, _, wish = script.asked[0]
    assert (path, wish["grant_type"], wish["refresh_token"]) == ("/acme/oauth/tokens", "refresh_token", "r0")
    assert wish["expires_in"] == 86_400


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (400, {"error": "invalid_grant", "error_description": "…"}, GrantRevoked),
        (401, {"error": "invalid_grant"}, GrantRevoked),
        (401, {"error": "invalid_client"}, ProviderRefused),
        (400, {"error": "invalid_client"}, ProviderRefused),
        (401, b"<html>", ProviderRefused),
        (400, {"error": {"title": "Forbidden"}}, ProviderRefused),
        (503, b"", ProviderUnavailable),
    ],
)
async def test_only_a_dead_grant_asks_the_person_to_connect_again(http, script, status, body, meaning):
    script.answers, script.status = [body], status

    with pytest.raises(ProviderError) as raised:
        await Zendesk().refresh(http, APP, grant(script))

    assert type(raised.value) is meaning


async def test_what_cannot_be_renewed_has_to_be_connected_again(http, script):
    with pytest.raises(GrantRevoked):
        await Zendesk().refresh(http, APP, grant(script, refresh_token=None))


async def test_a_grant_is_given_back_by_its_access_token(http, script):
    script.answers, script.status = [b""], 204

    await Zendesk().revoke(http, APP, grant(script))

    assert script.asked[0][0] == "/acme/api/v2/oauth/tokens/current.json"
    assert script.authorizations == ["Bearer old"]


async def test_a_grant_whose_access_token_is_over_is_not_renewed_behind_anyones_back(http, script):
    script.answers, script.status = [{"error": "invalid_token"}], 401

    with pytest.raises(AccessExpired):
        await Zendesk().revoke(http, APP, grant(script))

    assert [path for path, _, _ in script.asked] == ["/acme/api/v2/oauth/tokens/current.json"]


async def test_an_api_token_is_left_to_its_owner_who_is_told_where_it_ends(http, script):
    with pytest.raises(LeftToOwner, match="Admin Center"):
        await Zendesk().revoke(http, APP, grant(script, token_type="Basic"))

    assert script.asked == []
