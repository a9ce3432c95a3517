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
