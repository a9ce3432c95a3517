"""Reading from Zendesk's stand-in: lists in both ways, and the exports."""

from itertools import pairwise
from urllib.parse import urlsplit

import pytest

CONTACTS, AGENTS = 120, 4


async def followed(desk, path: str, link) -> list[dict]:
    """All records of a list, by its own links to the next page."""
    page = await desk.get(path)
    name, found = path.split("/")[1].partition(".")[0].partition("?")[0], []
    while True:
        found += page[name]
        if not (address := link(page.body)):
            return found
        parts = urlsplit(address)
        assert parts.path.startswith("/zendesk/acme/api/v2/")
        page = await desk.served.call("GET", f"{parts.path}?{parts.query}", headers=desk.headers)


async def test_a_list_by_cursor_goes_on_as_long_as_there_is_more_and_names_a_next_page_even_then(desk):
    last = []

    def link(body):
        last[:] = [body]
        return body["links"]["next"] if body["meta"]["has_more"] else None

    found = await followed(desk, "/users.json?page[size]=50", link)

    assert len({user["id"] for user in found}) == len(found) == CONTACTS + AGENTS
    assert last[0]["meta"]["after_cursor"]
    assert last[0]["links"]["next"]


async def test_a_list_without_page_size_is_numbered(desk):
    found = await followed(desk, "/users?per_page=50", lambda body: body["next_page"])

    assert len({user["id"] for user in found}) == CONTACTS + AGENTS
    assert (await desk.get("/users"))["count"] == CONTACTS + AGENTS
    assert (await desk.get("/users", page=101)).status == 400


async def test_agents_are_users_too_and_roles_sift_them(desk):
    assert len((await desk.get("/users?role[]=agent&role[]=admin"))["users"]) == AGENTS
    assert (await desk.get("/users/count?role=end-user"))["count"]["value"] == CONTACTS


async def test_a_user_bears_every_key_and_nulls_where_nothing_is_known(desk):
    [user, *_] = (await desk.get("/users?role=end-user"))["users"]

    assert user["id"] > 2**45
    assert user["url"] == f"https://acme.zendesk.com/api/v2/users/{user['id']}.json"
    assert {"photo", "organization_id", "suspension_details", "user_fields", "role_type"} <= user.keys()
    assert user["photo"] is None
    assert "first_name" not in user


async def test_every_path_may_end_in_json(desk):
    for path in ("/users/me", "/tickets/1", "/tickets/1/comments", "/users/count"):
        assert (await desk.get(path)).body == (await desk.get(f"{path}.json")).body


@pytest.mark.parametrize("what", ["users", "tickets"])
async def test_an_export_shows_everything_once_in_the_order_of_its_change(desk, what):
    found, _ = await desk.everything(what, per_page=17)

    stamps = [(record["updated_at"], record["id"]) for record in found]
    assert all(one[0] <= other[0] for one, other in pairwise(stamps))
    assert len({number for _, number in stamps}) == len(found)
    listed = (await desk.get(f"/{what}/count"))["count"]["value"]
    assert len(found) == listed


async def test_asked_with_nothing_new_an_export_names_no_cursor(desk):
    _, cursor = await desk.everything()

    answer = await desk.exported(cursor=cursor)

    assert answer.body == {
        "users": [],
        "after_url": None,
        "after_cursor": None,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": True,
    }


async def test_an_export_goes_on_with_what_changed_and_shows_who_was_deleted(desk):
    users, cursor = await desk.everything()
    deleted, changed = [user for user in users if user["role"] == "end-user" and user["email"]][:2]
    await desk.put(f"/users/{changed['id']}", {"user": {"name": "Augusta King"}})
    await desk.call("DELETE", f"/users/{deleted['id']}")

    after = (await desk.exported(cursor=cursor))["users"]

    assert [(user["id"], user["active"]) for user in after] == [(changed["id"], True), (deleted["id"], False)]
    assert (after[0]["name"], after[1]["name"]) == ("Augusta King", deleted["name"])
    assert after[1]["email"] is None


async def test_identities_come_along_when_asked_for(desk):
    user = await desk.create(email="ada@example.com")
    await desk.post(f"/users/{user['id']}/identities", {"identity": {"type": "email", "value": "king@example.org"}})

    page = await desk.exported(include="identities")
    plain = await desk.exported()

    own = [(each["value"], each["primary"]) for each in page["identities"] if each["user_id"] == user["id"]]
    assert own == [("ada@example.com", True), ("king@example.org", False)]
    assert "identities" not in plain.body


async def test_organizations_come_along_when_asked_for(desk):
    page = await desk.exported(include="organizations", per_page=50)
    plain = await desk.exported(per_page=50)

    known = {each["id"]: each["name"] for each in page["organizations"]}
    assert {user["organization_id"] for user in page["users"]} == {*known, None}
    assert all(known.values())
    assert "organizations" not in plain.body


