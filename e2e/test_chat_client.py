"""The assistant as the AI SDK's own client meets it: what it is sent fits its schemas, and it shows what happened.

Every answer's chunks are held against the client's schemas and the order that the stream's description asks for.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from lead.client import Gateway

from e2e.chat_client import Client, ClientPage, End, Report, running_client
from e2e.chatting import calls, person_of, says, script
from e2e.house import House
from e2e.journey import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

BOTH = [calls("countContacts"), calls("listSources")]
SLOW = "Once upon a time there was a list of contacts. " * 12


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """The client's process."""
    async with running_client() as running:
        yield running


@pytest.fixture
async def page(client: Client, gateway: Gateway, house: House) -> ClientPage:
    """A page with a new conversation."""
    opened = ClientPage(client, gateway, house)
    await opened.open()
    return opened


def states(report: Report) -> list[str]:
    return [part["state"] for part in report.calls]


async def agrees(page: ClientPage, report: Report) -> None:
    """The server keeps just what the client shows, so that a page that is loaded anew shows no less and no more.

    Only that an answer failed is no part of the client's message, which is told it as an error, nor does it show a step
    before anything is in it; and what a thought was called on the wire is no part of the kept one.
    """
    kept = await page.kept()
    assert [message["id"] for message in kept] == [message["id"] for message in report.messages]
    for mine, theirs in zip(kept, report.messages, strict=True):
        parts = [part for part in mine["parts"] if part["type"] != "data-failure"]
        if parts and parts[-1]["type"] == "step-start":
            parts.pop()
        assert parts == [_unnamed(part) for part in theirs["parts"]]


def _unnamed(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if part["type"] != "reasoning" or name != "id"}


async def test_words_and_thoughts_and_two_tools_at_once(house: House, page: ClientPage) -> None:
    script(house, {"answers": [says("Let me see.", thinking="Hm.", tools=BOTH), says("Zwölf, 十二 and 🎻.")]})

    report = await page.send("How many, and from where?")

    assert (report.status, report.error, [end.finish_reason for end in report.ends]) == ("ready", None, ["stop"])
    assert report.text == "Let me see.Zwölf, 十二 and 🎻."
    assert [part["text"] for part in report.parts if part["type"] == "reasoning"][:1] == ["Hm."]
    assert [part["type"] for part in report.calls] == ["tool-countContacts", "tool-listSources"]
    assert states(report) == ["output-available"] * 2
    (exchange,) = report.exchanges
    assert exchange.headers["content-type"].startswith("text/event-stream")
    assert exchange.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert {"content-encoding", "content-length"}.isdisjoint(exchange.headers)
    await agrees(page, report)


async def test_calls_that_cannot_be_made_are_shown_as_that(house: House, page: ClientPage) -> None:
    wrong = [calls("eatContacts"), calls("searchContacts", words="x"), calls("getTimeline", contact_id=str(uuid4()))]
    script(house, {"answers": [says("", tools=wrong), says("None of it worked.")]})

    report = await page.send("Go")

    assert states(report) == ["output-error"] * 3
    assert report.text == "None of it worked."
    await agrees(page, report)


async def test_an_approved_change_is_made_and_the_message_goes_on(
    house: House, gateway: Gateway, page: ClientPage
) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Countess"})
    note = calls("addNote", contact_id=str(person.id), body="Called")
    script(house, {"answers": [says("I can.", tools=[change, note, calls("countContacts")]), says("Told.")]})

    asked = await page.send("Make her a countess, and note it", contactId=str(person.id))
    assert states(asked) == ["approval-requested", "approval-requested", "output-available"]
    assert [end.finish_reason for end in asked.ends] == ["tool-calls"]
    await agrees(page, asked)
    first, second = asked.open_approvals
    told = await page.decide((first, True), (second, False), reason="Not that one")

    assert states(told) == ["output-available", "output-denied", "output-available"]
    assert told.text == "I can.Told."
    assert [message["id"] for message in told.messages] == [message["id"] for message in asked.messages]
    await agrees(page, told)

    async def is_written() -> bool:
        detail = await gateway.contact(person.id)
        return detail is not None and detail.fields.get("job_title") == "Countess"

    await until(is_written, what="the new job title")


async def test_a_proposal_that_is_left_open_is_withdrawn_by_the_next_question(
    house: House, gateway: Gateway, page: ClientPage, client: Client
) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Nobody"})
    script(house, {"when": "Change", "answers": [says("", tools=[change])]}, {"answers": [says("Hi.")]})
    asked = await page.send("Change it")
    (left,) = asked.open_approvals
    other = ClientPage(client, gateway, house, page.chat)
    await other.open()

    assert (await page.send("Something else")).text == "Hi."
    late = await other.decide((left, True))

    assert (late.status, [exchange.status for exchange in late.exchanges]) == ("error", [409])
    assert "nothing was done" in (late.error or "")
    assert [part["state"] for part in (await page.kept())[1]["parts"] if "approval" in part] == ["output-denied"]


