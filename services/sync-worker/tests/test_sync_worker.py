"""The loop: how a run goes on when providers, connections, workers or the network do not."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from contracts.connections import ConnectionAuthorized, ConnectionBroken, ConnectionRemoved
from contracts.contacts import Contact, ContactFetched
from contracts.syncs import SyncCounts
from providers.source import (
    AccessExpired,
    GrantRevoked,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from servicekit.errors import RetryLater
from shop_world import World, contact
from sync_worker import operations, runs
from sync_worker.run import PATIENCE, wait_after
from sync_worker.worker import OUR_FAULT

FIVE_PAGES = tuple(Page(contacts=(contact(str(number)),)) for number in range(5))


async def cursors(world: World) -> list[str | None]:
    return [cursor for stream, cursor, _ in world.shop.asked if stream == "contacts"]


async def kept(world: World) -> list[object]:
    return [row["provider_id"] for row in await world.rows("SELECT provider_id FROM source_contact ORDER BY 1")]


async def test_an_error_of_the_page_ahead_waits_its_turn(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.troubles["contacts", "2"].append(RateLimited("Slow down.", after_seconds=600))

    with pytest.raises(RetryLater):
        await world.sync()

    assert await kept(world) == ["0", "1"]


async def test_a_long_rate_limit_lets_the_run_wait_exactly_as_long_and_go_on_from_its_cursor(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.troubles["contacts", "3"].append(RateLimited("Slow down.", after_seconds=600))
    with pytest.raises(RetryLater) as put_off:
        await world.sync()
    waiting = await world.last_run()
    assert waiting.retry_at
    told = f"Slow down; it goes on at {waiting.retry_at:%H:%M} UTC"
    assert (waiting.state, put_off.value.after) == ("waiting", timedelta(seconds=600))
    assert waiting.problem
    assert waiting.problem.startswith(told)
    assert waiting.retry_at
    assert abs(waiting.retry_at - datetime.now(UTC) - timedelta(seconds=600)) < timedelta(seconds=30)

    await world.sync()

    assert await cursors(world) == [None, "1", "2", "3", "3", "4"]
    assert (await world.last_run()).counts["contacts"] == SyncCounts(fetched=5, added=5)


async def test_a_short_rate_limit_is_waited_out(world: World) -> None:
    world.shop.troubles["contacts", None].append(RateLimited("Slow down.", after_seconds=0.01))

    await world.sync()

    assert (await world.last_run()).state == "succeeded"


async def test_an_expired_token_is_replaced_once(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.troubles["contacts", "1"].append(AccessExpired("The token expired."))

    await world.sync()

    assert world.shop.tokens[:4] == ["token 1", "token 1", "token 2", "token 2"]
    assert world.neighbours.granted == 2
    assert len(await kept(world)) == 5


async def test_tokens_that_never_work_make_the_run_fall_back(world: World) -> None:
    world.shop.troubles["contacts", None] += [AccessExpired("The token expired.")] * 2

    with pytest.raises(RetryLater):
        await world.sync()

    assert (await world.last_run()).state == "waiting"


async def test_an_unavailable_provider_is_tried_again_and_again_and_then_left_to_the_next_run(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.troubles["contacts", "2"] += [ProviderUnavailable("Shop has trouble of its own.")] * (PATIENCE + 1)
    waits = []
    for _ in range(PATIENCE):
        with pytest.raises(RetryLater) as put_off:
            await world.sync()
        waits.append(put_off.value.after)
    await world.sync()
    failed = await world.last_run()
    assert (failed.state, failed.problem) == ("failed", "Shop has trouble of its own.")
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]

    await world.sync_anew()

    assert len(await kept(world)) == 5
    assert (await cursors(world))[-3:] == ["2", "3", "4"]


async def test_failures_count_in_a_row_only(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    for cursor in ("1", "2", "3", "4"):
        world.shop.troubles["contacts", cursor] += [ProviderUnavailable("Shop has trouble.")] * (PATIENCE - 1)

    put_off = 0
    while (await world.last_run()).state not in {"succeeded", "failed"}:
        try:
            await world.sync()
        except RetryLater:
            put_off += 1

    assert put_off == 4 * (PATIENCE - 1)


async def test_a_provider_that_says_when_is_not_asked_before(world: World) -> None:
    world.shop.troubles["contacts", None].append(ProviderUnavailable("Maintenance.", after_seconds=3000))

    with pytest.raises(RetryLater) as put_off:
        await world.sync()

    assert put_off.value.after == timedelta(seconds=3000)


async def test_a_refused_stream_is_named_and_the_others_go_on(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.troubles["deals", None].append(ProviderRefused("Shop does not let us read deals."))

    await world.sync()

    run = await world.last_run()
    assert (run.state, run.problem) == ("succeeded", "deals: Shop does not let us read deals.")


async def test_what_a_provider_no_longer_tells_of_is_said_and_the_run_goes_on(world: World) -> None:
    first, *others = FIVE_PAGES
    world.shop.show("contacts", msgspec.structs.replace(first, gap="Who left in March is kept."), *others)

    await world.sync()

    run = await world.last_run()
    assert (run.state, run.problem) == ("succeeded", "contacts: Who left in March is kept.")
    assert len(await kept(world)) == 5


async def test_a_run_fails_when_every_stream_is_refused(world: World) -> None:
    world.shop.troubles["contacts", None].append(ProviderRefused("No contacts."))
    world.shop.troubles["deals", None].append(ProviderRefused("No deals."))

    await world.sync()

    run = await world.last_run()
    assert (run.state, run.problem) == ("failed", "contacts: No contacts. deals: No deals.")


async def test_a_refused_cursor_is_dropped_so_the_next_run_begins_anew(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.troubles["contacts", "2"].append(ProviderRefused("No such cursor."))
    await world.sync()

    await world.sync_anew()

    assert (await cursors(world))[3:] == [None, "1", "2", "3", "4"]
    assert len(await kept(world)) == 5


async def test_a_revoked_grant_is_reported_and_ends_the_run(world: World) -> None:
    world.shop.troubles["contacts", None].append(GrantRevoked("Shop was disconnected."))

    await world.sync()

    run = await world.last_run()
    assert (run.state, run.problem) == ("failed", "Shop was disconnected.")
    assert world.neighbours.broken == ["Shop was disconnected."]


async def test_a_connection_known_as_broken_ends_the_run(world: World) -> None:
    world.neighbours.status = 409

    await world.sync()

    assert (await world.last_run()).state == "failed"


async def test_while_connections_is_away_the_run_waits(world: World) -> None:
    world.neighbours.status = 503
    with pytest.raises(RetryLater):
        await world.sync()
    assert (await world.last_run()).state == "waiting"
    world.neighbours.status = 200

    await world.sync()

    assert (await world.last_run()).state == "succeeded"


async def test_a_bug_is_tried_again_and_tells_people_nothing_of_its_insides(world: World) -> None:
    world.shop.troubles["contacts", None].append(KeyError("ada@example.com"))
    with pytest.raises(RetryLater):
        await world.sync()
    waiting = await world.last_run()
    assert (waiting.state, waiting.problem) == ("waiting", OUR_FAULT)

    await world.sync()

    run = await world.last_run()
    assert (run.state, run.problem) == ("succeeded", None)


async def test_a_record_that_cannot_be_held_costs_itself_and_not_its_neighbours(world: World) -> None:
    nul_inside = msgspec.structs.replace(contact("4"), contact=Contact(first_name="A\0da"))
    not_text, not_json = contact("2", raw=b'{"name": "\xff"}'), contact("3", raw=b'{"id": 3')
    nul_id = contact("5\0", raw=b'{"id": "5\\u0000"}')
    world.shop.show("contacts", Page(contacts=(contact("1"), not_text, not_json, nul_inside, nul_id, contact("6"))))

    await world.sync()

    assert await kept(world) == ["1", "6"]
    assert (await world.last_run()).counts["contacts"] == SyncCounts(fetched=6, added=2, skipped=4)
    assert [event.provider_id for event in await world.published(ContactFetched)] == ["1", "6"]


async def test_a_run_cut_off_in_the_middle_goes_on_from_its_last_page_and_nothing_comes_twice(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.held.add(("contacts", "3"))
    running = asyncio.create_task(world.sync())
    async with asyncio.timeout(10):
        await world.shop.reached["contacts", "3"].wait()
    await world.reached(3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await world.last_run()).state == "running"
    world.shop.held.clear()

    await world.sync()

    assert (await cursors(world)).count(None) == 1
    events = await world.published(ContactFetched)
    assert [event.provider_id for event in events] == ["0", "1", "2", "3", "4"]
    assert (await world.last_run()).counts["contacts"] == SyncCounts(fetched=5, added=5)


async def test_a_worker_believed_dead_can_write_no_more(world: World) -> None:
    async with world.db.transaction(world.workspace_id) as conn:
        dead = await runs.begin_run(conn, world.workspace_id, world.connection_id)
        alive = await runs.begin_run(conn, world.workspace_id, world.connection_id)
    assert dead
    assert alive

    with pytest.raises(runs.RunOver):
        async with world.db.transaction(world.workspace_id) as conn:
            await operations.record_page(conn, dead, "contacts", FIVE_PAGES[0], report=False)

    async with world.db.transaction(world.workspace_id) as conn:
        await operations.record_page(conn, alive, "contacts", FIVE_PAGES[1], report=False)
    assert await kept(world) == ["1"]


async def test_removing_a_connection_stops_its_run_with_the_next_page(world: World) -> None:
    world.shop.show("contacts", *FIVE_PAGES)
    world.shop.held.add(("contacts", "2"))
    running = asyncio.create_task(world.sync())
    async with asyncio.timeout(10):
        await world.shop.reached["contacts", "2"].wait()
    removed = ConnectionRemoved(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", data="keep"
    )
    await world.tell(removed)
    world.shop.release()

    await running

    assert (await world.last_run()).state == "cancelled"
    assert len(await kept(world)) <= 2


async def test_a_broken_connection_rests_until_it_is_connected_again(world: World) -> None:
    broken = ConnectionBroken(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", reason="It ended."
    )
    await world.tell(broken)
    await world.sync()
    failed = await world.last_run()
    assert (failed.state, failed.problem, world.shop.asked) == ("failed", "It ended.", [])

    await world.connect()
    await world.sync()

    assert (await world.last_run()).state == "succeeded"


async def test_an_authorized_connection_is_known_by_its_newest_account(world: World) -> None:
    again = ConnectionAuthorized(
        workspace_id=world.workspace_id,
        connection_id=world.connection_id,
        provider="shop",
        account_id="2",
        account_name="Shop",
    )

    await world.tell(again)

    assert await world.value("SELECT account_id FROM connection") == "2"


def test_waits_grow_and_end_at_five_minutes() -> None:
    waits = [wait_after(failures).total_seconds() for failures in range(1, 20)]

    assert waits[:3] == [2, 4, 8]
    assert max(waits) == 300
