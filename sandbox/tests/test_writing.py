"""Making, editing, deleting and merging records."""

import pytest

CONTACTS = "/crm/v3/objects/contacts"


async def test_a_made_contact_is_read_back(account):
    body = {"properties": {"email": "ada@example.com", "firstname": "Ada", "phone": 5551234}}

    made = await account.post(CONTACTS, body)
    read = await account.get(f"{CONTACTS}/{made['id']}", properties="phone")

    assert made.status == 201
    assert made["properties"]["phone"] == read["properties"]["phone"] == "5551234"
    assert (await account.listed())[-1]["id"] == made["id"]


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com", "ada.king@example.com"])
async def test_an_address_that_is_taken_is_a_conflict(account, email):
    identity = await account.create(email="Ada@example.com", hs_additional_emails="ada.king@example.com")

    answer = await account.post(CONTACTS, {"properties": {"email": email}})

    assert (answer.status, answer["category"]) == (409, "CONFLICT")
    assert answer["message"] == f"Contact already exists. Existing ID: {identity}"


async def test_a_seeded_address_is_taken_too_until_its_holder_goes(account):
    one = next(each for each in await account.listed() if each["properties"]["email"])
    body = {"properties": {"email": one["properties"]["email"].lower()}}

    taken = await account.post(CONTACTS, body)
    await account.call("DELETE", f"{CONTACTS}/{one['id']}")
    free = await account.post(CONTACTS, body)

    assert (taken.status, free.status) == (409, 201)


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"nonsense": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"email": "nobody"}, "INVALID_EMAIL"),
        ({"createdate": "2020-01-01"}, "READ_ONLY_VALUE"),
    ],
)
async def test_wrong_values_are_refused_with_their_code(account, properties, code):
    answer = await account.post(CONTACTS, {"properties": properties})

    assert answer.status == 400
    assert answer["errors"][0]["code"] == code


async def test_an_edit_changes_the_value_and_the_stamp_and_shows_little(account):
    before = (await account.get(CONTACTS, limit=1))["results"][0]

    answer = await account.call("PATCH", f"{CONTACTS}/{before['id']}", json={"properties": {"city": "Łódź"}})
    after = await account.get(f"{CONTACTS}/{before['id']}", properties="city")

    assert set(answer["properties"]) == {"city", "createdate", "hs_object_id", "lastmodifieddate"}
    assert after["properties"]["city"] == "Łódź"
    assert after["updatedAt"] > before["updatedAt"]
    assert after["properties"]["firstname"] == before["properties"]["firstname"]


async def test_an_empty_text_clears(account):
    identity = await account.create(firstname="Ada", city="Łódź")

    await account.call("PATCH", f"{CONTACTS}/{identity}", json={"properties": {"city": ""}})

    assert (await account.get(f"{CONTACTS}/{identity}", properties="city"))["properties"]["city"] is None


async def test_a_contact_is_edited_by_its_address(account):
    identity = await account.create(email="ada@example.com")

    answer = await account.call(
        "PATCH", f"{CONTACTS}/ada@example.com?idProperty=email", json={"properties": {"firstname": "Ada"}}
    )

    assert answer["id"] == identity


async def test_life_goes_forward_only_unless_cleared(account):
    identity = await account.create(firstname="Ada", lifecyclestage="customer")
    stages = []
    for stage in ("lead", "", "lead"):
        await account.call("PATCH", f"{CONTACTS}/{identity}", json={"properties": {"lifecyclestage": stage}})
        read = await account.get(f"{CONTACTS}/{identity}", properties="lifecyclestage")
        stages.append(read["properties"]["lifecyclestage"])

    assert stages == ["customer", None, "lead"]


async def test_an_archived_contact_moves_to_the_archived_list(account):
    listed = await account.listed()
    one = listed[3]["id"]

    gone = await account.call("DELETE", f"{CONTACTS}/{one}")

    archived = await account.listed(archived="true")
    assert gone.status == 204
    assert one not in [each["id"] for each in await account.listed()]
    assert [(each["id"], each["archived"]) for each in archived] == [(one, True)]
    assert archived[0]["archivedAt"]
    assert (await account.get(f"{CONTACTS}/{one}")).status == 404
    assert (await account.get(f"{CONTACTS}/{one}", archived="true")).status == 200


@pytest.mark.parametrize("text", ["123456789", "x"])
async def test_deleting_what_never_was_is_no_error(account, text):
    assert (await account.call("DELETE", f"{CONTACTS}/{text}")).status == 204


