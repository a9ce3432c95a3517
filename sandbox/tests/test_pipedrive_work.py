"""Activities, notes and companies: what is done with persons, and how it shares their fate."""

import pytest

LONG_AGO = "2020-01-01 00:00:00"


async def notes(company, **query):
    return (await company.get("/api/v1/notes", limit=500, **query))["data"] or []


async def test_persons_work_at_companies_that_have_names(company):
    persons = await company.listed(limit=500)
    companies = {each["id"]: each["name"] for each in await company.listed("organizations", limit=500)}

    employers = {each["org_id"] for each in persons} - {None}
    assert employers <= companies.keys()
    assert len(employers) > 10
    assert None in {each["org_id"] for each in persons}


async def test_owners_are_users(company):
    users = {each["id"] for each in (await company.get("/api/v1/users"))["data"]}
    owned = [*await company.listed(limit=500), *await company.listed("activities", limit=500)]

    assert {each["owner_id"] for each in owned} <= users
    assert {each["user_id"] for each in await notes(company)} <= users


async def test_activities_are_with_persons_first_of_all_one(company):
    activities = await company.listed("activities", limit=500)
    persons = {each["id"] for each in await company.listed(limit=500)}

    taking_part = [[each["person_id"] for each in activity["participants"]] for activity in activities]
    assert {person for people in taking_part for person in people} <= persons
    assert {len(people) for people in taking_part} >= {0, 1, 2}
    assert all(people[0] == each["person_id"] for people, each in zip(taking_part, activities, strict=True) if people)
    assert len({each["type"] for each in activities}) > 3


@pytest.mark.parametrize("kind", ["activities", "notes"])
async def test_what_is_deleted_is_in_no_list_and_in_the_feed_until_it_is_restored(sandbox, company, kind):
    item = {"activities": "activity", "notes": "note"}[kind]
    await sandbox.order("accounts/pipedrive/7/archive", kind=kind, id="3")
    listed = await notes(company) if kind == "notes" else await company.listed(kind, limit=500)
    gone = (await company.get("/api/v1/recents", since_timestamp=LONG_AGO, items=item))["data"]
    await sandbox.order("accounts/pipedrive/7/restore", kind=kind, id="3")
    back = (await company.get("/api/v1/recents", since_timestamp=LONG_AGO, items=item))["data"]

    assert 3 not in {each["id"] for each in listed}
    assert [(each["item"], each["id"], each["data"]["active_flag"]) for each in gone] == [(item, 3, False)]
    assert [(each["id"], each["data"]["active_flag"]) for each in back] == [(3, True)]


async def test_what_was_done_with_who_is_merged_away_goes_over_to_the_other(sandbox, company):
    activities = await company.listed("activities", limit=500)
    goes, stays = next(
        [each["person_id"] for each in activity["participants"]]
        for activity in activities
        if len(activity["participants"]) == 2 and activity["participants"][0] != activity["participants"][1]
    )
    told = {each["id"] for each in await notes(company, person_id=goes)}

    await company.call("PUT", f"/api/v1/persons/{goes}/merge", json={"merge_with_id": stays})

    after = await company.listed("activities", limit=500)
    assert goes not in {each["person_id"] for activity in after for each in activity["participants"]}
    assert goes not in {each["person_id"] for each in after}
    assert all(len({p["person_id"] for p in each["participants"]}) == len(each["participants"]) for each in after)
    assert told <= {each["id"] for each in await notes(company, person_id=stays)}


async def test_notes_are_counted_by_id_or_by_time_of_change(sandbox, company):
    changed = (await sandbox.order("accounts/pipedrive/7/edit", kind="notes", id="2"))["id"]
    by_change = await notes(company, sort="update_time ASC, id ASC")
    page = await company.get("/api/v1/notes", start=2, limit=3)

    assert [each["update_time"] for each in by_change] == sorted(each["update_time"] for each in by_change)
    assert by_change[-1]["id"] == int(changed)
    assert (await notes(company, sort="update_time DESC"))[0]["id"] == int(changed)
    newest = [each["id"] for each in await notes(company, sort="add_time DESC")]
    assert newest == sorted(newest, reverse=True)
    assert [each["id"] for each in page["data"]] == [3, 4, 5]
    assert page["additional_data"]["pagination"]["next_start"] == 5
    since = by_change[-1]["update_time"].replace(" ", "T") + "Z"
    assert [each["id"] for each in await notes(company, updated_since=since)] == [int(changed)]
    assert (await company.get("/api/v1/notes", updated_since="2039-01-01T00:00:00Z"))["data"] is None


@pytest.mark.parametrize("path", ["/api/v2/organizations", "/api/v2/activities", "/api/v1/notes", "/api/v1/users"])
async def test_one_by_its_id_is_like_in_its_list(company, path):
    attendees = {"include_fields": "attendees"} if "activities" in path else {}
    first = (await company.get(path, **attendees))["data"][0]

    assert (await company.get(f"{path}/{first['id']}"))["data"] == first
    assert (await company.get(f"{path}/987654321")).status == 404


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        ("base,contacts:read", "/api/v2/activities", 403),
        ("base,activities:read", "/api/v2/activities", 200),
        ("base,activities:read", "/api/v1/users", 403),
        ("base,users:read", "/api/v1/users", 200),
        ("base,deals:read", "/api/v1/notes", 200),
        ("base,activities:read", "/api/v1/notes", 403),
        ("base contacts:read", "/api/v2/organizations", 200),
        ("base", "/api/v2/personFields", 403),
    ],
)
async def test_each_list_takes_its_own_scope(pipedrive, company, scopes, path, status):
    company.granted = await pipedrive.grant(scope=scopes)

    assert (await company.get(path)).status == status


async def test_what_the_app_is_granted_is_what_it_was_set_up_with(modest_app):
    assert (await modest_app.grant())["scope"] == "base,contacts:read"


async def test_a_company_without_dealings_has_persons_alone(sandbox, pipedrive):
    opened = await sandbox.order(
        "accounts", provider="pipedrive", account_id="8", name="Quiet", contacts=60, dealings=False
    )

    assert opened["living"] == {"persons": 60, "deals": 0, "organizations": 11, "activities": 0, "notes": 0}
