"""Writing to Zendesk's stand-in, with the surprises of the real one."""

from typing import Any

import pytest


async def test_a_user_is_made_and_named_by_the_location(desk):
    answer = await desk.post("/users.json", {"user": {"name": "Ada Lovelace", "email": "ada@example.com"}})

    user = answer["user"]
    assert answer.status == 201
    assert answer.headers["location"].endswith(f"/zendesk/acme/api/v2/users/{user['id']}.json")
    assert (user["name"], user["email"], user["role"], user["active"]) == (
        *("Ada Lovelace", "ada@example.com", "end-user", True),
    )
    assert (await desk.get(f"/users/{user['id']}"))["user"] == user


@pytest.mark.parametrize(
    ("user", "field", "error"),
    [
        ({"email": "new@example.com"}, "name", "BlankValue"),
        ({"name": " "}, "name", "BlankValue"),
        ({"name": "A", "email": "no address"}, "email", "InvalidValue"),
        ({"name": "A", "email": "TAKEN@example.com"}, "email", "DuplicateValue"),
        ({"name": "A", "email": "robin@acme-help.example"}, "email", "DuplicateValue"),
        ({"name": "A", "role": "emperor"}, "role", "InvalidValue"),
    ],
)
async def test_a_user_that_cannot_be_is_refused_by_field(desk, user, field, error):
    await desk.create(email="taken@example.com")

    answer = await desk.post("/users", {"user": user})

    assert (answer.status, answer["error"]) == (422, "RecordInvalid")
    assert [each["error"] for each in answer["details"][field]] == [error]


@pytest.mark.parametrize("body", [{}, {"user": 5}, []])
async def test_a_body_about_nothing_is_refused(desk, body):
    assert (await desk.post("/users", body)).status == 400


async def test_a_new_address_stands_beside_the_first_one(desk):
    user = await desk.create(email="ada@example.com")

    answer = await desk.put(f"/users/{user['id']}", {"user": {"email": "king@example.org", "name": "Ada King"}})
    identities = (await desk.get(f"/users/{user['id']}/identities"))["identities"]

    assert (answer["user"]["email"], answer["user"]["name"]) == ("ada@example.com", "Ada King")
    assert [(each["value"], each["primary"]) for each in identities] == [
        ("ada@example.com", True),
        ("king@example.org", False),
    ]


async def test_the_first_address_is_changed_by_way_of_its_identity(desk):
    user = await desk.create(email="ada@example.com")
    path = f"/users/{user['id']}/identities"
    added = (await desk.post(path, {"identity": {"type": "email", "value": "king@example.org"}}))["identity"]

    await desk.put(f"{path}/{added['id']}/make_primary.json", {})
    old = next(each for each in (await desk.get(path))["identities"] if not each["primary"])
    await desk.call("DELETE", f"{path}/{old['id']}")

    assert (await desk.get(f"/users/{user['id']}"))["user"]["email"] == "king@example.org"
    assert len((await desk.get(path))["identities"]) == 1


async def test_create_or_update_finds_by_address_and_by_id(desk):
    first = await desk.post(
        "/users/create_or_update", {"user": {"name": "A", "email": "a@example.com", "external_id": "7"}}
    )
    second = await desk.post("/users/create_or_update", {"user": {"name": "B", "email": "A@example.com"}})
    third = await desk.post("/users/create_or_update", {"user": {"name": "C", "external_id": "7"}})

    assert (first.status, second.status, third.status) == (201, 200, 200)
    assert first["user"]["id"] == second["user"]["id"] == third["user"]["id"]
    assert third["user"]["name"] == "C"


async def test_who_is_deleted_keeps_the_name_loses_the_address_and_frees_it(desk):
    user = await desk.create(email="ada@example.com")

    answer = await desk.call("DELETE", f"/users/{user['id']}.json")
    again = await desk.create(email="ada@example.com")

    assert (answer.status, answer["user"]["active"], answer["user"]["email"]) == (200, False, None)
    assert answer["user"]["name"] == "Ada Lovelace"
    assert again["id"] != user["id"]
    deleted = (await desk.get("/deleted_users"))["deleted_users"]
    assert [each["id"] for each in deleted] == [user["id"]]