async def test_an_organization_has_its_users_and_a_new_name_shows_in_its_own_export_alone(desk):
    listed = (await desk.get("/organizations?page[size]=100"))["organizations"]
    found = await desk.get("/incremental/organizations", start_time=0)
    [user, *_] = [each for each in (await desk.get("/users?role=end-user"))["users"] if each["organization_id"]]
    mine = user["organization_id"]
    _, cursor = await desk.everything()
    await desk.act("edit", kind="organizations", id=str(mine), properties={"name": "Renamed"})

    members = await desk.get(f"/organizations/{mine}/users", include="organizations")
    changed = await desk.get("/incremental/organizations", start_time=found["end_time"])

    assert {each["id"] for each in listed} == {each["id"] for each in found["organizations"]}
    assert user["id"] in {each["id"] for each in members["users"]}
    assert [each["name"] for each in members["organizations"]] == ["Renamed"]
    assert changed["organizations"][-1] == (await desk.get(f"/organizations/{mine}"))["organization"]
    assert (await desk.exported(cursor=cursor))["users"] == []


async def test_an_organization_that_was_deleted_has_nobody(desk):
    [user, *_] = [each for each in (await desk.get("/users?role=end-user"))["users"] if each["organization_id"]]
    await desk.act("archive", kind="organizations", id=str(user["organization_id"]))

    assert (await desk.get(f"/users/{user['id']}"))["user"]["organization_id"] is None
    assert (await desk.get(f"/organizations/{user['organization_id']}/users")).status == 404
    assert (await desk.get("/incremental/organizations", start_time=0))["organizations"][-1]["deleted_at"]


async def test_users_asked_for_by_their_ids_bring_the_same_along(desk):
    page = await desk.exported(include="identities,organizations", per_page=20)
    ids = [user["id"] for user in page["users"]]

    found = await desk.get("/users/show_many", ids=",".join(map(str, ids)), include="identities,organizations")

    def known(body, what):
        return sorted(body[what], key=lambda each: each["id"])

    assert all(known(found, what) == known(page, what) for what in ("users", "identities", "organizations"))


async def test_comments_are_told_with_who_wrote_them(desk):
    tickets, _ = await desk.everything("tickets")
    told = [await desk.get(f"/tickets/{ticket['id']}/comments", include="users") for ticket in tickets]
    plain = await desk.get("/tickets/1/comments")

    assert {len(each["comments"]) for each in told} == {1, 2, 3, 4}
    assert all(each["comments"][0]["body"] == ticket["description"] for each, ticket in zip(told, tickets, strict=True))
    for each in told:
        assert {said["author_id"] for said in each["comments"]} == {user["id"] for user in each["users"]}
    assert "users" not in plain.body


async def test_who_is_kept_informed_stands_among_the_collaborators(desk):
    tickets, _ = await desk.everything("tickets")
    customers = {user["id"] for user in (await desk.get("/users?role=end-user&page[size]=100"))["users"]}

    for ticket in tickets:
        assert ticket["collaborator_ids"] == ticket["email_cc_ids"] + ticket["follower_ids"]
        assert not customers & set(ticket["follower_ids"])
        assert ticket["requester_id"] not in ticket["email_cc_ids"]
    assert any(ticket["email_cc_ids"] for ticket in tickets)
    assert any(ticket["follower_ids"] for ticket in tickets)


async def test_deleted_tickets_are_exported_unless_they_are_not_wanted(desk):
    _, cursor = await desk.everything("tickets")
    await desk.call("DELETE", "/tickets/7")

    shown = (await desk.exported("tickets", cursor))["tickets"]
    hidden = (await desk.exported("tickets", cursor, exclude_deleted="true"))["tickets"]

    assert [(ticket["id"], ticket["status"]) for ticket in shown] == [(7, "deleted")]
    assert hidden == []
    assert (await desk.get("/tickets/7")).status == 404


async def test_the_older_export_repeats_its_seam(desk):
    page = await desk.get("/incremental/tickets.json", start_time=0, per_page=10)

    following = await desk.get("/incremental/tickets.json", start_time=page["end_time"], per_page=10)

    assert (page["count"], page["end_of_stream"]) == (10, False)
    assert page["tickets"][-1]["id"] == following["tickets"][0]["id"]


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 400), ({"start_time": "x"}, 400), ({"start_time": 4_000_000_000}, 400), ({"cursor": "%%%"}, 400)],
)
async def test_an_export_from_nowhere_is_refused(desk, query, status):
    assert (await desk.get("/incremental/users/cursor", **query)).status == status


async def test_search_finds_by_words_and_by_properties(desk):
    user = await desk.create("Quentin Quux", email="quux@example.com")

    by_email = await desk.get("/search.json", query="type:user email:QUUX@example.com")
    by_word = await desk.get("/search.json", query="quentin")
    tickets = await desk.get("/search.json", query="type:ticket status:open")

    assert [each["id"] for each in by_email["results"]] == [user["id"]]
    assert by_word["results"][0]["result_type"] == "user"
    assert {each["status"] for each in tickets["results"]} == {"open"}
    assert (await desk.get("/search/count.json", query="quentin"))["count"] == 1
    assert (await desk.get("/search.json", query="type:user", page=11)).status == 422


async def test_what_is_not_there_is_not_found(desk):
    for path in ("/users/1", "/users/x", "/tickets/0", "/tickets/99999", "/tickets/x"):
        answer = await desk.get(path)
        assert (answer.status, answer["error"]) == (404, "RecordNotFound")
    assert (await desk.get("/nowhere"))["error"] == "InvalidEndpoint"


async def test_a_million_users_cost_nothing_until_they_are_read(serve):
    big = serve(accounts="zendesk:big:Big:1000000")

    accounts = (await big.call("GET", "/control/accounts"))["items"]

    assert accounts[0]["contacts"] == 1_000_000
