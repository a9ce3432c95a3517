"""Persons and deals: read, written, deleted and merged."""

import pytest

LONG_AGO = "2020-01-01 00:00:00"


def ids(records: list[dict[str, object]]) -> list[object]:
    return [each["id"] for each in records]


async def test_a_person_has_the_shape_of_v2(company):
    persons = await company.listed(limit=500)

    assert {*persons[0]} >= {"id", "name", "first_name", "last_name", "emails", "phones", "add_time", "custom_fields"}
    assert all(isinstance(each["id"], int) and each["is_deleted"] is False for each in persons)
    assert any(each["emails"] == [] for each in persons)
    assert all(sum(value["primary"] for value in each["emails"]) == min(len(each["emails"]), 1) for each in persons)
    assert all(each["update_time"].endswith("Z") and "." not in each["update_time"] for each in persons)
    assert any(each["last_name"] is None for each in persons)


async def test_paths_answer_without_api_in_front_too(company):
    assert (await company.get("/v2/persons")).body == (await company.get("/api/v2/persons")).body
    assert (await company.get("/v1/users/me")).status == 200


@pytest.mark.parametrize("order", ["id", "update_time", "add_time"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_pages_show_everyone_once_in_order(company, order, direction):
    await company.create(name="New One")
    persons = await company.listed(limit=50, sort_by=order, sort_direction=direction)

    keys = [(each[order], each["id"]) for each in persons]
    assert len(persons) == len({*ids(persons)}) == 121
    assert keys == sorted(keys, reverse=direction == "desc")


async def test_the_cursor_holds_the_next_page_and_is_null_on_the_last(company):
    first = await company.get("/api/v2/persons", limit=60)
    second = await company.get("/api/v2/persons", limit=60, cursor=first["additional_data"]["next_cursor"])

    assert ids(second["data"])[0] == ids(first["data"])[-1] + 1
    assert second["additional_data"] == {"next_cursor": None}


async def test_who_changes_during_a_run_by_id_keeps_their_place(sandbox, company):
    first = await company.get("/api/v2/persons", limit=60, sort_direction="desc")
    later = ids(first["data"])[-1] - 1
    await sandbox.order("accounts/pipedrive/7/edit", id=str(later), properties={"job_title": "Abbess"})
    await sandbox.order("accounts/pipedrive/7/archive", id=str(later - 1))

    cursor = first["additional_data"]["next_cursor"]
    second = await company.get("/api/v2/persons", limit=60, sort_direction="desc", cursor=cursor)

    assert ids(second["data"])[:2] == [later, later - 2]


async def test_updated_since_counts_its_own_second_and_updated_until_does_not(company):
    made = await company.create(name="Ada Lovelace")
    stamp = (await company.get(f"/api/v2/persons/{made}"))["data"]["update_time"]

    since = await company.listed(updated_since=stamp)
    until = await company.listed(updated_until=stamp, limit=500)

    assert ids(since) == [made]
    assert made not in ids(until)
    assert len(until) == 120


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "501"},
        {"limit": "0"},
        {"limit": "ten"},
        {"sort_by": "name"},
        {"sort_direction": "down"},
        {"updated_since": "yesterday"},
        {"cursor": "xyz"},
        {"ids": ",".join(["1"] * 101)},
    ],
)
async def test_a_list_asked_for_wrongly_is_refused(company, query):
    answer = await company.get("/api/v2/persons", **query)

    assert (answer.status, answer["success"]) == (400, False)


async def test_a_cursor_is_good_for_its_own_order_alone(company):
    first = await company.get("/api/v2/persons", limit=10)

    cursor = first["additional_data"]["next_cursor"]
    assert (await company.get("/api/v2/persons", limit=10, cursor=cursor, sort_by="add_time")).status == 400


async def test_of_ids_asked_for_those_that_live_are_shown(sandbox, company):
    await sandbox.order("accounts/pipedrive/7/archive", id="2")

    assert ids(await company.listed(ids="3,2,1,99999,x")) == [1, 3]


async def test_a_name_is_parted_at_its_first_blank(company):
    made = await company.create(name="Augusta Ada King", emails=[{"value": "ada@example.com"}])

    person = (await company.get(f"/api/v2/persons/{made}"))["data"]

    assert (person["first_name"], person["last_name"]) == ("Augusta", "Ada King")
    assert person["emails"] == [{"value": "ada@example.com", "primary": True, "label": "work"}]


