"""Letting an app into a company, and what it may do there."""

from itertools import pairwise

import pytest
from aiohttp import encode_basic_auth

WRONG = (("sandbox-pipedrive", "wrong"), ("someone", "sandbox-pipedrive-secret"))


async def test_the_screen_shows_the_companies_to_choose_from(sandbox, pipedrive):
    query = {"client_id": "sandbox-pipedrive", "redirect_uri": "http://localhost/back"}
    answer = await sandbox.call("GET", "/pipedrive/oauth/authorize", params=query)

    assert answer.status == 200
    assert "Acme Partners" in answer.body
    assert 'value="7"' in answer.body
    assert "contacts:full" in answer.body


async def test_the_decision_leads_back_with_the_state(pipedrive):
    allowed = await pipedrive.decide(account="7", decision="allow")
    denied = await pipedrive.decide(decision="deny")

    assert allowed.headers["location"].endswith("&state=a+b%26c")
    assert "error=user_denied" in denied.headers["location"]
    assert "code=" not in denied.headers["location"]


async def test_a_token_says_where_its_company_answers(sandbox, pipedrive):
    granted = await pipedrive.grant()

    assert granted["api_domain"] == f"{sandbox.url}/pipedrive/7"
    assert granted["scope"] == "base,contacts:full,deals:full,activities:full,users:read,recents:read,admin"
    assert granted["token_type"] == "Bearer"


async def test_the_refresh_token_stays(pipedrive):
    granted = await pipedrive.grant()

    renewed = await pipedrive.token(grant_type="refresh_token", refresh_token=granted["refresh_token"])

    assert renewed["refresh_token"] == granted["refresh_token"]
    assert renewed["api_domain"] == granted["api_domain"]


async def test_a_code_is_good_once_and_for_its_own_address(pipedrive):
    code = await pipedrive.code()
    astray = await pipedrive.token(grant_type="authorization_code", code=code, redirect_uri="http://elsewhere")
    form = {"grant_type": "authorization_code", "code": code}
    form["redirect_uri"] = "http://localhost:4000/connections/pipedrive/callback"

    first, second = await pipedrive.token(**form), await pipedrive.token(**form)

    assert (astray.status, first.status, second.status) == (400, 200, 400)
    assert second["error"] == "invalid_grant"


@pytest.mark.parametrize("wrong", ["", "Basic !", *(encode_basic_auth(*each) for each in WRONG)])
async def test_an_app_that_is_not_itself_gets_no_token(pipedrive, wrong):
    granted, pipedrive.authorization = await pipedrive.grant(), wrong

    answer = await pipedrive.token(grant_type="refresh_token", refresh_token=granted["refresh_token"])

    assert (answer.status, answer["error"]) == (401, "invalid_client")


async def test_a_revoked_grant_is_dead(pipedrive, company):
    form = {"token": company.granted["refresh_token"], "token_type_hint": "refresh_token"}
    for _ in range(2):
        assert (await pipedrive.post("revoke", **form)).status == 200

    read = await company.get("/api/v2/persons")
    renewed = await pipedrive.token(grant_type="refresh_token", refresh_token=company.granted["refresh_token"])

    assert (read.status, read["error"]) == (401, "Invalid token: access_token is invalid")
    assert (renewed.status, renewed["message"]) == (400, "Invalid grant: refresh_token is invalid")


async def test_expiring_and_withdrawing_reach_pipedrive_too(sandbox, pipedrive, company):
    await sandbox.order("expire-tokens")
    expired = await company.get("/api/v2/persons")
    renewed = await pipedrive.token(grant_type="refresh_token", refresh_token=company.granted["refresh_token"])
    await sandbox.order("accounts/pipedrive/7/withdraw")
    dead = await pipedrive.token(grant_type="refresh_token", refresh_token=company.granted["refresh_token"])

    assert (expired.status, renewed.status, dead.status) == (401, 200, 400)


async def test_a_token_opens_its_own_company_alone(sandbox, pipedrive, company):
    await sandbox.order("accounts", provider="pipedrive", account_id="8", name="Others", contacts=10)
    hubspot = await sandbox.account()
    company.base = "/pipedrive/8"

    strange = await company.get("/api/v2/persons")
    headers = {"authorization": f"Bearer {hubspot.token}"}
    astray = await sandbox.call("GET", "/pipedrive/7/api/v2/persons", headers=headers)
    nobody = await sandbox.call("GET", "/pipedrive/7/api/v2/persons")

    assert (strange.status, astray.status, nobody.status) == (401, 401, 401)


@pytest.mark.parametrize("path", ["/api/v2/deals", "/api/v2/dragons", "/api/v3/persons", "/api/v1/persons/1/merge"])
async def test_what_was_not_granted_and_what_is_not_there_look_alike(pipedrive, company, path):
    company.granted = await pipedrive.grant(scope="base,contacts:read")

    answer = await company.get(path)

    assert (answer.status, answer["error"]) == (403, "Scope and URL mismatch")


async def test_a_scope_to_read_does_not_let_write(pipedrive, company):
    company.granted = await pipedrive.grant(scope="base,contacts:read")

    read = await company.get("/api/v2/persons/1")
    written = await company.call("POST", "/api/v2/persons", json={"name": "Ada"})

    assert (read.status, written.status) == (200, 403)


async def test_who_am_i_names_the_company(company):
    me = (await company.get("/api/v1/users/me"))["data"]

    assert (me["company_id"], me["company_name"], me["company_domain"]) == (7, "Acme Partners", "acme-partners")


async def test_the_81st_call_in_two_seconds_is_refused(sandbox, company):
    await sandbox.order("rate-limits", on=True)

    answers = [await company.get("/api/v2/stages") for _ in range(81)]

    assert [each.status for each in answers][:80] == [200] * 80
    assert (answers[0].headers["x-ratelimit-limit"], answers[0].headers["x-ratelimit-remaining"]) == ("80", "79")
    assert answers[0].headers["x-daily-ratelimit-token-limit"] == "150000"
    assert answers[80].status == 429
    assert answers[80]["error"] == "request over limit"


async def test_every_call_costs_the_day_its_tokens(sandbox, company):
    await sandbox.order("rate-limits", on=True)

    left = [
        int((await company.get(path)).headers["x-daily-ratelimit-token-remaining"])
        for path in ("/api/v2/persons/1", "/api/v2/persons", "/api/v2/stages", "/api/v2/deals/archived")
    ]

    assert [earlier - later for earlier, later in pairwise(left)] == [10, 5, 20]


async def test_what_is_too_little_for_a_call_is_shown_and_still_pays_for_a_cheaper_one(frugal_company):
    paths = ("/api/v2/stages", "/api/v2/persons", "/api/v2/deals/archived", "/api/v2/persons", "/api/v2/stages")

    answers = [await frugal_company.get(path) for path in paths]

    left = [(each.status, each.headers["x-daily-ratelimit-token-remaining"]) for each in answers]
    assert left == [(200, "20"), (200, "10"), (429, "10"), (200, "0"), (429, "0")]


@pytest.mark.parametrize(
    ("kind", "status", "budget"), [("rate_limit", 429, "150000"), ("daily_limit", 429, "0"), ("blocked", 403, None)]
)
async def test_limits_are_told_in_pipedrives_words(sandbox, company, kind, status, budget):
    await sandbox.order("faults", kind=kind, path="/pipedrive/7", seconds=7)

    answer = await company.get("/api/v2/persons")

    assert answer.status == status
    assert answer.headers.get("x-daily-ratelimit-token-remaining") == budget
    assert answer.headers.get("x-ratelimit-reset") == ("7" if budget else None)
