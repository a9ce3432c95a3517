"""Actions: asked for once, carried out once, kept as any other record, undone."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from contracts.actions import (
    Action,
    ActionEnded,
    ActionView,
    ActionWish,
    AddNote,
    ContactFields,
    CreateContact,
    FieldConflict,
    RecordLink,
    ScheduleMeeting,
    SendEmail,
    UpdateContact,
)
from contracts.connections import (
    ConnectionAuthorized,
    ConnectionBroken,
    ConnectionPaused,
    ConnectionRemoved,
    ConnectionResumed,
)
from contracts.contacts import ContactFetched
from contracts.golden_records import ContactErased
from providers.actions import ActionConflict, Done, OutcomeUnknown, WriteUnsure
from providers.source import (
    AccessExpired,
    GrantRevoked,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from servicekit.errors import RetryLater
from shop_world import World, contact, deal
from sqlalchemy import text
from sync_worker import action_queries, actions, erasure
from sync_worker.actions import (
    ActionNotPossible,
    ActionUnfit,
    KeyReused,
    NotUndoable,
)
from sync_worker.actor import PAUSED
from sync_worker.run import PATIENCE
from sync_worker.schedule import ConnectionIsPaused, ConnectionNotActive, ConnectionNotFound

CREATE = CreateContact(contact=ContactFields(email="ada@example.com"))
UPDATE = UpdateContact(
    contact_id="1", changes=ContactFields(first_name="Augusta"), expected=ContactFields(first_name="Ada")
)
BACK = UpdateContact(
    contact_id="1", changes=ContactFields(first_name="Ada"), expected=ContactFields(first_name="Augusta")
)
NOTE = AddNote(contact_id="1", body="Called back")
PERSON = uuid4()


def done(*contacts: str, inverse: UpdateContact | None = None, why_not: str | None = None) -> Done:
    page = Page(contacts=tuple(contact(each, "Augusta") for each in contacts))
    records = tuple(RecordLink(provider_id=each) for each in contacts) or (RecordLink(provider_id="9", kind="deal"),)
    return Done(records=records, page=page, inverse=inverse, why_not=why_not)


async def ask(world: World, action: Action, key: str | None = None, connection_id: UUID | None = None) -> ActionView:
    wish = ActionWish(connection_id=connection_id or world.connection_id, action=action)
    async with world.db.transaction(world.workspace_id) as conn:
        return await actions.request_action(
            conn, world.workspace_id, wish, key=key or str(uuid4()), created_by=PERSON, sources={"shop": world.shop}
        )


async def undo(world: World, action_id: UUID) -> ActionView:
    async with world.db.transaction(world.workspace_id) as conn:
        return await actions.undo_action(
            conn, world.workspace_id, action_id, created_by=PERSON, sources={"shop": world.shop}
        )


async def look(world: World, action_id: UUID) -> ActionView:
    async with world.db.transaction(world.workspace_id) as conn:
        return await actions.get_action(conn, world.workspace_id, action_id)


async def carry_out(world: World, action: Action) -> ActionView:
    asked = await ask(world, action)
    with suppress(RetryLater):
        await world.actor.carry_out(world.workspace_id, asked.id)
    return await look(world, asked.id)


async def grant(world: World, *scopes: str) -> None:
    event = ConnectionAuthorized(
        workspace_id=world.workspace_id,
        connection_id=world.connection_id,
        provider="shop",
        account_id="1",
        account_name="Shop",
        authorized_at=datetime.now(UTC),
        scopes=scopes,
    )
    await world.tell(event)


async def contacts(world: World) -> Sequence[tuple[object, ...]]:
    return [tuple(row.values()) for row in await world.rows("SELECT provider_id, revision FROM source_contact")]


async def test_what_was_written_is_kept_with_the_actions_end(world: World) -> None:
    world.shop.done = done("7", why_not="Delete it there.")

    asked = await ask(world, CREATE, key="once")
    assert (asked.state, asked.records, asked.created_by) == ("queued", [], PERSON)
    await world.work_off("errands")
    ended = await look(world, asked.id)

    assert (ended.state, ended.problem, ended.records) == ("succeeded", None, [RecordLink(provider_id="7")])
    assert ended.ended_at is not None
    assert (ended.can_undo, ended.why_not) == (False, "Delete it there.")
    assert await contacts(world) == [("7", 1)]
    (fetched,) = await world.published(ContactFetched, "live")
    (told,) = await world.published(ActionEnded, "live")
    assert isinstance(fetched, ContactFetched)
    assert isinstance(told, ActionEnded)
    assert (fetched.provider_id, fetched.connection_id) == ("7", world.connection_id)
    assert (told.action_id, told.kind, told.state) == (asked.id, "create_contact", "succeeded")
    assert (told.key, told.provider_id) == ("once", "7")


async def test_a_sync_that_shows_it_again_has_nothing_to_say(world: World) -> None:
    world.shop.done = done("7")
    await carry_out(world, CREATE)
    world.shop.show("contacts", Page(contacts=(contact("7", "Augusta"),)))

    await world.sync()

    assert await contacts(world) == [("7", 1)]
    assert (await world.last_run()).counts["contacts"].unchanged == 1


async def test_a_complete_reading_under_way_does_not_miss_what_was_written(world: World) -> None:
    world.shop.list_everything()
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("2"),)))
    world.shop.held.add(("contacts", "1"))
    world.shop.done = done("7")
    syncing = asyncio.create_task(world.sync())
    await world.shop.reached["contacts", "1"].wait()

    await carry_out(world, CREATE)
    world.shop.release()
    await syncing

    living = await world.rows("SELECT provider_id FROM source_contact WHERE gone_at IS NULL ORDER BY 1")
    assert [row["provider_id"] for row in living] == ["1", "2", "7"]


async def test_a_page_that_was_read_before_does_not_take_back_what_was_written(world: World) -> None:
    world.shop.show("contacts", Page(), Page(contacts=(contact("7", "Ada"),)))
    world.shop.held.add(("contacts", "1"))
    world.shop.done = done("7")
    world.shop.keep(contact("7", "Augusta"))
    syncing = asyncio.create_task(world.sync())
    await world.shop.reached["contacts", "1"].wait()

    await carry_out(world, CREATE)
    world.shop.release()
    await syncing
    await world.fetch()

    told = [
        each.contact.first_name for each in await world.published(ContactFetched) if isinstance(each, ContactFetched)
    ]
    assert sorted(map(str, told)) == ["Ada", "Augusta", "Augusta"]
    assert await world.value("SELECT raw->>'first_name' FROM source_contact") == "Augusta"


async def test_interactions_are_kept_too(world: World) -> None:
    page = Page(interactions=(deal("9", "A deal", "1"),))
    world.shop.done = Done(records=(RecordLink(provider_id="9", kind="deal", url="https://shop.example/9"),), page=page)

    ended = await carry_out(world, NOTE)

    assert ended.records == [RecordLink(provider_id="9", kind="deal", url="https://shop.example/9")]
    assert await world.value("SELECT provider_id FROM source_interaction") == "9"


async def test_the_same_under_one_key_is_done_once(world: World) -> None:
    world.shop.done = done("7")
    first = await ask(world, CREATE, "key")
    await world.work_off("errands")

    again = await ask(world, CREATE, "key")
    await world.work_off("errands")

    assert (again.id, again.state) == (first.id, "succeeded")
    assert len(world.shop.acted) == 1
    with pytest.raises(KeyReused):
        await ask(world, NOTE, "key")


async def test_two_at_once_under_one_key_are_one(world: World) -> None:
    asked = await asyncio.gather(*(ask(world, CREATE, "key") for _ in range(5)))

    assert len({each.id for each in asked}) == 1
    assert await world.value("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'action-carry-out'") == 1


async def test_a_key_is_the_workspaces_own(world: World) -> None:
    mine = await ask(world, CREATE, "key")
    async with world.db.transaction(uuid4()) as conn:
        with pytest.raises(actions.ActionNotFound):
            await actions.get_action(conn, uuid4(), mine.id)


async def test_an_update_is_undone_by_its_inverse_once(world: World) -> None:
    world.shop.done = done("1", inverse=BACK)
    ended = await carry_out(world, UPDATE)
    assert (ended.can_undo, ended.why_not) == (True, None)

    undoing = await undo(world, ended.id)
    assert (await undo(world, ended.id)).id == undoing.id
    world.shop.done = done("1")
    await world.work_off("errands")

    undone = await look(world, ended.id)
    assert (undoing.action, undoing.undoes) == (BACK, ended.id)
    assert [action for action, _ in world.shop.acted] == [UPDATE, BACK]
    assert (undone.undone_by, undone.can_undo) == (undoing.id, False)
    assert (await look(world, undoing.id)).state == "succeeded"


async def test_what_stood_there_is_had_back_though_nobody_could_write_to_it(world: World) -> None:
    back = UpdateContact(
        contact_id="1", changes=ContactFields(email="none"), expected=ContactFields(email="ada@example.com")
    )
    world.shop.done = done("1", inverse=back)
    ended = await carry_out(world, UPDATE)

    assert (await undo(world, ended.id)).action == back


async def test_an_undoing_that_failed_may_be_tried_again(world: World) -> None:
    world.shop.done = done("1", inverse=BACK)
    ended = await carry_out(world, UPDATE)
    first = await undo(world, ended.id)
    both = {"first_name": FieldConflict(expected="Augusta", found="Lady Ada")}
    world.shop.act_troubles = [ActionConflict("It has changed meanwhile: first_name.", fields=both)]
    await world.work_off("errands")

    second = await undo(world, ended.id)

    clashed = await look(world, first.id)
    assert (clashed.state, clashed.problem) == ("conflict", "It has changed meanwhile: first_name.")
    assert clashed.conflicts is not None
    assert clashed.conflicts.fields == both
    assert second.id != first.id


async def test_what_cannot_be_undone_says_why(world: World) -> None:
    world.shop.done = done("7", why_not="Delete it there.")
    ended = await carry_out(world, CREATE)

    with pytest.raises(NotUndoable, match="Delete it there"):
        await undo(world, ended.id)
    waiting = await ask(world, UPDATE)
    with pytest.raises(NotUndoable, match="not been done"):
        await undo(world, waiting.id)


@pytest.mark.parametrize(
    ("trouble", "state", "problem"),
    [
        (ProviderRefused("The shop refused the request (404)."), "failed", "The shop refused the request (404)."),
        (OutcomeUnknown("It is not known."), "failed", "It is not known."),
        (ActionConflict("There is one.", existing=RecordLink(provider_id="3")), "conflict", "There is one."),
        (GrantRevoked("No more."), "failed", "No more."),
        (KeyError("a bug"), "failed", "Something went wrong on our side. It is not known"),
    ],
)
async def test_what_is_not_done_says_why_and_is_not_tried_again(
    world: World, trouble: Exception, state: str, problem: str
) -> None:
    world.shop.act_troubles = [trouble]

    ended = await carry_out(world, CREATE)
    await world.work_off("errands")

    assert ended.state == state
    assert ended.problem is not None
    assert ended.problem.startswith(problem)
    assert len(world.shop.acted) == 1
    assert await contacts(world) == []
    if state == "conflict":
        assert ended.conflicts is not None
        assert ended.conflicts.existing == RecordLink(provider_id="3")
    assert world.neighbours.broken == (["No more."] if isinstance(trouble, GrantRevoked) else [])


@pytest.mark.parametrize(
    ("trouble", "unsure"),
    [
        (RateLimited("Slow down.", after_seconds=90), False),
        (ProviderUnavailable("Away.", after_seconds=90), False),
        (WriteUnsure("No answer.", after_seconds=90), True),
    ],
)
async def test_what_must_wait_waits_and_knows_whether_it_may_be_done(
    world: World, trouble: Exception, unsure: bool
) -> None:
    world.shop.act_troubles = [trouble]
    world.shop.done = done("7")

    waiting = await carry_out(world, CREATE)
    assert (waiting.state, waiting.problem) == ("queued", str(trouble))
    assert waiting.retry_at is not None
    assert waiting.retry_at > datetime.now(UTC) + timedelta(seconds=80)
    await world.actor.carry_out(world.workspace_id, waiting.id)

    assert [attempt.unsure for _, attempt in world.shop.acted] == [False, unsure]
    assert len({(attempt.key, attempt.asked_at) for _, attempt in world.shop.acted}) == 1
    assert (await look(world, waiting.id)).state == "succeeded"


async def test_a_worker_that_died_in_between_leaves_a_doubt(world: World) -> None:
    world.shop.act_reached, world.shop.done = asyncio.Event(), done("7")
    asked = await ask(world, CREATE)
    dying = asyncio.create_task(world.actor.carry_out(world.workspace_id, asked.id))
    await world.shop.act_reached.wait()
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying

    world.shop.act_reached = None
    await world.actor.carry_out(world.workspace_id, asked.id)

    assert [attempt.unsure for _, attempt in world.shop.acted] == [False, True]
    assert (await look(world, asked.id)).state == "succeeded"


async def test_what_an_attempt_found_is_known_to_those_after_it_and_forgotten_at_the_end(world: World) -> None:
    world.shop.finds, world.shop.done = {"first_name": "Ada"}, done("1", inverse=BACK)
    world.shop.act_troubles = [WriteUnsure("No answer.")]

    waiting = await carry_out(world, UPDATE)
    await world.actor.carry_out(world.workspace_id, waiting.id)

    assert [dict(attempt.before) for _, attempt in world.shop.acted] == [{}, {"first_name": "Ada"}]
    async with world.db.transaction(world.workspace_id) as conn:
        row = await action_queries.find_action(conn, world.workspace_id, waiting.id)
    assert row is not None
    assert (row.state, row.before) == ("succeeded", None)
    assert (await look(world, waiting.id)).can_undo


async def test_actions_that_ended_long_ago_are_forgotten_slice_by_slice_in_every_workspace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "SLICE", 2)
    world.shop.act_troubles = [ProviderRefused("No."), ProviderRefused("No."), ProviderRefused("No.")]
    old = [await carry_out(world, CREATE) for _ in range(3)]
    async with world.db.transaction(world.workspace_id) as conn:
        await conn.execute(text("UPDATE action SET ended_at = now() - interval '91 days'"))
    world.shop.done = done("7")
    young, waiting = await carry_out(world, CREATE), await ask(world, CREATE)
    async with world.db.transaction(world.workspace_id) as conn:
        await conn.execute(text("UPDATE action SET created_at = now() - interval '1 year'"))

    await erasure.erase_old_actions(world.db, timedelta(days=90))

    async with world.db.transaction(world.workspace_id) as conn:
        listed = await actions.list_actions(conn, world.workspace_id, connection_id=None, cursor=None, limit=10)
    assert {each.state for each in old} == {"failed"}
    assert [each.id for each in listed.items] == [waiting.id, young.id]


async def test_a_worker_that_was_overtaken_is_stopped_before_it_writes(world: World) -> None:
    world.shop.finds, world.shop.done = {"first_name": "Ada"}, done("1")
    world.shop.act_reached = asyncio.Event()
    asked = await ask(world, UPDATE)
    late = asyncio.create_task(world.actor.carry_out(world.workspace_id, asked.id))
    await world.shop.act_reached.wait()
    world.shop.act_reached = None
    world.shop.act_troubles = [ProviderRefused("No.")]
    await world.actor.carry_out(world.workspace_id, asked.id)

    world.shop.release()
    await late

    assert world.shop.written == [UPDATE]  # by the other


async def test_a_worker_that_wakes_again_writes_no_more(world: World) -> None:
    world.shop.act_reached, world.shop.done = asyncio.Event(), done("7")
    asked = await ask(world, CREATE)
    late = asyncio.create_task(world.actor.carry_out(world.workspace_id, asked.id))
    await world.shop.act_reached.wait()
    world.shop.act_reached = None
    world.shop.act_troubles = [ProviderRefused("No.")]
    await world.actor.carry_out(world.workspace_id, asked.id)

    world.shop.release()
    await late

    assert (await look(world, asked.id)).state == "failed"
    assert await contacts(world) == []


async def test_a_doubt_that_stays_is_told(world: World) -> None:
    asked = await ask(world, CREATE)
    for _ in range(PATIENCE):
        world.shop.act_troubles = [WriteUnsure("No answer.")]
        with pytest.raises(RetryLater):
            await world.actor.carry_out(world.workspace_id, asked.id)
    world.shop.act_troubles = [WriteUnsure("No answer.")]

    await world.actor.carry_out(world.workspace_id, asked.id)

    ended = await look(world, asked.id)
    assert ended.state == "failed"
    assert "not known whether" in str(ended.problem)


async def test_a_token_that_is_taken_no_more_is_replaced_once(world: World) -> None:
    world.shop.act_troubles, world.shop.done = [AccessExpired("Over.")], done("7")

    ended = await carry_out(world, CREATE)

    assert ended.state == "succeeded"
    assert world.shop.tokens == ["token 1", "token 2"]


async def test_connections_that_do_not_answer_are_waited_for(world: World) -> None:
    world.neighbours.status = 503

    waiting = await carry_out(world, CREATE)

    assert (waiting.state, world.shop.acted) == ("queued", [])


@pytest.mark.parametrize(
    ("action", "where"),
    [
        (CreateContact(contact=ContactFields(email="no address")), "action.contact.email"),
        (CreateContact(contact=ContactFields()), "action.contact"),
        (CreateContact(contact=ContactFields(email="ada@example.com", city="London")), "action.contact.city"),
        (msgspec.structs.replace(UPDATE, changes=ContactFields()), "action.changes"),
        (msgspec.structs.replace(UPDATE, expected=ContactFields()), "action.expected.first_name"),
        (AddNote(contact_id="1", body="Hello", ticket_id="5"), "action.ticket_id"),
    ],
)
async def test_what_does_not_fit_is_refused_at_once(world: World, action: Action, where: str) -> None:
    with pytest.raises(ActionUnfit) as unfit:
        await ask(world, action)

    assert where in [each["field"] for each in unfit.value.extra["errors"]]
    assert await world.value("SELECT count(*) FROM action") == 0


async def test_what_the_provider_cannot_do_is_refused_with_what_it_can(world: World) -> None:
    meeting = ScheduleMeeting(
        contact_id="1", title="Demo", starts_at=datetime.now(UTC), ends_at=datetime.now(UTC) + timedelta(hours=1)
    )
    for action, words in (
        (SendEmail(contact_id="1", subject="Hello", body="You"), "A shop sends no mail."),
        (meeting, "This provider can only be read."),
    ):
        with pytest.raises(ActionNotPossible, match=words) as refused:
            await ask(world, action)
        assert refused.value.extra["possible"] == ["create_contact", "update_contact", "add_note"]


async def test_what_was_not_granted_is_refused_by_name(world: World) -> None:
    await grant(world, "read")
    with pytest.raises(ActionNotPossible, match="write") as refused:
        await ask(world, CREATE)
    assert refused.value.extra["possible"] == ["add_note"]

    async with world.db.transaction(world.workspace_id) as conn:
        told = await actions.list_possible(conn, world.workspace_id, world.connection_id, {"shop": world.shop})
    assert {each.kind: each.lacks for each in told.items} == {
        "create_contact": ("write",),
        "update_contact": ("write",),
        "add_note": (),
    }
    assert told.not_possible == {
        "send_email": "A shop sends no mail.",
        "schedule_meeting": "This provider can only be read.",
    }
    await grant(world, "read", "write")
    assert (await ask(world, CREATE)).state == "queued"


async def test_only_a_connection_that_is_there_and_active_acts(world: World) -> None:
    with pytest.raises(ConnectionNotFound):
        await ask(world, CREATE, connection_id=uuid4())
    asked = await ask(world, CREATE)
    broken = ConnectionBroken(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", reason="Revoked"
    )
    await world.tell(broken)

    with pytest.raises(ConnectionNotActive):
        await ask(world, CREATE)
    await world.actor.carry_out(world.workspace_id, asked.id)

    ended = await look(world, asked.id)
    assert (ended.state, ended.problem) == ("failed", "The account must be connected again first.")
    assert world.shop.acted == []


async def test_what_was_asked_for_before_a_pause_is_done_after_it(world: World) -> None:
    world.shop.done = done("7")
    asked, now = await ask(world, CREATE), datetime.now(UTC)
    where = {"workspace_id": world.workspace_id, "connection_id": world.connection_id, "provider": "shop"}
    await world.tell(ConnectionPaused(**where, paused_at=now))

    with pytest.raises(ConnectionIsPaused):
        await ask(world, CREATE)
    with suppress(RetryLater):
        await world.actor.carry_out(world.workspace_id, asked.id)
    waiting = await look(world, asked.id)
    assert (waiting.state, waiting.problem) == ("queued", PAUSED)
    assert world.shop.acted == []

    await world.tell(ConnectionResumed(**where, resumed_at=now + timedelta(seconds=1)))
    await world.actor.carry_out(world.workspace_id, asked.id)
    assert (await look(world, asked.id)).state == "succeeded"


async def test_an_erased_connection_takes_its_actions_along(world: World) -> None:
    world.shop.done = done("7")
    world.shop.act_reached = asyncio.Event()
    asked = await ask(world, CREATE)
    acting = asyncio.create_task(world.actor.carry_out(world.workspace_id, asked.id))
    await world.shop.act_reached.wait()
    removed = ConnectionRemoved(
        workspace_id=world.workspace_id,
        connection_id=world.connection_id,
        provider="shop",
        data="erase",
        removed_at=datetime.now(UTC),
    )
    await world.tell(removed)

    world.shop.release()
    await acting
    assert await contacts(world) == []
    await world.work_off("upkeep")

    assert await world.value("SELECT count(*) FROM action") == 0


async def test_an_erased_person_takes_what_was_done_about_them_along(world: World) -> None:
    world.shop.done = done("7")
    await carry_out(world, CREATE)
    world.shop.act_troubles = [ActionConflict("There is one.", existing=RecordLink(provider_id="7"))]
    clashed = await carry_out(world, CREATE)
    assert clashed.state == "conflict"
    await carry_out(world, msgspec.structs.replace(UPDATE, contact_id="7"))
    other = await carry_out(world, msgspec.structs.replace(UPDATE, contact_id="8"))

    erased = ContactErased(workspace_id=world.workspace_id, golden_id=uuid4(), sources=((world.connection_id, "7"),))
    await world.tell(erased)

    assert [row["action_id"] for row in await world.rows("SELECT action_id FROM action")] == [other.id]
