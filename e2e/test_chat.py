"""The assistant over the gateway: answers with sources, proposals, and all that can go wrong in between."""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest
from lead.client import Gateway

from e2e.chatting import Chat, asked, calls, heard, of, person_of, says, script, text_of
from e2e.house import House
from e2e.journey import join, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]


async def test_the_stand_in_answers_from_the_tools_with_its_sources(house: House, gateway: Gateway) -> None:
    script(house)
    person = await person_of(gateway, house)
    chat = Chat(gateway, house)

    counted = await chat.ask("How many contacts do we have?")
    assert [chunk["output"] for chunk in of(counted, "tool-output-available")] == [
        {"count": await gateway.count_contacts()}
    ]
    found = await chat.ask(f"What do we know of {person.email}?", contactId=str(person.id))

    assert [chunk["toolName"] for chunk in of(found, "tool-input-available")] == ["searchContacts", "getContactDetails"]
    assert person.email in text_of(found)
    assert f"/app/contacts/{person.id}" in of(found, "source-url")[0]["url"]
    assert (found[0]["type"], found[-1]) == ("start", {"type": "finish", "finishReason": "stop"})
    shown = await chat.shown()
    assert [message["role"] for message in shown["messages"]] == ["user", "assistant", "user", "assistant"]
    assert shown["messages"][-1]["id"] == found[0]["messageId"]
    assert (shown["title"], shown["is_answering"]) == ("How many contacts do we have?", False)

    proposed = await chat.ask(f"Change the phone of {person.email} to +44 20 7946 0000.")
    (plan,) = of(proposed, "data-plan")
    assert [step["after"] for step in plan["data"]["steps"]] == [{"phone": "+44 20 7946 0000"}]


async def test_the_stand_in_counts_by_a_source_tells_conflicts_and_proposes_what_is_ordered(
    house: House, gateway: Gateway
) -> None:
    script(house)
    person = await person_of(gateway, house)
    chat = Chat(gateway, house)

    counted = await chat.ask("How many contacts from HubSpot have an e-mail address?")
    listed = await chat.ask(f"What disagrees about {person.email}?")
    noted = await chat.ask(f"Add a note to {person.email}: likes tea")

    asked_for = "filter=" + quote('{"combinator":"and","rules":[{"field":"has_email","operator":"eq","value":true}]}')
    _, body = await gateway.call("GET", f"/contacts/count?source=hubspot&{asked_for}")
    told = msgspec.json.decode(body)
    assert [chunk["output"] for chunk in of(counted, "tool-output-available")] == [told]
    assert f"{told['count']:,} contacts known to HubSpot with an e-mail address" in text_of(counted)
    assert of(listed, "tool-input-available")[-1]["toolName"] == "listConflicts"
    assert {each["url"].split("?")[0] for each in of(listed, "source-url")} == {f"/app/contacts/{person.id}"}
    (plan,) = of(noted, "data-plan")
    assert [step["after"] for step in plan["data"]["steps"]] == [{"note": "likes tea"}]


async def test_tools_are_called_side_by_side_and_wrong_calls_are_told_what_would_be_right(
    house: House, gateway: Gateway
) -> None:
    both = [calls("countContacts"), calls("listSources"), calls("eatContacts"), calls("searchContacts", words="x")]
    script(house, {"answers": [says("Let me see.", thinking="Hm.", tools=both), says("That is it.")]})
    chunks = await Chat(gateway, house).ask("Go")

    assert len(of(chunks, "tool-output-available")) == 2
    assert [chunk["toolName"] for chunk in of(chunks, "tool-input-error")] == ["eatContacts", "searchContacts"]
    assert "".join(chunk["delta"] for chunk in of(chunks, "reasoning-delta")) == "Hm."
    assert text_of(chunks) == "Let me see.That is it."
    results = {block["tool_use_id"]: block for block in asked(house)[-1]["messages"][-1]["content"]}
    assert sum(block.get("is_error", False) for block in results.values()) == 2


