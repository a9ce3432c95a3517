"""Our count beside the provider's: a difference has its reasons, or is said to have none."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from contracts.golden_records import ContactErased
from contracts.syncs import DifferenceReason, StreamCoverage
from providers.source import Page, Skipped
from shop_world import World, contact, deal
from sync_worker import schedule, views
from sync_worker.coverage import compare
from sync_worker.schedule import ConnectionNotFound

# at the beginning, at the end, held, unread, suppressed: the difference, its reasons, what is left
CASES = [
    (10, 10, 10, 0, 0, 0, {}, 0),
    (10, 10, 7, 3, 0, 3, {"skipped": 3}, 0),
    (10, 10, 7, 1, 5, 3, {"skipped": 1, "suppressed": 2}, 0),
    (10, 10, 7, 1, 1, 3, {"skipped": 1, "suppressed": 1}, 1),
    (10, 14, 12, 0, 0, 2, {"added_meanwhile": 2}, 0),
    (10, 11, 8, 0, 0, 3, {"added_meanwhile": 1}, 2),
    (10, 8, 10, 0, 0, -2, {"gone_meanwhile": -2}, 0),
    (10, 9, 12, 0, 0, -3, {"gone_meanwhile": -1}, -2),
    (None, 10, 9, 0, 0, 1, {}, 1),
    (10, 10, 11, 0, 4, -1, {}, -1),
    (10, None, 9, 2, 1, None, {}, None),
]


@pytest.mark.parametrize(("total", "counted", "held", "unread", "suppressed", "difference", "reasons", "left"), CASES)
def test_a_difference_is_the_sum_of_its_reasons_and_of_what_is_left(
    total: int | None,
    counted: int | None,
    held: int,
    unread: int,
    suppressed: int,
    difference: int | None,
    reasons: dict[str, int],
    left: int | None,
) -> None:
    row = SimpleNamespace(
        stream="contacts", total=total, counted=counted, held=held, unread=unread, suppressed=suppressed
    )

    shown = compare(row)  # type: ignore[arg-type]

    assert shown == StreamCoverage(
        stream="contacts",
        ours=held,
        theirs=counted,
        difference=difference,
        reasons=tuple(DifferenceReason(reason=reason, count=count) for reason, count in reasons.items()),  # type: ignore[arg-type]
        unexplained=left,
    )
    if counted is not None:
        assert difference == sum(reasons.values()) + (left or 0) == counted - held


async def test_what_was_read_is_counted_after_a_first_and_after_a_full_sync(world: World) -> None:
    world.shop.list_everything()
    world.shop.leaves_bookmarks = True
    unread = Skipped(provider_id="9", reason="No name", raw=b"{}")
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2")), skipped=(unread,)))
    world.shop.show("deals", Page(interactions=(deal("1"),)))
    await world.sync()

    first = await coverage(world)

    assert first == {
        "contacts": StreamCoverage(
            stream="contacts",
            theirs=2,
            ours=2,
            difference=0,
            reasons=(DifferenceReason(reason="skipped", count=1),),
            unexplained=-1,
        ),
        "deals": StreamCoverage(stream="deals", ours=1),
    }
    erased = ContactErased(workspace_id=world.workspace_id, golden_id=uuid4(), sources=((world.connection_id, "1"),))
    await world.tell(erased)
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    async with world.db.transaction(world.workspace_id) as conn:
        await schedule.request_sync(conn, world.workspace_id, world.connection_id, anew=True)
    await world.sync()
    assert (await coverage(world))["contacts"] == StreamCoverage(
        stream="contacts",
        theirs=2,
        ours=1,
        difference=1,
        reasons=(DifferenceReason(reason="suppressed", count=1),),
        unexplained=0,
    )


async def test_an_incremental_sync_counts_nothing_and_hides_no_earlier_count(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()

    await world.sync_anew()

    assert (await world.last_run()).coverage == ()
    assert (await coverage(world))["contacts"].theirs == 1


async def test_before_everything_was_read_there_is_nothing_to_compare(world: World) -> None:
    assert await coverage(world) == {}
    async with world.db.transaction(world.workspace_id) as conn:
        with pytest.raises(ConnectionNotFound):
            await views.get_coverage(conn, world.workspace_id, uuid4())


async def coverage(world: World) -> dict[str, StreamCoverage]:
    async with world.db.transaction(world.workspace_id) as conn:
        view = await views.get_coverage(conn, world.workspace_id, world.connection_id)
    return {each.stream: each for each in view.items}
