"""Proposals whose end is heard of as events, after whoever approved them stopped waiting."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from agent import chats, proposal_queries, queries
from agent.carrying_out import key_of
from agent.conversation import Said
from agent.handlers import on_actions_ended
from agent.keys import ChatKey
from agent.proposal_queries import Asked, Proposal
from agent.queries import Message
from agent.tools.tool import Plan, Step
from contracts.actions import ActionEnded
from servicekit.database import Database
from sqlalchemy import text

PLAN = Plan(
    title="Two notes", steps=(Step(says="Note at HubSpot", effect="It stands there."), Step(says="Note at Zendesk"))
)
CHAT = ChatKey(uuid4(), uuid4(), "chat")


def call(name: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": name, "name": "addNote", "input": {}}


async def approved(db: Database, *, asked: Asked | None = None) -> UUID:
    proposal_id = uuid4()
    async with db.transaction(CHAT.workspace_id) as conn:
        await proposal_queries.add_proposal(
            conn,
            CHAT.workspace_id,
            CHAT.user_id,
            proposal_id,
            asked=asked,
            tool="addNote",
            given={},
            plan=PLAN,
            seconds=60,
        )
        await proposal_queries.claim(conn, CHAT.workspace_id, CHAT.user_id, proposal_id, state="running")
    return proposal_id


async def begin_chat(db: Database, *calls: str) -> None:
    """A conversation that waits for these calls."""
    parts: list[dict[str, Any]] = [
        {"type": "tool-addNote", "toolCallId": each, "state": "approval-requested", "approval": {"id": each}}
        for each in calls
    ]
    async with db.transaction(CHAT.workspace_id) as conn:
        await queries.make_chat(conn, CHAT, "A chat")
        await queries.add_said(conn, CHAT, Said("user", [{"type": "text", "text": "Note it"}]))
        await queries.add_said(conn, CHAT, Said("assistant", [call(each) for each in calls]))
        await queries.save_message(conn, CHAT, Message("m", "assistant", parts))


async def hear(db: Database, key: str | None, state: Any = "succeeded") -> None:
    event = ActionEnded(
        workspace_id=CHAT.workspace_id,
        action_id=uuid4(),
        connection_id=uuid4(),
        kind="update_contact",
        state=state,
        key=key,
        provider_id="7",
    )
    async with db.transaction(CHAT.workspace_id) as conn:
        await on_actions_ended(conn, [event])


async def find(db: Database, proposal_id: UUID) -> Proposal:
    async with db.transaction(CHAT.workspace_id) as conn:
        found = await proposal_queries.find_proposal(conn, CHAT.workspace_id, None, proposal_id)
    assert found
    return found


async def ends_told(db: Database) -> list[str]:
    """The proposals of which it was announced that they ended."""
    async with db.engine.connect() as conn:
        rows = await conn.execute(text("SELECT payload FROM bus.event WHERE event_name = 'proposal.ended.v1'"))
        return [row.payload["proposal_id"] for row in rows]


async def said(db: Database) -> Sequence[Said]:
    async with db.transaction(CHAT.workspace_id) as conn:
        return await queries.load_said(conn, CHAT)


@pytest.mark.parametrize(("second", "state"), [("succeeded", "done"), ("conflict", "failed"), ("failed", "failed")])
async def test_a_proposal_is_over_when_all_its_steps_are(db: Database, second: str, state: str) -> None:
    proposal_id = await approved(db)

    await hear(db, key_of(proposal_id, 0))
    assert (await find(db, proposal_id)).state == "running"
    assert await ends_told(db) == []
    await hear(db, key_of(proposal_id, 1), second)

    assert await ends_told(db) == [str(proposal_id)]
    found = await find(db, proposal_id)
    assert found.state == state
    assert [(step["says"], step["state"]) for step in found.outcome["steps"]] == [
        ("Note at HubSpot", "succeeded"),
        ("Note at Zendesk", second),
    ]
    assert found.outcome["steps"][0]["undo"].endswith("/undo")
    assert found.outcome["steps"][0]["record"].endswith("/7")
    assert found.outcome["steps"][0]["effect"] == "It stands there."


async def test_other_keys_and_what_is_over_change_nothing(db: Database) -> None:
    proposal_id = await approved(db)

    for key in (None, "somebody's own", key_of(uuid4(), 0), key_of(proposal_id, 7)):
        await hear(db, key)
    assert (await find(db, proposal_id)).outcome is None
    for number in (0, 1, 0):
        await hear(db, key_of(proposal_id, number), "failed" if number else "succeeded")
    assert (await find(db, proposal_id)).state == "failed"
    assert await ends_told(db) == [str(proposal_id)]


async def test_a_conversation_that_waited_is_told_once_all_is_known(db: Database) -> None:
    await begin_chat(db, "1", "2")
    first, second = [await approved(db, asked=Asked("chat", "m", each)) for each in ("1", "2")]

    for number in (0, 1):
        await hear(db, key_of(first, number))
    assert len(await said(db)) == 2
    for number in (0, 1):
        await hear(db, key_of(second, number), "conflict")

    told = (await said(db))[-1]
    assert [(block["tool_use_id"], block["content"].split(".")[0]) for block in told.content] == [
        ("1", "Approved and done"),
        ("2", "Approved, but nothing was done"),
    ]
    async with db.transaction(CHAT.workspace_id) as conn:
        shown = await chats.show_chat(conn, CHAT)
    assert [part["state"] for part in shown.messages[-1]["parts"]] == ["output-available", "output-error"]


async def ended_in_a_turn(db: Database) -> UUID:
    """A proposal that was approved, and ended while a turn of its conversation is under way."""
    await begin_chat(db, "1")
    proposal_id = await approved(db, asked=Asked("chat", "m", "1"))
    async with db.transaction(CHAT.workspace_id) as conn:
        await queries.begin_turn(conn, CHAT, uuid4(), 60)
    for number in (0, 1):
        await hear(db, key_of(proposal_id, number))
    return proposal_id


async def test_a_turn_that_is_under_way_tells_its_model_itself(db: Database) -> None:
    proposal_id = await ended_in_a_turn(db)

    assert (await find(db, proposal_id)).state == "done"
    assert len(await said(db)) == 2


async def test_who_died_after_the_end_of_a_proposal_leaves_it_told_as_done(db: Database) -> None:
    await ended_in_a_turn(db)
    async with db.transaction(CHAT.workspace_id) as conn:
        await queries.begin_turn(conn, CHAT, uuid4(), -1)

        shown = await chats.show_chat(conn, CHAT)

    assert shown.messages[-1]["parts"][0]["state"] == "output-available"
    assert (await said(db))[-1].content[0]["content"].startswith("Approved and done")
