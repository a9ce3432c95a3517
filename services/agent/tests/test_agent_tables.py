"""The tables are what tables.py says, and a conversation goes whole."""

from typing import Any
from uuid import uuid4

import pytest
from agent import chats, proposal_queries, queries
from agent.conversation import Said
from agent.handlers import on_contacts_erased
from agent.keys import ChatKey
from agent.proposal_queries import Asked
from agent.queries import Message
from agent.tables import metadata
from agent.tools.tool import Plan
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from contracts.golden_records import ContactErased
from servicekit.database import Database
from sqlalchemy import Connection


async def test_the_migrations_make_the_tables_that_tables_py_describes(db: Database) -> None:
    def differences(conn: Connection) -> list[Any]:
        context = MigrationContext.configure(
            conn, opts={"compare_server_default": True, "include_name": lambda name, *_: name != "alembic_version"}
        )
        return compare_metadata(context, metadata)

    async with db.engine.connect() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_conversation_that_names_an_erased_contact_goes_and_others_stay(db: Database) -> None:
    workspace_id, person, contact, connection = uuid4(), uuid4(), uuid4(), uuid4()
    keys = [ChatKey(workspace_id, person, name) for name in ("named", "recorded", "other")]
    texts = [f"about {contact}", f"{connection}/a_1%", "about nobody"]
    async with db.transaction(workspace_id) as conn:
        for key, text in zip(keys, texts, strict=True):
            await queries.make_chat(conn, key, "A chat")
            await queries.add_said(conn, key, Said("user", [{"type": "text", "text": text}]))
            await queries.save_message(conn, key, Message("m", "user", [{"type": "text", "text": text}]))
    event = ContactErased(workspace_id=workspace_id, golden_id=contact, sources=((connection, "a_1%"),))

    async with db.transaction(workspace_id) as conn:
        await on_contacts_erased(conn, [event])

    async with db.transaction(workspace_id) as conn:
        left = await queries.list_chats(conn, workspace_id, person, before=None, at_most=9)
        assert [each.id for each in left] == ["other"]
        assert await queries.load_said(conn, keys[0]) == []


@pytest.mark.parametrize(("about", "left"), [("the erased", []), ("another", ["chat"])])
async def test_what_a_turn_wrote_of_somebody_who_was_erased_meanwhile_goes_when_it_is_over(
    db: Database, about: str, left: list[str]
) -> None:
    workspace_id, person, contact = uuid4(), uuid4(), uuid4()
    key = ChatKey(workspace_id, person, "chat")
    async with db.transaction(workspace_id) as conn:
        await queries.make_chat(conn, key, "A chat")
        await queries.begin_turn(conn, key, uuid4(), 60)
    async with db.transaction(workspace_id) as conn:
        await on_contacts_erased(conn, [ContactErased(workspace_id=workspace_id, golden_id=contact, sources=())])
        await on_contacts_erased(conn, [ContactErased(workspace_id=workspace_id, golden_id=uuid4(), sources=())])

    async with db.transaction(workspace_id) as conn:
        told = [{"type": "text", "text": f"about {contact if about == 'the erased' else uuid4()}"}]
        await queries.add_said(conn, key, Said("user", told))
        await queries.end_turn(conn, key)

    async with db.transaction(workspace_id) as conn:
        shown = await queries.list_chats(conn, workspace_id, person, before=None, at_most=9)
        assert [each.id for each in shown] == left


async def test_of_a_deleted_conversation_stays_what_was_decided(db: Database) -> None:
    workspace_id, person = uuid4(), uuid4()
    key = ChatKey(workspace_id, person, "chat")
    refused, waiting = uuid4(), uuid4()
    async with db.transaction(workspace_id) as conn:
        await queries.make_chat(conn, key, "A chat")
        for proposal_id in (refused, waiting):
            await proposal_queries.add_proposal(
                conn,
                workspace_id,
                person,
                proposal_id,
                asked=Asked("chat", "m", f"call_{proposal_id}"),
                tool="addNote",
                given={},
                plan=Plan(title="A note", steps=()),
                seconds=60,
            )
        await proposal_queries.claim(conn, workspace_id, person, refused, state="refused")

    async with db.transaction(workspace_id) as conn:
        await chats.delete_chat(conn, key)

    async with db.transaction(workspace_id) as conn:
        found = await proposal_queries.list_proposals(conn, workspace_id, person, state=None, before=None, at_most=9)
    assert [(each.proposal_id, each.state, each.chat_id) for each in found] == [(refused, "refused", None)]


async def test_conversations_are_one_persons(db: Database) -> None:
    workspace_id, ours = uuid4(), uuid4()
    key = ChatKey(workspace_id, ours, "chat")
    async with db.transaction(workspace_id) as conn:
        await queries.make_chat(conn, key, "A chat")
    async with db.transaction(workspace_id) as conn:
        assert await queries.lock_chat(conn, ChatKey(workspace_id, uuid4(), "chat")) is None
    async with db.transaction(uuid4()) as conn:
        assert await queries.lock_chat(conn, key) is None