async def test_who_is_deleted_for_good_has_no_name_any_more(desk):
    user = await desk.create(email="ada@example.com", phone="1")
    assert (await desk.call("DELETE", f"/deleted_users/{user['id']}")).status == 404
    await desk.call("DELETE", f"/users/{user['id']}")

    await desk.call("DELETE", f"/deleted_users/{user['id']}")

    shown = (await desk.get(f"/users/{user['id']}"))["user"]
    assert (shown["name"], shown["email"], shown["phone"], shown["active"]) == (
        *("Permanently Deleted User", None, None, False),
    )
    assert (await desk.get("/deleted_users"))["deleted_users"] == []


async def test_a_merge_moves_addresses_and_tickets_and_names_nobody(desk):
    winner, loser = await desk.create("A", email="a@example.com"), await desk.create("B", email="b@example.com")
    ticket = {"comment": {"body": "Help"}, "requester_id": loser["id"]}
    number = (await desk.post("/tickets", {"ticket": ticket}))["ticket"]["id"]
    _, cursor = await desk.everything()
    _, tickets = await desk.everything("tickets")

    merged = await desk.put(f"/users/{loser['id']}/merge", {"user": {"id": winner["id"]}})

    assert (merged.status, merged["user"]["id"]) == (200, winner["id"])
    changed = {user["id"]: user for user in (await desk.exported(cursor=cursor))["users"]}
    assert (changed[loser["id"]]["active"], changed[loser["id"]]["email"]) == (False, None)
    assert str(winner["id"]) not in str(changed[loser["id"]])
    identities = (await desk.get(f"/users/{winner['id']}/identities"))["identities"]
    assert [each["value"] for each in identities] == ["a@example.com", "b@example.com"]
    [moved] = (await desk.exported("tickets", tickets))["tickets"]
    assert (moved["id"], moved["requester_id"]) == (number, winner["id"])


async def test_a_user_is_not_merged_with_themselves_nor_with_an_agent(desk):
    user = await desk.create(email="a@example.com")
    me = (await desk.get("/users/me"))["user"]["id"]

    for winner in (user["id"], me):
        answer = await desk.put(f"/users/{user['id']}/merge", {"user": {"id": winner}})
        assert answer.status in {404, 422}


async def test_a_ticket_is_made_with_its_first_comment_and_somebody_new(desk):
    requester = {"name": "Ada", "email": "ada@example.com"}

    answer = await desk.post(
        "/tickets.json",
        {
            "ticket": {
                "subject": "Stuck",
                "comment": {"body": "It goes clack."},
                "requester": requester,
                "priority": "high",
            }
        },
    )

    ticket = answer["ticket"]
    assert answer.status == 201
    assert answer["audit"]["ticket_id"] == ticket["id"]
    assert (ticket["subject"], ticket["description"], ticket["priority"], ticket["status"], ticket["type"]) == (
        *("Stuck", "It goes clack.", "high", "open", None),
    )
    [found] = (await desk.get("/users/search", query="ada@example.com"))["users"]
    assert ticket["requester_id"] == found["id"]
    [own] = (await desk.get(f"/users/{found['id']}/tickets/requested"))["tickets"]
    assert own == ticket


async def test_an_answer_is_a_comment_and_moves_the_stamp(desk):
    ticket = (await desk.post("/tickets", {"ticket": {"comment": {"body": "Help"}}}))["ticket"]
    me = (await desk.get("/users/me"))["user"]["id"]

    await desk.put(
        f"/tickets/{ticket['id']}", {"ticket": {"status": "solved", "comment": {"body": "Done", "public": False}}}
    )
    comments = (await desk.get(f"/tickets/{ticket['id']}/comments.json"))["comments"]

    assert ticket["requester_id"] == me
    assert [(each["body"], each["public"], each["author_id"]) for each in comments] == [
        ("Help", True, me),
        ("Done", False, me),
    ]
    assert (await desk.get(f"/tickets/{ticket['id']}"))["ticket"]["status"] == "solved"


