"""The export of ticket events: what was said and done, update by update."""

from itertools import pairwise

import pytest

EVENTS = "/incremental/ticket_events.json"


async def exported(desk, start_time: int = 0, include: str = "comment_events") -> list[dict]:
    """All events from a second on, by the links from page to page."""
    found, query = [], {"start_time": start_time, "include": include}
    while True:
        page = await desk.get(EVENTS, **query)
        assert page.status == 200, page.body
        found += page["ticket_events"]
        if page["end_of_stream"]:
            return found
        assert page["end_time"] > query["start_time"]
        query["start_time"] = page["end_time"]


async def news(desk, done: list[dict]) -> list[dict]:
    """The events that were not there before."""
    known = {each["id"] for each in done}
    return [each for each in await exported(desk, done[-1]["timestamp"]) if each["id"] not in known]


def children(event: dict, sort: str) -> list[dict]:
    return [each for each in event["child_events"] if each["event_type"] == sort]


async def comments_of(desk, number: int) -> list[dict]:
    return (await desk.get(f"/tickets/{number}/comments"))["comments"]


async def test_it_tells_every_comment_as_its_ticket_does_but_for_what_belongs_to_the_update(desk):
    tickets = (await desk.get("/tickets"))["tickets"]

    events = await exported(desk)

    told = {each["id"]: each for event in events for each in children(event, "Comment")}
    listed = [each for ticket in tickets for each in await comments_of(desk, ticket["id"])]
    assert len(told) == len(listed) > len(tickets)
    for comment in listed:
        extra = {"event_type": "Comment", "via_reference_id": None}
        assert told[comment["id"]] == {key: comment[key] for key in comment if key != "metadata"} | extra
    assert all(one["timestamp"] <= other["timestamp"] for one, other in pairwise(events))
    assert {each["ticket_id"] for each in events} == {each["id"] for each in tickets}


async def test_a_ticket_is_made_by_one_event_with_all_it_began_with(desk):
    [made, *answered] = [each for each in await exported(desk) if each["ticket_id"] == 3]
    ticket = (await desk.get("/tickets/3"))["ticket"]

    created = {key: value for each in children(made, "Create") for key, value in each.items()}

    assert (created["subject"], created["requester_id"]) == (ticket["subject"], ticket["requester_id"])
    assert children(made, "Comment")[0]["body"] == ticket["description"]
    assert not any(children(each, "Create") for each in answered)


async def test_what_bears_the_last_second_of_a_page_comes_again_on_the_next(desk):
    await desk.served.order("accounts", provider="zendesk", account_id="acme", name="Acme Help", contacts=3000)

    first = await desk.get(EVENTS, start_time=0)
    second = await desk.get(EVENTS, start_time=first["end_time"])

    assert (first["count"], first["end_of_stream"]) == (1000, False)
    assert f"start_time={first['end_time']}" in first["next_page"]
    assert first["ticket_events"][-1] == second["ticket_events"][0]


async def test_unless_they_are_asked_for_comments_are_only_mentioned(desk):
    [event, *_] = await exported(desk, include="")

    [mentioned] = children(event, "Comment")

    assert (mentioned["comment_present"], mentioned["comment_public"]) == (True, True)
    assert "body" not in mentioned


async def test_what_is_done_to_a_ticket_is_told(desk):
    done = await exported(desk)
    ticket = (await desk.post("/tickets", {"ticket": {"comment": {"body": "Help"}, "status": "new"}}))["ticket"]
    path = f"/tickets/{ticket['id']}"
    said = {"status": "open", "comment": {"body": "My card is 4111.", "public": True}}
    await desk.put(path, {"ticket": said})
    [_, comment] = await comments_of(desk, ticket["id"])
    hidden = await desk.put(f"{path}/comments/{comment['id']}/make_private", {})
    black = await desk.put(f"{path}/comments/{comment['id']}/redact", {"text": "4111"})
    await desk.call("DELETE", path)
    await desk.put(f"/deleted_tickets/{ticket['id']}/restore", {})

    made, answered, privacy, redaction, deleted, restored = await news(desk, done)

    assert [each["body"] for event in (made, answered) for each in children(event, "Comment")] == [
        "Help",
        "My card is ▇▇▇▇.",  # as it stands today
    ]
    assert children(answered, "Change")[0].items() >= {"status": "open", "previous_value": "new"}.items()
    assert (
        children(privacy, "CommentPrivacyChange")[0].items() >= {"comment_id": comment["id"], "public": False}.items()
    )
    assert children(redaction, "CommentRedactionEvent")[0]["comment_id"] == comment["id"]
    assert children(deleted, "Change")[0].items() >= {"status": "deleted", "previous_value": "open"}.items()
    assert children(restored, "Change")[0].items() >= {"status": "open", "previous_value": "deleted"}.items()
    assert (hidden.status, black["comment"]["body"]) == (200, "My card is ▇▇▇▇.")
    assert (await comments_of(desk, ticket["id"]))[1]["public"] is False


async def test_only_words_can_be_blackened_and_only_of_a_comment_that_is_there(desk):
    assert (await desk.put("/tickets/3/comments/5/redact", {"text": "Hello"})).status == 404
    [first, *_] = await comments_of(desk, 3)
    assert (await desk.put(f"/tickets/3/comments/{first['id']}/redact", {})).status == 400


async def test_a_merge_of_users_moves_their_tickets_and_leaves_no_event(desk):
    done = await exported(desk)
    loser = (await desk.get("/tickets/3"))["ticket"]["requester_id"]
    winner = (await desk.create())["id"]

    await desk.put(f"/users/{loser}/merge", {"user": {"id": winner}})

    assert (await desk.get("/tickets/3"))["ticket"]["requester_id"] == winner
    assert await news(desk, done) == []


async def test_events_of_deleted_tickets_stay(desk):
    said = await comments_of(desk, 3)
    await desk.call("DELETE", "/tickets/3")

    told = [each for each in await exported(desk) if each["ticket_id"] == 3]

    assert [each["id"] for event in told for each in children(event, "Comment")] == [each["id"] for each in said]


async def test_it_is_for_administrators_and_has_the_limit_of_exports_by_time(desk):
    refused = await desk.call("GET", f"{EVENTS}?start_time=0", headers=desk.basic("sam@acme-help.example"))
    await desk.served.order("rate-limits", on=True)

    answers = [await desk.get(EVENTS, start_time=0) for _ in range(21)]

    last = next(answer for answer in answers if answer.status == 429)  # a minute may end in between
    assert refused.status == 403
    assert "remaining=0" in last.headers["zendesk-ratelimit-incremental-exports"]


async def test_the_last_moments_are_withheld(late_desk):
    known = await exported(late_desk)
    await late_desk.put("/tickets/1", {"ticket": {"subject": "Renamed"}})

    assert await exported(late_desk) == known
    assert (await late_desk.get(EVENTS, start_time=2**31)).status == 400


@pytest.mark.parametrize("start_time", ["", "soon", "-1"])
async def test_where_to_begin_has_to_be_said(desk, start_time):
    assert (await desk.get(EVENTS, start_time=start_time)).status == 400