async def test_a_restored_contact_keeps_its_id(sandbox, account):
    before = (await account.listed())[3]
    await account.call("DELETE", f"{CONTACTS}/{before['id']}")

    await sandbox.order("accounts/hubspot/111111/restore", id=before["id"])

    after = (await account.listed())[3]
    assert after["id"] == before["id"]
    assert after["updatedAt"] > before["updatedAt"]


@pytest.mark.parametrize("by", ["id", "email"])
async def test_an_erased_contact_is_nowhere(account, by):
    identity = await account.create(email="ada@example.com")
    body = {"objectId": identity} if by == "id" else {"objectId": "ada@example.com", "idProperty": "email"}

    answer = await account.post(f"{CONTACTS}/gdpr-delete", body)

    assert answer.status == 204
    assert (await account.get(f"{CONTACTS}/{identity}")).status == 404
    assert (await account.get(f"{CONTACTS}/{identity}", archived="true")).status == 404
    assert identity not in [each["id"] for each in await account.listed()]


async def merge(account, primary: str, other: str):
    return await account.post(f"{CONTACTS}/merge", {"primaryObjectId": primary, "objectIdToMerge": other})


async def test_a_merge_makes_a_new_record_of_two(account):
    one = await account.create(email="a@example.com", firstname="Ada")
    two = await account.create(email="b@example.com", firstname="Augusta", city="London")

    merged = await merge(account, one, two)

    names = "email,hs_additional_emails,firstname,city,hs_merged_object_ids,hs_calculated_merged_vids"
    read = await account.get(f"{CONTACTS}/{merged['id']}", properties=names)
    properties = read["properties"]
    assert merged["id"] not in {one, two}
    assert (properties["email"], properties["hs_additional_emails"]) == ("a@example.com", "b@example.com")
    assert (properties["firstname"], properties["city"]) == ("Ada", "London")
    assert properties["hs_merged_object_ids"] == f"{one};{two}"
    assert [each.split(":")[0] for each in properties["hs_calculated_merged_vids"].split(";")] == [one, two]


async def test_old_ids_lead_to_the_merged_record_one_by_one_but_not_in_batches(account):
    one, two, three = [await account.create(firstname=name) for name in ("A", "B", "C")]
    first = await merge(account, one, two)
    second = await merge(account, first["id"], three)

    read = await account.get(f"{CONTACTS}/{two}")
    edited = await account.call("PATCH", f"{CONTACTS}/{one}", json={"properties": {"city": "X"}})
    batch = await account.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": two}, {"id": second["id"]}]})

    listed = [each["id"] for each in await account.listed()]
    assert read["id"] == edited["id"] == second["id"]
    assert (batch.status, [each["id"] for each in batch["results"]]) == (207, [second["id"]])
    assert not {one, two, three, first["id"]} & set(listed)
    assert listed.count(second["id"]) == 1
    assert await account.listed(archived="true") == []


async def test_a_merged_record_names_all_it_ever_took_in(account):
    one, two, three = [await account.create(firstname=name) for name in ("A", "B", "C")]
    first = await merge(account, one, two)
    second = await merge(account, first["id"], three)

    read = await account.get(f"{CONTACTS}/{second['id']}", properties="hs_merged_object_ids")

    assert set(read["properties"]["hs_merged_object_ids"].split(";")) == {one, two, first["id"], three}


async def test_a_record_is_not_merged_with_itself_nor_with_nobody(account):
    one = await account.create(firstname="A")

    assert (await merge(account, one, one)).status == 400
    assert (await merge(account, one, "17")).status == 404


@pytest.mark.parametrize(
    ("kind", "properties", "number"),
    [
        ("notes", {"hs_note_body": "<b>Hello</b>"}, 202),
        ("emails", {"hs_email_subject": "Hello", "hs_email_direction": "EMAIL"}, 198),
        ("meetings", {"hs_meeting_title": "Hello", "hs_meeting_start_time": "2026-03-12T10:00:00Z"}, 200),
    ],
)
async def test_an_interaction_hangs_on_its_contact(account, kind, properties, number):
    contact = await account.create(firstname="Ada")
    link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}
    body = {
        "properties": properties | {"hs_timestamp": "2026-03-12T10:00:00Z"},
        "associations": [{"to": {"id": contact}, "types": [link]}],
    }

    made = await account.post(f"/crm/v3/objects/{kind}", body)
    read = await account.get(f"/crm/v3/objects/{kind}/{made['id']}", associations="contacts", properties="hs_timestamp")

    assert made.status == 201
    assert read["properties"]["hs_timestamp"] == "2026-03-12T10:00:00Z"
    assert [each["id"] for each in read["associations"]["contacts"]["results"]] == [contact]


async def test_an_interaction_needs_its_time(account):
    answer = await account.post("/crm/v3/objects/notes", {"properties": {"hs_note_body": "x"}})

    assert answer.status == 400