async def test_an_update_replaces_lists_whole_and_leaves_the_rest(company):
    made = await company.create(name="Ada", emails=[{"value": "a@x.example"}], phones=[{"value": "1"}])

    changed = await company.call("PATCH", f"/api/v2/persons/{made}", json={"emails": [{"value": "b@x.example"}]})

    assert [each["value"] for each in changed["data"]["emails"]] == ["b@x.example"]
    assert [each["value"] for each in changed["data"]["phones"]] == ["1"]


async def test_one_address_may_have_two_persons(company):
    one, two = [await company.create(name="Ada", emails=[{"value": "a@x.example"}]) for _ in range(2)]

    assert one != two


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": 5}, {"name": "A", "nickname": "B"}, {"name": "A", "emails": ["a@x.example"]}, []],
)
async def test_a_person_written_wrongly_is_refused(company, body):
    answer = await company.call("POST", "/api/v2/persons", json=body)

    assert (answer.status, answer["code"]) == (400, "ERR_SCHEMA_VALIDATION_FAILED")


async def test_a_deleted_person_is_in_no_list_and_still_at_its_id(company):
    deleted = await company.call("DELETE", "/api/v2/persons/5")
    again = await company.call("DELETE", "/api/v2/persons/5")

    person = (await company.get("/api/v2/persons/5"))["data"]
    assert (deleted.status, deleted["data"], again.status) == (200, {"id": 5}, 410)
    assert 5 not in ids(await company.listed(limit=500))
    assert person["is_deleted"] is True
    assert (await company.call("PATCH", "/api/v2/persons/5", json={"name": "X"})).status == 404


async def test_the_feed_tells_of_changes_and_deletions_in_v1s_words(sandbox, company):
    quiet = await company.get("/api/v1/recents", since_timestamp=LONG_AGO, items="person")
    made = await company.create(name="Ada")
    await company.call("DELETE", "/api/v2/persons/5")
    await sandbox.order("accounts/pipedrive/7/erase", id="6")

    feed = await company.get("/api/v1/recents", since_timestamp=LONG_AGO, items="person")
    first = await company.get("/api/v1/recents", since_timestamp=LONG_AGO, items="person", limit=2)
    rest = await company.get("/api/v1/recents", since_timestamp=LONG_AGO, items="person", limit=2, start=2)

    assert quiet["data"] is None
    told = {each["id"]: each["data"] for each in feed["data"]}  # of one moment, those of lower ids come first
    assert {each["item"] for each in feed["data"]} == {"person"}
    assert {id_: data and data["active_flag"] for id_, data in told.items()} == {made: True, 5: False, 6: None}
    assert told[made]["email"] == [{"value": "", "primary": True}]
    assert first["data"] + rest["data"] == feed["data"]
    assert first["additional_data"]["pagination"]["more_items_in_collection"] is True
    assert rest["additional_data"]["pagination"]["more_items_in_collection"] is False


async def test_the_feed_wants_to_know_since_when(company):
    assert (await company.get("/api/v1/recents")).status == 400


async def test_the_person_in_the_path_of_a_merge_goes_and_nothing_tells(company):
    stays = await company.create(name="Ada", emails=[{"value": "a@x.example"}])
    goes = await company.create(name="A. Byron", emails=[{"value": "A@x.example"}, {"value": "b@x.example"}])
    deal = await company.call("POST", "/api/v2/deals", json={"title": "Engine", "person_id": goes})

    merged = await company.call("PUT", f"/api/v1/persons/{goes}/merge", json={"merge_with_id": stays})

    person = (await company.get(f"/api/v2/persons/{stays}"))["data"]
    assert (merged["data"]["id"], merged["data"]["merge_what_id"]) == (stays, goes)
    assert person["name"] == "Ada"
    assert [(each["value"], each["primary"]) for each in person["emails"]] == [
        ("a@x.example", True),
        ("b@x.example", False),
    ]
    assert str(goes) not in str({**person, "add_time": None, "update_time": None})
    assert goes not in ids(await company.listed(limit=500))
    assert (await company.get(f"/api/v2/deals/{deal['data']['id']}"))["data"]["person_id"] == stays


