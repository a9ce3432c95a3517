"""Letting an app into Zendesk's stand-in, and the life of its tokens."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

CHALLENGE = urlsafe_b64encode(sha256(b"v" * 50).digest()).decode().rstrip("=")


async def test_a_code_brings_two_tokens_for_as_long_as_was_asked(desk):
    granted = await desk.grant(expires_in=3600, refresh_token_expires_in=604_800)

    assert granted.status == 200
    assert (granted["token_type"], granted["scope"]) == (
        "bearer",
        "users:read users:write organizations:read tickets:read tickets:write",
    )
    assert (granted["expires_in"], granted["refresh_token_expires_in"]) == (3600, 604_800)
    me = await desk.call("GET", "/users/me.json", headers=desk.bearer(granted["access_token"]))
    assert (me["user"]["role"], me["user"]["email"]) == ("admin", "robin@acme-help.example")


async def test_a_token_whose_end_nobody_asked_for_has_none(desk):
    assert (await desk.grant())["expires_in"] is None


@pytest.mark.parametrize("wish", [{"expires_in": 299}, {"expires_in": 172_801}, {"refresh_token_expires_in": 604_799}])
async def test_there_are_no_other_lifetimes(desk, wish):
    answer = await desk.grant(**wish)

    assert (answer.status, answer["error"]) == (400, "invalid_request")


async def test_a_refresh_ends_both_old_tokens_at_once(desk):
    first = await desk.grant(expires_in=3600)

    second = await desk.token(grant_type="refresh_token", refresh_token=first["refresh_token"], expires_in=3600)
    again = await desk.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    third = await desk.token(grant_type="refresh_token", refresh_token=second["refresh_token"])

    assert (second.status, again.status, third.status) == (200, 400, 200)
    assert again.body["error"] == "invalid_grant"
    statuses = [
        (await desk.call("GET", "/users/me", headers=desk.bearer(granted["access_token"]))).status
        for granted in (first, second, third)
    ]
    assert statuses == [401, 401, 200]


@pytest.mark.parametrize(("verifier", "status"), [("v" * 50, 200), ("w" * 50, 400), ("", 400)])
async def test_a_code_with_a_challenge_needs_its_verifier(desk, verifier, status):
    code = await desk.code(code_challenge=CHALLENGE, code_challenge_method="S256")

    assert (await desk.redeem(code, code_verifier=verifier)).status == status


async def test_a_code_is_good_once_and_at_its_own_address(desk):
    code, other = await desk.code(), await desk.code()

    assert [(await desk.redeem(code)).status for _ in range(2)] == [200, 400]
    assert (await desk.redeem(other, redirect_uri="http://elsewhere")).status == 400


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_id": "x"}, "invalid_client"),
        ({"code": "x"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"expires_in": "soon"}, "invalid_request"),
    ],
)
async def test_a_wrong_wish_for_tokens_is_told_apart(desk, wrong, error):
    answer = await desk.redeem(await desk.code(), **wrong)

    assert answer["error"] == error
    assert answer.status == (401 if error == "invalid_client" else 400)


async def test_a_form_in_place_of_json_is_not_taken(desk):
    answer = await desk.served.call("POST", "/zendesk/acme/oauth/tokens", data={"grant_type": "refresh_token"})

    assert answer.status == 400


async def test_denying_leads_back_with_an_error(desk):
    wish = {"response_type": "code", "client_id": "sandbox-zendesk", "redirect_uri": "http://us/back", "state": "s"}
    path = "/zendesk/acme/oauth/authorizations/new"

    shown = await desk.served.call("GET", path, params=wish)
    answer = await desk.served.call("POST", path, params=wish, data={"decision": "deny"})

    assert "Acme Help" in shown.body
    assert answer.headers["location"].startswith("http://us/back?error=access_denied")


async def test_a_token_tells_of_itself_and_gives_itself_back(desk):
    token = desk.bearer((await desk.grant(expires_in=3600))["access_token"])

    shown = await desk.call("GET", "/oauth/tokens/current.json", headers=token)
    ended = await desk.call("DELETE", "/oauth/tokens/current.json", headers=token)
    after = await desk.call("GET", "/oauth/tokens/current.json", headers=token)

    assert shown["token"]["scopes"] == [
        "users:read",
        "users:write",
        "organizations:read",
        "tickets:read",
        "tickets:write",
    ]
    assert (ended.status, after.status) == (204, 401)


async def test_a_token_is_one_accounts_alone(desk):
    token = desk.bearer((await desk.grant())["access_token"])
    await desk.served.order("accounts", provider="zendesk", account_id="other", name="Other", contacts=5)

    answer = await desk.served.call("GET", "/zendesk/other/api/v2/users", headers=token)

    assert (answer.status, answer["error"]) == (401, "invalid_token")


@pytest.mark.parametrize("wrong", [{"token": "x"}, {"email": "nobody@acme-help.example"}, {"email": ""}])
async def test_a_wrong_api_token_opens_nothing(desk, wrong):
    answer = await desk.call("GET", "/users", headers=desk.basic(**wrong))

    assert (answer.status, answer.body) == (401, {"error": "Couldn't authenticate you"})


async def test_anybody_may_ask_who_they_are_and_nothing_else(desk):
    me, others = await desk.call("GET", "/users/me", headers={}), await desk.call("GET", "/users", headers={})

    assert (me.status, me["user"]["id"]) == (200, None)
    assert others.status == 401


async def test_exports_are_for_administrators(desk):
    answer = await desk.call(
        "GET", "/incremental/users/cursor", params={"start_time": 0}, headers=desk.basic("sam@acme-help.example")
    )

    assert answer.status == 403
    assert answer["error"]["title"] == "Forbidden"


async def test_a_right_that_was_not_granted_is_missed_by_name(desk):
    token = desk.bearer((await desk.grant(scopes="users:read"))["access_token"])

    users = await desk.call("GET", "/users", headers=token)
    tickets = await desk.call("GET", "/tickets", headers=token)

    assert (users.status, tickets.status) == (200, 403)
    assert tickets["description"].endswith(": tickets:read, read")


async def test_a_subdomain_that_is_nobodys_answers_a_web_page(desk):
    for path in ("/api/v2/users/me.json", "/oauth/tokens", "/oauth/authorizations/new", ""):
        answer = await desk.served.call("GET", f"/zendesk/nobody{path}")
        assert answer.status == 404
        assert answer.headers["content-type"].startswith("text/html")


async def test_the_headers_tell_what_is_left_until_nothing_is(desk):
    await desk.served.order("rate-limits", on=True)

    answers = [await desk.exported(per_page=1) for _ in range(45)]  # a minute may end in between

    first, last = answers[0], next(answer for answer in answers if answer.status == 429)
    assert first.headers["x-rate-limit"] == first.headers["ratelimit-limit"] == "200"
    assert first.headers["zendesk-ratelimit-incremental-exports-cursor"].startswith("total=20; remaining=")
    assert 0 < int(last.headers["retry-after"]) <= 60
    assert "remaining=0" in last.headers["zendesk-ratelimit-incremental-exports-cursor"]


async def test_changes_to_one_person_are_counted_apart(desk):
    user = (await desk.exported(per_page=1))["users"][0]["id"]
    await desk.served.order("rate-limits", on=True)

    answers = [await desk.call("PUT", f"/users/{user}.json", json={"user": {}}) for _ in range(11)]

    last = next(answer for answer in answers if answer.status == 429)  # a minute may end in between
    assert last.headers["zendesk-ratelimit-create-update-user"].startswith("total=5; remaining=0; resets=")