async def test_comments_are_listed_backwards_when_asked_for(desk):
    number = (await desk.post("/tickets", {"ticket": {"comment": {"body": "First"}}}))["ticket"]["id"]
    await desk.put(f"/tickets/{number}", {"ticket": {"comment": {"body": "Second"}}})

    comments = (await desk.get(f"/tickets/{number}/comments.json", **{"page[size]": 5, "sort": "-created_at"}))[
        "comments"
    ]

    assert [each["body"] for each in comments] == ["Second", "First"]


async def test_a_ticket_asked_for_twice_under_one_key_is_one(desk):
    async def ask(body: str, key: str) -> Any:
        headers = {**desk.headers, "Idempotency-Key": key}
        return await desk.call("POST", "/tickets", json={"ticket": {"comment": {"body": body}}}, headers=headers)

    first, again, other = await ask("Help", "a"), await ask("Help", "a"), await ask("Help", "b")
    changed = await ask("Help me", "a")

    assert again["ticket"] == first["ticket"]
    assert other["ticket"]["id"] != first["ticket"]["id"]
    assert [each.headers["x-idempotency-lookup"] for each in (first, again, other)] == ["miss", "hit", "miss"]
    assert (changed.status, changed["error"]) == (400, "IdempotentRequestError")


async def test_what_was_refused_under_a_key_may_be_asked_for_again(desk):
    headers = {**desk.headers, "Idempotency-Key": "a"}
    refused = await desk.call("POST", "/tickets", json={"ticket": {"comment": {}}}, headers=headers)
    made = await desk.call("POST", "/tickets", json={"ticket": {"comment": {"body": "Help"}}}, headers=headers)

    assert (refused.status, made.status) == (422, 201)


@pytest.mark.parametrize(
    ("ticket", "status"),
    [({}, 422), ({"comment": {}}, 422), ({"comment": {"body": "x"}, "priority": "dire"}, 422)],
)
async def test_a_ticket_that_cannot_be_is_refused(desk, ticket, status):
    assert (await desk.post("/tickets", {"ticket": ticket})).status == status


async def test_a_closed_ticket_stays_as_it_is(desk):
    number = (await desk.post("/tickets", {"ticket": {"comment": {"body": "Help"}}}))["ticket"]["id"]
    await desk.put(f"/tickets/{number}", {"ticket": {"status": "closed"}})

    assert (await desk.put(f"/tickets/{number}", {"ticket": {"status": "open"}})).status == 422


async def test_what_happened_is_remembered_over_a_restart(serve, tmp_path):
    settings = {"accounts": "zendesk:acme:Acme", "people": 40, "state": str(tmp_path / "journal")}
    before = serve(**settings)
    for order in ("create", "edit", "archive", "merge"):
        await before.order(f"accounts/zendesk/acme/{order}")
    headers = {"authorization": "Basic cm9iaW5AYWNtZS1oZWxwLmV4YW1wbGUvdG9rZW46c2FuZGJveC16ZW5kZXNrLXRva2Vu"}
    path = "/zendesk/acme/api/v2/incremental/users/cursor?start_time=0"

    then = (await before.call("GET", path, headers=headers))["users"]
    now = (await serve(**settings).call("GET", path, headers=headers))["users"]

    assert then == now


async def test_a_days_changes_fit_what_is_expected(desk):
    await desk.served.order("changes", count=300)

    expected = await desk.served.call("GET", "/control/expected", params={"accounts": "zendesk:acme"})
    living = (await desk.get("/users/count?role=end-user"))["count"]["value"]

    assert expected["contacts"] == living
    assert 0 < expected["golden_records"] <= living
