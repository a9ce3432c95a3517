"""Search, with its quirks: late, capped, and its own ideas of values."""

import pytest

SEARCH = "/crm/v3/objects/contacts/search"


def where(name: str, operator: str, **value: object) -> dict[str, object]:
    return {"filterGroups": [{"filters": [{"propertyName": name, "operator": operator, **value}]}]}


@pytest.fixture
async def four(sandbox):
    """An account of four contacts: Ada, Bob, Cy with no e-mail, and Dee."""
    await sandbox.order("accounts", provider="hubspot", account_id="4", name="Four", contacts=0)
    account = await sandbox.account("4")
    ids = [
        await account.create(firstname="Ada", lastname="King", email="ada@example.com", company="Analytical Engines"),
        await account.create(firstname="Bob", lastname="Dole", email="bob@example.org", company="Engine Works"),
        await account.create(firstname="Cy", lastname="Young"),
        await account.create(firstname="Dee", lastname="King", email="dee@example.com", company="Analytics"),
    ]
    return account, ids


async def names(account, body) -> list[str]:
    answer = await account.post(SEARCH, body)
    assert answer.status == 200, answer.body
    return [each["properties"]["firstname"] for each in answer["results"]]


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("lastname", "EQ", {"value": "king"}, ["Ada", "Dee"]),
        ("lastname", "NEQ", {"value": "King"}, ["Bob", "Cy"]),
        ("lastname", "IN", {"values": ["young", "dole"]}, ["Bob", "Cy"]),
        ("lastname", "NOT_IN", {"values": ["Young", "Dole"]}, ["Ada", "Dee"]),
        ("email", "HAS_PROPERTY", {}, ["Ada", "Bob", "Dee"]),
        ("email", "NOT_HAS_PROPERTY", {}, ["Cy"]),
        ("firstname", "LT", {"value": "bob"}, ["Ada"]),
        ("firstname", "LTE", {"value": "bob"}, ["Ada", "Bob"]),
        ("firstname", "GT", {"value": "cy"}, ["Dee"]),
        ("firstname", "GTE", {"value": "cy"}, ["Cy", "Dee"]),
        ("firstname", "BETWEEN", {"value": "b", "highValue": "d"}, ["Bob", "Cy"]),
        ("company", "CONTAINS_TOKEN", {"value": "engines"}, ["Ada"]),
        ("company", "CONTAINS_TOKEN", {"value": "engine*"}, ["Ada", "Bob"]),
        ("company", "NOT_CONTAINS_TOKEN", {"value": "analytic*"}, ["Bob", "Cy"]),
        ("lastmodifieddate", "GTE", {"value": "1700000000000"}, ["Ada", "Bob", "Cy", "Dee"]),
        ("lastmodifieddate", "LT", {"value": "2023-01-01T00:00:00Z"}, []),
        ("createdate", "GT", {"value": "2023-01-01"}, ["Ada", "Bob", "Cy", "Dee"]),
    ],
)
async def test_each_operator_finds_its_own(four, name, operator, value, found):
    account, _ = four

    assert await names(account, where(name, operator, **value)) == found


async def test_groups_are_ored_and_filters_in_them_anded(four):
    account, _ = four
    king = {"propertyName": "lastname", "operator": "EQ", "value": "king"}
    ada = {"propertyName": "firstname", "operator": "EQ", "value": "ada"}
    cy = {"propertyName": "firstname", "operator": "EQ", "value": "cy"}

    assert await names(account, {"filterGroups": [{"filters": [king, ada]}, {"filters": [cy]}]}) == ["Ada", "Cy"]


async def test_empty_filters_sorts_and_after_are_taken(four):
    account, _ = four
    body = {"filterGroups": [{"filters": []}], "sorts": [], "after": "", "limit": 10}

    assert await names(account, body) == ["Ada", "Bob", "Cy", "Dee"]


async def test_a_query_looks_for_beginnings_of_words(four):
    account, _ = four

    assert await names(account, {"query": "analyt"}) == ["Ada", "Dee"]
    assert await names(account, {"query": "king ada"}) == ["Ada"]


@pytest.mark.parametrize(
    ("name", "direction", "order"),
    [
        ("firstname", "DESCENDING", ["Dee", "Cy", "Bob", "Ada"]),
        ("email", "ASCENDING", ["Ada", "Bob", "Dee", "Cy"]),
        ("hs_object_id", "DESCENDING", ["Dee", "Cy", "Bob", "Ada"]),
        ("lastmodifieddate", "ASCENDING", ["Bob", "Cy", "Dee", "Ada"]),
        ("lastmodifieddate", "DESCENDING", ["Ada", "Dee", "Cy", "Bob"]),
    ],
)
async def test_one_sort_orders_the_results(four, name, direction, order):
    account, ids = four
    await account.call("PATCH", f"/crm/v3/objects/contacts/{ids[0]}", json={"properties": {"jobtitle": "Countess"}})

    assert await names(account, {"sorts": [{"propertyName": name, "direction": direction}]}) == order


