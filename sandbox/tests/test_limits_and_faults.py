"""What goes wrong: too many calls, and answers spoilt on purpose."""

import json

import pytest
from aiohttp import ClientPayloadError

CONTACTS = "/crm/v3/objects/contacts"


async def test_the_111th_call_in_ten_seconds_is_refused(sandbox, account):
    await sandbox.order("rate-limits", on=True)
    other = await sandbox.account("222222")

    answers = [await account.get("/account-info/v3/details") for _ in range(111)]

    assert [each.status for each in answers] == [200] * 110 + [429]
    assert answers[0].headers["x-hubspot-ratelimit-remaining"] == "109"
    assert answers[-1].headers["x-hubspot-ratelimit-remaining"] == "0"
    assert answers[-1]["errorType"] == "RATE_LIMIT"
    assert answers[-1]["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answers[-1]["message"] == "You have reached your ten_secondly_rolling limit."
    assert (await other.get("/account-info/v3/details")).status == 200


async def test_the_sixth_search_in_a_second_is_refused(serve):
    account = await serve(rate_limits=True).account()

    answers = [await account.post(f"{CONTACTS}/search", {}) for _ in range(6)]

    assert [each.status for each in answers] == [200] * 5 + [429]
    assert answers[-1]["policyName"] == "SECONDLY"


async def test_limits_that_are_off_are_told_as_very_high_ones(sandbox, account, company):
    searched = await account.post(f"{CONTACTS}/search", {})
    listed = await account.get(CONTACTS)
    persons = await company.get("/api/v2/persons")

    assert listed.headers["x-hubspot-ratelimit-max"] == searched.headers["x-hubspot-ratelimit-max"] == "1000000"
    assert searched.headers["x-hubspot-ratelimit-interval-milliseconds"] == "1000"
    assert persons.headers["x-ratelimit-limit"] == "1000000"
    assert int(persons.headers["x-daily-ratelimit-token-remaining"]) > 900_000_000


async def test_the_control_tells_what_was_taken_and_what_was_refused(sandbox, account):
    await sandbox.order("rate-limits", on=True)
    await sandbox.call("DELETE", "/control/limits")

    for _ in range(7):
        await account.post(f"{CONTACTS}/search", {})
    counted = (await sandbox.call("GET", "/control/limits"))["items"]

    assert counted == [
        {"account": "hubspot:111111", "window": "search", "taken": 5, "refused": 2, "fullest": 5},
    ]


async def test_a_new_day_fills_the_budget(frugal_company):
    spent = [(await frugal_company.get("/api/v2/persons")).status for _ in range(3)]
    await frugal_company.served.order("new-day")

    assert (spent, (await frugal_company.get("/api/v2/persons")).status) == ([200, 200, 429], 200)


async def test_a_day_that_is_used_up_says_so(sandbox, account):
    await sandbox.order("faults", kind="daily_limit")

    answer = await account.get(CONTACTS)

    assert (answer.status, answer["policyName"]) == (429, "DAILY")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limit", 429), ("server_error", 500), ("unauthorized", 401), ("redirect", 302), ("empty", 200)],
)
async def test_a_planned_fault_strikes_so_often(sandbox, account, kind, status):
    await sandbox.order("faults", kind=kind, times=2, skip=1, seconds=7)

    answers = [await sandbox.call("GET", CONTACTS) for _ in range(4)]

    assert [each.status for each in answers] == [401, status, status, 401]
    assert answers[1].headers.get("retry-after") == ("7" if kind == "rate_limit" else None)


@pytest.mark.parametrize(("kind", "status"), [("bad_gateway", 502), ("html", 200)])
async def test_a_web_page_may_come_instead(sandbox, account, kind, status):
    await sandbox.order("faults", kind=kind)

    answer = await account.get(CONTACTS)

    assert answer.status == status
    assert answer.headers["content-type"] == "text/html"


async def test_a_body_may_be_cut_off(sandbox, account):
    await sandbox.order("faults", kind="cut")

    with pytest.raises(ClientPayloadError):
        await account.get(CONTACTS)


@pytest.mark.parametrize(
    ("kind", "error"), [("invalid_json", json.JSONDecodeError), ("invalid_utf8", UnicodeDecodeError)]
)
async def test_a_body_may_be_nonsense(sandbox, account, kind, error):
    await sandbox.order("faults", kind=kind)

    with pytest.raises(error):
        await account.get(CONTACTS)


async def test_a_fault_strikes_its_own_path_and_method_alone(sandbox, account):
    await sandbox.order("faults", kind="server_error", path="/crm/v3/objects/deals", method="GET")

    contacts = await account.get(CONTACTS)
    search = await account.post("/crm/v3/objects/deals/search", {})
    deals = await account.get("/crm/v3/objects/deals")

    assert [each.status for each in (contacts, search, deals)] == [200, 200, 500]


async def test_a_slow_answer_comes_all_the_same(sandbox, account):
    await sandbox.order("faults", kind="slow", seconds=0.01)

    assert (await account.get(CONTACTS)).status == 200


async def test_faults_to_come_are_listed_and_cleared(sandbox, account):
    await sandbox.order("faults", kind="cut", times=9)
    planned = await sandbox.call("GET", "/control/faults")

    await sandbox.call("DELETE", "/control/faults")

    assert planned["items"][0]["times"] == 9
    assert (await account.get(CONTACTS)).status == 200


async def test_the_control_side_is_never_struck(sandbox):
    await sandbox.order("faults", kind="server_error", path="/", times=1)

    assert (await sandbox.call("GET", "/control/usage")).status == 200
