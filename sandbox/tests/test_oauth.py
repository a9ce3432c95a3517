"""Letting an app in, and the life of its tokens."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

REDIRECT = "http://localhost:4000/connections/hubspot/callback"
WISH = {"client_id": "sandbox-hubspot", "redirect_uri": REDIRECT, "scope": "oauth", "state": "a b&c"}
CLIENT = {"client_id": "sandbox-hubspot", "client_secret": "sandbox-hubspot-secret"}


async def test_the_screen_shows_the_accounts_to_choose_from(sandbox):
    answer = await sandbox.call("GET", "/oauth/authorize", params=WISH)

    assert answer.status == 200
    assert "Acme Sales" in answer.body
    assert 'value="222222"' in answer.body


async def test_allowing_leads_back_with_a_code_and_the_state(sandbox):
    form = {"account": "111111", "decision": "allow"}
    answer = await sandbox.call("POST", "/oauth/authorize", params=WISH, data=form)

    assert answer.status == 302
    assert answer.headers["location"].startswith(f"{REDIRECT}?code=")
    assert answer.headers["location"].endswith("&state=a+b%26c")


async def test_denying_leads_back_with_an_error(sandbox):
    answer = await sandbox.call("POST", "/oauth/authorize", params=WISH, data={"decision": "deny"})

    assert "error=access_denied" in answer.headers["location"]
    assert "code=" not in answer.headers["location"]


@pytest.mark.parametrize("wrong", [{"client_id": "someone"}, {"redirect_uri": "javascript:alert(1)"}])
async def test_a_wrong_wish_leads_nowhere(sandbox, wrong):
    answer = await sandbox.call("GET", "/oauth/authorize", params=WISH | wrong)

    assert answer.status == 400


async def test_the_older_token_endpoint_tells_less(sandbox):
    code = await sandbox.code("111111")
    answer = await sandbox.token("v1", grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    assert set(answer.body) == {"token_type", "access_token", "refresh_token", "expires_in"}
    assert answer["expires_in"] == 1800
    assert len(answer["access_token"]) > 300


async def test_the_newer_token_endpoint_names_the_account(sandbox):
    answer = await sandbox.grant("222222")

    assert answer["hub_id"] == 222222
    assert "crm.objects.contacts.read" in answer["scopes"]


async def test_a_code_is_good_once(sandbox):
    form = {"grant_type": "authorization_code", "code": await sandbox.code("111111"), "redirect_uri": REDIRECT}

    statuses = [(await sandbox.token("2026-03", **form)).status for _ in range(2)]

    assert statuses == [200, 400]


@pytest.mark.parametrize(("verifier", "status"), [("v" * 50, 200), ("w" * 50, 400), ("", 400)])
async def test_a_code_with_a_challenge_needs_its_verifier(sandbox, verifier, status):
    challenge = urlsafe_b64encode(sha256(b"v" * 50).digest()).decode().rstrip("=")
    code = await sandbox.code("111111", code_challenge=challenge, code_challenge_method="S256")

    answer = await sandbox.token(
        grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier=verifier
    )

    assert answer.status == status


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET"),
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"refresh_token": "x"}, "BAD_REFRESH_TOKEN"),
        ({"refresh_token": "é"}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "x"}, "BAD_GRANT_TYPE"),
        ({"grant_type": "authorization_code", "code": "x"}, "BAD_AUTH_CODE"),
    ],
)
async def test_a_wrong_token_request_is_refused_with_its_reason(sandbox, wrong, reason):
    granted = await sandbox.grant("111111")
    form = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]} | wrong

    answer = await sandbox.token(**form)

    assert (answer.status, answer["status"]) == (400, reason)
    assert answer["correlationId"]


async def test_refreshing_keeps_the_refresh_token(sandbox):
    granted = await sandbox.grant("111111")

    fresh = await sandbox.token(grant_type="refresh_token", refresh_token=granted["refresh_token"])

    assert fresh["refresh_token"] == granted["refresh_token"]
    assert fresh["hub_id"] == 111111


async def test_tokens_outlive_a_restart(serve):
    granted = await serve().grant("111111")

    again = serve()
    fresh = await again.token(grant_type="refresh_token", refresh_token=granted["refresh_token"])

    assert fresh.status == 200


@pytest.mark.parametrize("version", ["v1", "v3"])
async def test_a_revoked_grant_is_dead(sandbox, account, version):
    granted = await sandbox.grant("111111")
    refresh_token = granted["refresh_token"]

    if version == "v1":
        await sandbox.call("DELETE", f"/oauth/v1/refresh-tokens/{refresh_token}")
    else:
        await sandbox.call("POST", "/oauth/v3/token/revoke", data=CLIENT | {"token": refresh_token})

    refreshed = await sandbox.token(grant_type="refresh_token", refresh_token=refresh_token)
    headers = {"authorization": f"Bearer {granted['access_token']}"}
    called = await sandbox.call("GET", "/crm/v3/objects/contacts", headers=headers)
    assert refreshed["status"] == "BAD_REFRESH_TOKEN"
    assert (called.status, called["category"]) == (401, "INVALID_AUTHENTICATION")
    assert (await account.get("/crm/v3/objects/contacts")).status == 200


async def test_a_token_tells_what_it_stands_for(sandbox, account):
    old = await sandbox.call("GET", f"/oauth/v1/access-tokens/{account.token}")
    new = await sandbox.call("POST", "/oauth/v3/token/introspect", data=CLIENT | {"token": account.token})
    dead = await sandbox.call("POST", "/oauth/v3/token/introspect", data=CLIENT | {"token": "x"})

    assert (old["hub_id"], old["token_type"]) == (111111, "access")
    assert (new["active"], new["hub_id"]) == (True, 111111)
    assert dead.body == {"active": False}


async def test_expired_tokens_are_told_from_wrong_ones(sandbox, account):
    await sandbox.order("expire-tokens")

    expired = await account.get("/crm/v3/objects/contacts")
    account.token = "forged"
    forged = await account.get("/crm/v3/objects/contacts")

    assert (expired.status, expired["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert (forged.status, forged["category"]) == (401, "INVALID_AUTHENTICATION")


async def test_tokens_live_as_long_as_the_settings_say(serve):
    sandbox = serve(token_seconds=0)
    account = await sandbox.account()

    answer = await account.get("/crm/v3/objects/contacts")

    assert answer["category"] == "EXPIRED_AUTHENTICATION"


async def test_a_call_without_a_token_is_refused(sandbox):
    answer = await sandbox.call("GET", "/crm/v3/objects/contacts")

    assert (answer.status, answer["category"]) == (401, "INVALID_AUTHENTICATION")


async def test_uninstalling_takes_the_app_out(account):
    gone = await account.call("DELETE", "/appinstalls/v3/external-install")

    assert gone.status == 204
    assert (await account.get("/crm/v3/objects/contacts")).status == 401