async def test_pages_are_counted_by_offset(account):
    first = await account.post(SEARCH, {"limit": 100})
    second = await account.post(SEARCH, {"limit": 100, "after": first["paging"]["next"]["after"]})

    assert first["paging"]["next"]["after"] == "100"
    assert (first["total"], len(second["results"])) == (120, 20)
    assert "paging" not in second.body


async def test_all_that_changed_since_is_found_once_in_order(account):
    listed = sorted(each["updatedAt"] for each in await account.listed())
    since = listed[60]
    body = where("lastmodifieddate", "GTE", value=since) | {"limit": 200}
    body["sorts"] = [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]

    answer = await account.post(SEARCH, body)

    assert [each["updatedAt"] for each in answer["results"]] == listed[60:]


async def test_what_was_edited_moves_to_the_end(account):
    one = (await account.get("/crm/v3/objects/contacts", limit=1))["results"][0]
    await account.call("PATCH", f"/crm/v3/objects/contacts/{one['id']}", json={"properties": {"city": "Łódź"}})

    since = where("lastmodifieddate", "GT", value=one["updatedAt"])
    newest = await account.post(
        SEARCH, since | {"sorts": [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}]}
    )
    all_of_them = await account.post(SEARCH, {"limit": 1})

    assert newest["results"][0]["id"] == one["id"]
    assert all_of_them["total"] == 120


async def test_archived_and_merged_ones_are_not_found(four):
    account, ids = four
    await account.call("DELETE", f"/crm/v3/objects/contacts/{ids[1]}")
    pair = {"primaryObjectId": ids[0], "objectIdToMerge": ids[3]}
    merged = await account.post("/crm/v3/objects/contacts/merge", pair)

    answer = await account.post(SEARCH, {})

    assert [each["id"] for each in answer["results"]] == [ids[2], merged["id"]]
    assert answer["total"] == 2


async def test_new_ones_appear_some_moments_later(serve):
    account = await serve(search_lag_seconds=60.0).account()
    identity = await account.create(firstname="Late")

    found = await account.post(SEARCH, where("firstname", "EQ", value="Late"))
    listed = await account.get(f"/crm/v3/objects/contacts/{identity}")

    assert (found["total"], listed.status) == (0, 200)


async def test_nothing_is_served_past_the_ten_thousandth(serve):
    account = await serve(people=10_050).account()

    last = await account.post(SEARCH, {"limit": 200, "after": "9800"})
    past = await account.post(SEARCH, {"limit": 200, "after": last["paging"]["next"]["after"]})

    assert (last.status, last["total"], past.status) == (200, 10_050, 400)


async def test_an_import_gives_all_one_stamp_and_ids_still_part_them(sandbox):
    await sandbox.order("accounts", provider="hubspot", account_id="5", name="Import", contacts=50, imported=True)
    account = await sandbox.account("5")
    listed = await account.listed()
    stamp = {"propertyName": "lastmodifieddate", "operator": "EQ", "value": listed[0]["updatedAt"]}
    beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": listed[39]["id"]}

    answer = await account.post(SEARCH, {"filterGroups": [{"filters": [stamp, beyond]}], "limit": 100})

    assert [each["id"] for each in answer["results"]] == [each["id"] for each in listed[40:]]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "x"},
        where("nonsense", "EQ", value="x"),
        where("email", "LIKE", value="x"),
        where("email", "EQ"),
        where("lastmodifieddate", "GT", value="yesterday"),
        {"sorts": [{"propertyName": "email"}, {"propertyName": "firstname"}]},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}] * 6},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}] * 7}]},
        {"query": "x" * 3000},
    ],
)
async def test_what_cannot_be_searched_is_refused(account, body):
    answer = await account.post(SEARCH, body)

    assert (answer.status, answer["category"]) == (400, "VALIDATION_ERROR")


async def test_deals_are_searched_by_their_own_stamp(account):
    answer = await account.post(
        "/crm/v3/objects/deals/search", where("hs_lastmodifieddate", "GTE", value="2024-01-01") | {"limit": 200}
    )

    assert answer["total"] == len(answer["results"]) == 40


async def test_search_does_not_tell_its_limits(account):
    answer = await account.post(SEARCH, {})

    assert "x-hubspot-ratelimit-remaining" not in answer.headers