@pytest.mark.parametrize(("goes", "stays", "status"), [(1, 1, 400), (1, 99999, 404), (99999, 1, 404)])
async def test_a_merge_that_makes_no_sense_is_refused(company, goes, stays, status):
    answer = await company.call("PUT", f"/api/v1/persons/{goes}/merge", json={"merge_with_id": stays})

    assert answer.status == status


async def test_deals_name_their_persons_and_say_how_they_stand(company):
    deals = await company.listed("deals", limit=500)
    persons = {*ids(await company.listed(limit=500))}

    assert {each["status"] for each in deals} == {"open", "won", "lost"}
    assert {each["person_id"] for each in deals} - {None} <= persons
    assert None in {each["person_id"] for each in deals}
    assert {each["status"] for each in deals if each["close_time"]} == {"won", "lost"}
    assert all(each["close_time"] == (each["won_time"] or each["lost_time"]) for each in deals)
    assert {each["status"] for each in deals if each["expected_close_date"]} == {"open"}
    assert all(each["custom_fields"] is None for each in deals)
    assert {each["stage_id"] for each in deals} <= {*ids((await company.get("/api/v2/stages"))["data"])}


async def test_deleted_deals_are_shown_when_asked_for_and_archived_ones_apart(company):
    open_deal = await company.call("POST", "/api/v2/deals", json={"title": "Engine", "value": 12.5})
    number = open_deal["data"]["id"]
    before = ids(await company.listed("deals"))
    await company.call("PATCH", f"/api/v2/deals/{number}", json={"is_archived": True})
    put_away, archived = ids(await company.listed("deals")), ids(await company.listed("deals/archived"))
    await company.call("PATCH", f"/api/v2/deals/{number}", json={"is_archived": False})
    await company.call("DELETE", f"/api/v2/deals/{number}")
    [deleted] = await company.listed("deals", status="deleted")

    assert number in before
    assert number not in put_away
    assert number in archived
    assert number not in ids(await company.listed("deals"))
    assert (deleted["id"], deleted["status"], deleted["is_deleted"]) == (number, "deleted", True)


@pytest.mark.parametrize(
    "body", [{}, {"title": "x", "stage_id": 99}, {"title": "x", "status": "deleted"}, {"title": "x", "value": "5"}]
)
async def test_a_deal_written_wrongly_is_refused(company, body):
    assert (await company.call("POST", "/api/v2/deals", json=body)).status == 400


async def test_the_same_people_are_known_to_hubspot_in_another_spelling(sandbox, company):
    contacts = await (await sandbox.account("222222")).listed(properties="hs_additional_emails,firstname,lastname")
    by_email = {each["properties"]["email"].lower(): each for each in contacts if each["properties"]["email"]}
    shared = [
        (each, by_email[value["value"].lower()])
        for each in await company.listed(limit=500)
        for value in each["emails"]
        if value["value"].lower() in by_email
    ]

    expected = await sandbox.call("GET", "/control/expected?accounts=hubspot:222222,pipedrive:7&members=true")

    assert len(shared) > 30
    assert any(one["first_name"] != other["properties"]["firstname"] for one, other in shared)
    assert expected["golden_records"] < 240 - 30
    assert any(len({member.split(":")[0] for member in group}) == 2 for group in expected["joined"])


async def test_three_accounts_know_some_people_all(sandbox, company):
    expected = await sandbox.call("GET", "/control/expected?members=true")

    accounts = [{member.rpartition(":")[0] for member in group} for group in expected["joined"]]
    assert max(map(len, accounts)) == 3


async def test_chance_changes_persons_and_deals_too(sandbox, company):
    for account in ("hubspot/111111", "hubspot/222222"):
        await sandbox.call("DELETE", f"/control/accounts/{account}")
    done = await sandbox.order("changes", count=200)

    [account] = (await sandbox.call("GET", "/control/accounts"))["items"]
    assert {each["what"] for each in done["items"]} == {"create", "edit", "archive", "restore", "merge", "dealing"}
    assert {each["account"] for each in done["items"]} == {"pipedrive:7"}
    assert len(await company.listed(limit=500)) == account["contacts"]
    emails = [[value["value"] for value in each["emails"]] for each in await company.listed(limit=500)]
    expected = await sandbox.call("GET", "/control/expected")
    assert expected["contacts"] == len(emails)