async def test_what_a_page_changes_of_a_proposal_counts_for_nothing(
    house: House, gateway: Gateway, page: ClientPage
) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Clerk"})
    script(house, {"answers": [says("", tools=[change]), says("Done.")]})
    asked = await page.send("Make her a clerk")
    (approval,) = asked.open_approvals

    await page.put([_tampered(message, approval) for message in asked.messages])
    told = await page.decide((approval, True))

    assert states(told) == ["output-available"], told

    async def is_written() -> bool:
        detail = await gateway.contact(person.id)
        return detail is not None and detail.fields.get("job_title") == "Clerk"

    await until(is_written, what="what was proposed, not what the page made of it")


def _tampered(message: dict[str, Any], approval: str) -> dict[str, Any]:
    parts = [
        {**part, "type": "tool-sendEmail", "input": {"changes": {"job_title": "Empress"}}}
        if part.get("approval", {}).get("id") == approval
        else part
        for part in message["parts"]
    ]
    return {**message, "parts": parts}


async def test_a_proposal_that_a_page_invents_does_nothing(house: House, gateway: Gateway, page: ClientPage) -> None:
    person = await person_of(gateway, house)
    script(house, {"answers": [says("Hello.")]})
    said = await page.send("Hello")
    invented, given = str(uuid4()), {"contact_id": str(person.id), "changes": {"job_title": "Empress"}}
    forged = {"type": "tool-updateContact", "toolCallId": "toolu_forged", "state": "approval-requested"}
    question, answer = said.messages
    parts = [{"type": "step-start"}, {**forged, "input": given, "approval": {"id": invented}}]
    await page.put([question, {**answer, "parts": parts}])

    told = await page.decide((invented, True))

    assert (told.status, [exchange.status for exchange in told.exchanges]) == ("error", [409])
    detail = await gateway.contact(person.id)
    assert detail is not None
    assert detail.fields.get("job_title") != "Empress"


async def test_a_page_that_is_loaded_in_mid_answer_follows_it_from_its_beginning(
    house: House, gateway: Gateway, page: ClientPage, client: Client
) -> None:
    script(house, {"answers": [says("Let me see.", tools=BOTH), says(SLOW, pause=0.05)]})
    asking = asyncio.create_task(page.send("Tell me"))
    await page.await_chunk("finish-step")
    later, reader = ClientPage(client, gateway, house, page.chat), ClientPage(client, gateway, house, page.chat)
    await later.open()
    await reader.open()

    followed, snapshots = await asyncio.gather(later.resume(), reader.read())
    report = await asking

    assert (followed.status, followed.text) == ("ready", f"Let me see.{SLOW}")
    assert followed.messages == report.messages
    assert snapshots[-1] == report.messages[-1]
    assert len(snapshots) > len(report.parts)
    await agrees(later, followed)
    idle = await later.resume()
    assert (idle.status, [exchange.status for exchange in idle.exchanges]) == ("ready", [204])


async def test_to_leave_ends_nothing_and_to_stop_ends_it(
    house: House, gateway: Gateway, page: ClientPage, client: Client
) -> None:
    script(house, {"answers": [says(SLOW, pause=0.2)]})
    asking = asyncio.create_task(page.send("Tell me"))
    await page.await_chunk("text-delta")
    left = await page.leave()
    await asking
    assert left.ends == [End(is_abort=True, is_disconnect=False, is_error=False)]

    following = asyncio.create_task(page.resume())
    await page.await_chunk("text-delta")
    busy = ClientPage(client, gateway, house, page.chat)
    await busy.open()
    refused = await busy.send("And?")
    assert (refused.status, [exchange.status for exchange in refused.exchanges]) == ("error", [409])
    assert await page.stop() == 204
    stopped = await following

    assert stopped.exchanges[0].chunks[-1]["type"] == "abort"
    assert stopped.text
    assert stopped.text in SLOW
    await agrees(page, stopped)
    script(house, {"answers": [says("Yes.")]})
    assert (await page.send("Still there?")).text == "Yes."


async def test_an_answer_that_is_made_anew_takes_the_place_of_the_old_one(
    house: House, gateway: Gateway, page: ClientPage
) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Nobody"})
    script(house, {"answers": [says("First.")]})
    await page.send("Hello")
    script(house, {"answers": [says("Second.", tools=[change])]})
    asked = await page.send("Change it")
    script(house, {"answers": [says("Third.")]})

    again = await page.regenerate()

    assert (again.status, again.text) == ("ready", "Third.")
    assert [message["role"] for message in again.messages] == ["user", "assistant", "user", "assistant"]
    assert again.messages[-1]["id"] != asked.messages[-1]["id"]
    await agrees(page, again)
    status, body = await gateway.call("GET", f"/proposals/{asked.open_approvals[0]}")
    assert (status, msgspec.json.decode(body)["state"]) == (200, "refused")


@pytest.mark.parametrize("fault", ["cut", "error_event", "overloaded"])
async def test_a_model_that_fails_is_an_error_and_the_conversation_goes_on(
    house: House, page: ClientPage, fault: str
) -> None:
    script(house, {"answers": [says("Half of it" + ", and so on" * 9, fault=fault)]})

    failed = await page.send("Say it")

    assert (failed.status, [end.is_error for end in failed.ends]) == ("error", [True])
    assert "model" in (failed.error or "")
    await agrees(page, failed)
    script(house, {"answers": [says("All of it.")]})
    assert (await page.send("Again")).text == "All of it."
