"""What becomes of an approval when it takes long, or somebody dies over it: it is told as it is, and done once."""

import asyncio
from typing import Any

import msgspec
import pytest
from lead.client import Gateway

from e2e.chatting import Chat, calls, of, person_of, says, script, text_of, told_of_calls
from e2e.house import House
from e2e.journey import golden_records, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]


NOTES = "/crm/objects/2026-03/notes"


async def proposal(gateway: Gateway, proposal_id: str) -> dict[str, Any]:
    """Show a proposal."""
    status, body = await gateway.call("GET", f"/proposals/{proposal_id}")
    assert status == 200, body
    shown: dict[str, Any] = msgspec.json.decode(body)
    return shown


async def ended(gateway: Gateway, proposal_id: str) -> dict[str, Any]:
    """Wait for a proposal's end."""

    async def is_over() -> bool:
        return (await proposal(gateway, proposal_id))["state"] not in ("open", "running")

    await until(is_over, what="the end of the proposal", seconds=90)
    return await proposal(gateway, proposal_id)


async def actions(gateway: Gateway) -> list[dict[str, Any]]:
    """List what was done at providers."""
    status, body = await gateway.call("GET", "/actions")
    items: list[dict[str, Any]] = msgspec.json.decode(body)["items"] if status == 200 else []
    return items


async def test_a_slow_provider_is_waited_for_beside_the_answer(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Late"})
    script(house, {"when": "Change", "answers": [says("", tools=[change])]}, {"answers": [says("I saw.")]})
    chat = Chat(gateway, house)
    (request,) = of(await chat.ask("Change it"), "tool-approval-request")
    house.control("faults", {"kind": "rate_limit", "path": "/crm", "times": 1, "seconds": 25})

    status, body = await gateway.call("POST", f"/proposals/{request['approvalId']}/approve", {})

    assert (status, msgspec.json.decode(body)["state"]) == (200, "running"), body
    assert (await ended(gateway, request["approvalId"]))["state"] == "done"
    assert text_of(await chat.ask("And now?")) == "I saw."
    assert [each.startswith("Approved and done") for each in told_of_calls(house)] == [True]
    parts = [part for said in (await chat.shown())["messages"] for part in said["parts"] if part.get("approval")]
    assert [part["state"] for part in parts] == ["output-available"]
    assert len(await actions(gateway)) == 1


@pytest.mark.embedded
async def test_who_writes_may_die_over_it_and_what_was_approved_is_done_once(house: House, gateway: Gateway) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": "Later"})
    script(house, {"when": "Change", "answers": [says("", tools=[change]), says("Told.")]})
    chat = Chat(gateway, house)
    (request,) = of(await chat.ask("Change it"), "tool-approval-request")
    deciding = asyncio.create_task(chat.decide({"id": request["approvalId"], "approved": True}))

    async def is_taken() -> bool:
        return bool(await actions(gateway))

    await until(is_taken, what="the action", seconds=20)
    house.kill("sync-worker")
    status, told = await deciding

    assert (status, text_of(told)) == (200, "Told."), told
    assert (await ended(gateway, request["approvalId"]))["state"] == "done"
    assert [each["state"] for each in await actions(gateway)] == ["succeeded"]


@pytest.mark.embedded
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_what_was_done_is_told_as_done_when_the_rest_is_broken_off(
    house: House, gateway: Gateway, how: str
) -> None:
    person = await person_of(gateway, house)
    change = calls("updateContact", contact_id=str(person.id), changes={"job_title": f"Aaa {how}"})
    other = next(each for each in await golden_records(gateway) if each.id != person.id)
    note = calls("addNote", contact_id=str(other.id), body=f"A note {how}")
    script(
        house,
        {"when": "Change", "answers": [says("", tools=[change, note, calls("countContacts")])]},
        {"answers": [says("Hm.")]},
    )
    chat = Chat(gateway, house)
    chunks = await chat.ask("Change both")
    names = {chunk["toolCallId"]: chunk["toolName"] for chunk in of(chunks, "tool-input-available")}
    slow, quick = sorted(of(chunks, "tool-approval-request"), key=lambda each: names[each["toolCallId"]])
    status, body = await gateway.call("POST", f"/proposals/{quick['approvalId']}/approve", {})
    assert (status, msgspec.json.decode(body)["state"]) == (200, "done"), body
    house.control("faults", {"kind": "rate_limit", "path": NOTES, "method": "POST", "seconds": 25})
    deciding = asyncio.create_task(chat.decide({"id": slow["approvalId"], "approved": True}))

    async def is_begun() -> bool:
        return (await proposal(gateway, slow["approvalId"]))["state"] == "running"

    await until(is_begun, what="the approval", seconds=20)

    if how == "stop":
        assert await chat.stop() == 204
        await deciding
    else:
        house.kill("agent")
        await asyncio.gather(deciding, return_exceptions=True)

        async def is_put_right() -> bool:
            status, body = await gateway.call("GET", f"/chat/{chat.id}")
            return status == 200 and not msgspec.json.decode(body)["is_answering"]

        await until(is_put_right, what="the interrupted conversation", seconds=60)

    assert text_of(await chat.ask("And now?")) == "Hm."
    of_quick, of_slow, of_count = told_of_calls(house)
    assert of_quick.startswith("Approved and done")
    assert "not known yet" in of_slow or of_slow.startswith("Approved and done")
    assert '"count"' in of_count
    assert (await ended(gateway, slow["approvalId"]))["state"] == "done"
    parts = [part for said in (await chat.shown())["messages"] for part in said["parts"] if part.get("approval")]
    assert [part["state"] for part in parts] == ["output-available", "output-available"]