async def test_what_was_looked_at_is_cited_however_much_was_listed_before(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    look = {"name": "getContactDetails", "input": {"contact_id": str(person.id)}}
    lists = [calls("searchContacts", query=letter) for letter in "abcdefghijklm"]
    script(house, {"answers": [says("", tools=lists), says("", tools=[look]), says("That is it.")]})

    chunks = await Chat(gateway, house).ask("Go")

    cited = [chunk["sourceId"] for chunk in of(chunks, "source-url")]
    assert len(cited) == len(set(cited))
    assert {f"{source.connection_id}/{source.provider_id}" for source in person.sources} <= set(cited)
    assert "more" in cited, "that more was listed is said"


async def test_a_client_that_sends_all_that_was_said_is_heard(house: House, gateway: Gateway) -> None:
    script(house, {"answers": [says("Here I am.")]})
    found = {"type": "tool-getTimeline", "toolCallId": "c", "state": "output-available", "output": "x" * 1_020_000}
    before = {"id": "m1", "role": "assistant", "parts": [found]}
    question = {"id": "m2", "role": "user", "parts": [{"type": "text", "text": "Are you there?"}]}

    chunks = await Chat(gateway, house).ask("", messages=[before, question])

    assert text_of(chunks) == "Here I am."


@pytest.mark.parametrize(("tools", "spoken", "most"), [(1, None, 12), (9, None, 5), (1, 200_000, 3)])
async def test_a_turn_takes_no_more_steps_calls_and_words_than_it_may(
    house: House, gateway: Gateway, tools: int, spoken: int | None, most: int
) -> None:
    script(house, {"answers": [says("", tools=[calls("countContacts")] * tools, spoken=spoken)]})
    chat = Chat(gateway, house)
    chunks = await chat.ask("Count for ever")

    assert len(of(chunks, "start-step")) == most
    assert "than a turn may" in chunks[-1]["errorText"]
    script(house, {"answers": [says("I am still here.")]})
    assert text_of(await chat.ask("Are you there?")) == "I am still here."


async def test_a_proposal_is_done_once_and_only_after_a_yes(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Countess"})
    script(house, {"answers": [says("I can.", tools=[change, calls("countContacts")]), says("Told.")]})
    chat = Chat(gateway, house)

    chunks = await chat.ask("Make her a countess")
    (request,) = of(chunks, "tool-approval-request")
    assert chunks[-1] == {"type": "finish", "finishReason": "tool-calls"}
    (plan,) = of(chunks, "data-plan")
    assert plan["data"]["steps"][0]["after"] == {"job_title": "Countess"}
    open_ = (await chat.shown())["messages"][-1]["parts"]
    assert [part["state"] for part in open_ if part.get("approval")] == ["approval-requested"]

    assert (await chat.decide({"id": str(uuid4()), "approved": True}))[0] == 409
    async with Gateway(house.gateway_url) as stranger:
        await join(stranger)
        theirs = Chat(stranger, house)
        theirs.id = chat.id
        assert (await theirs.decide({"id": request["approvalId"], "approved": True}))[0] == 404

    status, told = await chat.decide({"id": request["approvalId"], "approved": True})
    assert status == 200, told
    assert told[0] == {"type": "start", "messageId": chunks[0]["messageId"]}
    (done,) = of(told, "tool-output-available")
    assert [step["state"] for step in done["output"]["steps"]] == ["succeeded"]
    assert text_of(told) == "Told."
    assert (await chat.decide({"id": request["approvalId"], "approved": True}))[0] == 409

    async def is_written() -> bool:
        detail = await gateway.contact(person.id)
        return detail is not None and detail.fields.get("job_title") == "Countess"

    await until(is_written, what="the new job title")
    status, body = await gateway.call("GET", f"/proposals/{request['approvalId']}")
    assert (status, msgspec.json.decode(body)["state"]) == (200, "done")


async def test_a_proposal_that_is_refused_or_left_open_does_nothing(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Nobody"})
    script(
        house, {"when": "Change", "answers": [says("", tools=[change]), says("Then not.")]}, {"answers": [says("Hi.")]}
    )
    chat = Chat(gateway, house)

    (request,) = of(await chat.ask("Change it"), "tool-approval-request")
    _, told = await chat.decide({"id": request["approvalId"], "approved": False, "reason": "She is somebody"})
    assert [chunk["type"] for chunk in told if chunk["type"].startswith("tool-")] == ["tool-output-denied"]
    assert "She is somebody" in asked(house)[-1]["messages"][-1]["content"][0]["content"]

    (left,) = of(await chat.ask("Change it again"), "tool-approval-request")
    assert text_of(await chat.ask("Something else")) == "Hi."
    assert (await chat.decide({"id": left["approvalId"], "approved": True}))[0] == 409
    _, body = await gateway.call("GET", "/proposals?state=refused")
    assert [each["id"] for each in msgspec.json.decode(body)["items"]] == [left["approvalId"], request["approvalId"]]
    detail = await gateway.contact(person.id)
    assert detail is not None
    assert detail.fields.get("job_title") != "Nobody"


async def test_a_proposal_is_edited_and_approved_beside_the_conversation(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Countes"})
    script(house, {"when": "Change", "answers": [says("", tools=[change])]}, {"answers": [says("I saw.")]})
    chat = Chat(gateway, house)
    (request,) = of(await chat.ask("Change it"), "tool-approval-request")
    path = f"/proposals/{request['approvalId']}"

    wrong = {"input": {"contact_id": str(person.id), "changes": {"shoe_size": "9"}}}
    assert (await gateway.call("POST", f"{path}/approve", wrong))[0] == 400
    right = {"input": {"contact_id": str(person.id), "changes": {"job_title": f"Countess {uuid4().hex[:6]}"}}}
    status, body = await gateway.call("POST", f"{path}/approve", right)
    assert status == 200, body
    assert msgspec.json.decode(body)["state"] == "done", body
    assert (await gateway.call("POST", f"{path}/refuse", {}))[0] == 409

    assert text_of(await chat.ask("And now?")) == "I saw."
    first, *_ = asked(house)[-1]["messages"][-1]["content"]
    assert (first["type"], first.get("is_error", False)) == ("tool_result", False)


async def test_a_turn_is_followed_from_its_beginning_and_stopped(house: House, gateway: Gateway) -> None:
    script(house, {"answers": [says("Once upon a time " * 20, pause=0.1)]})
    chat = Chat(gateway, house)

    async with chat.begin("Tell me") as answer:
        assert (await anext(aiter(heard(answer))))["type"] == "start"
    async with chat.follow() as again:
        assert again.status == 200
        assert (await anext(aiter(heard(again))))["type"] == "start"
        status, _ = await gateway.call("POST", "/chat", _question(chat.id, "And?"))
        assert status == 409
    async with chat.follow() as whole:
        stopping = asyncio.create_task(chat.stop())
        chunks = [chunk async for chunk in heard(whole)]
        assert await stopping == 204
    assert chunks[-1]["type"] == "abort"
    async with chat.follow() as nothing:
        assert nothing.status == 204
    script(house, {"answers": [says("Yes.")]})
    went_on = await chat.ask("Still there?")
    assert text_of(went_on) == "Yes.", went_on


def _question(chat_id: str, text: str) -> dict[str, Any]:
    message = {"id": "u", "role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": chat_id, "messages": [message], "trigger": "submit-message"}


@pytest.mark.parametrize("fault", ["cut", "error_event"])
async def test_what_breaks_off_is_asked_again_and_told_when_it_stays_so(
    house: House, gateway: Gateway, fault: str
) -> None:
    script(house, {"answers": [says("Half of it" + ", and so on" * 9, fault=fault)]})
    chat = Chat(gateway, house)

    chunks = await chat.ask("Say it")

    assert len(of(chunks, "reset-step")) == 2
    assert text_of(chunks).count("Half of it") == 3
    (error,) = of(chunks, "error")
    assert "model" in error["errorText"]
    script(house, {"answers": [says("All of it.")]})
    assert text_of(await chat.ask("Again")) == "All of it."


async def test_limits_end_a_turn_and_the_conversation_goes_on(house: House, gateway: Gateway) -> None:
    script(
        house, {"when": "for ever", "answers": [says("", tools=[calls("countContacts")])]}, {"answers": [says("Ok.")]}
    )
    chat = Chat(gateway, house)

    (error,) = of(await chat.ask("Count for ever"), "error")

    assert "more steps" in error["errorText"]
    assert text_of(await chat.ask("Stop that")) == "Ok."
    status, body = await gateway.call("GET", "/usage")
    used = msgspec.json.decode(body)
    assert (status, used["days"][0]["turns"]) == (200, 2)
    assert used["used_today"] > 0
    assert (used["model"], used["is_stand_in"]) == ("stand-in", True)


@pytest.mark.embedded
async def test_who_is_killed_in_mid_turn_leaves_a_proposal_that_is_decided_once(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Reborn"})
    slow = says("Much to say about this, " * 50, pause=0.2)
    script(house, {"when": "Change", "answers": [says("", tools=[change]), says("Done.")]}, {"answers": [slow]})
    chat, other = Chat(gateway, house), Chat(gateway, house)
    (request,) = of(await chat.ask("Change it"), "tool-approval-request")
    async with other.begin("Talk") as answer:
        assert (await anext(aiter(heard(answer))))["type"] == "start"
        house.kill("agent")

    async def is_put_right() -> bool:
        status, body = await gateway.call("GET", f"/chat/{other.id}")
        return status == 200 and not msgspec.json.decode(body)["is_answering"]

    await until(is_put_right, what="the interrupted conversation")
    assert "interrupted" in (await other.shown())["messages"][-1]["parts"][-1]["text"]
    status, told = await chat.decide({"id": request["approvalId"], "approved": True})
    assert (status, text_of(told)) == (200, "Done."), told
    assert (await chat.decide({"id": request["approvalId"], "approved": True}))[0] == 409
