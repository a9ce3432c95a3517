"""How calls are spread, and how slots are leased."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from providers.quota import Told, Window
from providers.registry import PROVIDERS
from sync_worker.pacing import LEASED_AT_MOST, Pace, Slots, hold_seconds, lease_size, pace_of

WINDOWS = [window for provider in PROVIDERS.values() for window in provider.windows if not window.pool]


def conforming(pace: Pace, asked: list[float]) -> list[float]:
    """When GCRA lets calls through that are asked for at these times."""
    free_at, calls = 0.0, []
    for moment in sorted(asked):
        free_at = max(free_at, moment)
        calls.append(max(moment, free_at - pace.tolerance))
        free_at += pace.interval
    return calls


@given(window=st.sampled_from(WINDOWS), asked=st.lists(st.floats(0, 3), min_size=1, max_size=400))
def test_no_window_ever_holds_more_than_it_may_however_late_its_calls_are(window: Window, asked: list[float]) -> None:
    assert window.most
    pace = pace_of(window.most, window.seconds, window.at_once)
    calls = conforming(pace, [moment * window.seconds for moment in asked])

    # The worst there is: the first of a window's calls arrive as late as they may, and the last ones at once.
    reach = window.seconds + 2 * pace.lateness - 1e-6
    fullest = max(sum(first <= call < first + reach for call in calls) for first in calls)

    assert fullest <= window.most


def test_so_many_go_through_at_once_as_come_in_a_row() -> None:
    assert conforming(pace_of(5, 60.0, at_once=2), [0.0, 0.0, 0.0]) == [0.0, 0.0, 21.0]
    assert pace_of(1, 60.0, at_once=2).burst == 1


@pytest.mark.parametrize(("most", "seconds", "share"), [(110, 10.0, 0.9), (80, 2.0, 0.85), (200, 60.0, 0.9)])
def test_most_of_a_window_is_used(most: int, seconds: float, share: float) -> None:
    assert seconds / pace_of(most, seconds).interval >= share * most


def test_a_slot_is_waited_for_and_passes_with_its_time() -> None:
    pace = pace_of(110, 10.0)
    slots = Slots(pace, 3, first_at=100.0, granted_at=100.0)

    waits = [slots.take(100.0), slots.take(100.0), slots.take(105.0)]

    assert waits == [0.0, pytest.approx(pace.interval), None]
    assert slots.expired == 1
    assert slots.is_empty


def test_slots_that_hardly_count_are_good_for_the_whole_window() -> None:
    slots = Slots(pace_of(1_000_000, 10.0), LEASED_AT_MOST, first_at=100.0, granted_at=100.0)

    assert [slots.take(100.0), slots.take(109.0), slots.take(111.0)] == [0.0, 0.0, None]


def test_a_lease_grows_while_it_is_used_and_shrinks_when_it_is_not() -> None:
    pace = pace_of(110, 10.0)

    assert [lease_size(0, 0, pace), lease_size(1, 0, pace), lease_size(4, 0, pace)] == [1, 2, 5]
    assert [lease_size(5, 3, pace), lease_size(1, 1, pace)] == [2, 1]
    assert lease_size(200, 0, pace_of(1_000_000, 10.0)) == LEASED_AT_MOST


@pytest.mark.parametrize(
    ("left", "resets_after_seconds", "held"),
    [
        (None, None, 0.0),
        (0, 30.0, 30.0),  # nothing until the minute is over
        (100, 60.0, 60 / 101),  # others took half: what is left is spread over the rest
        (190, 60.0, 0.0),
        (0, None, 5 * 63 / 190),  # more comes by itself
        (5, None, 0.0),
    ],
)
def test_less_than_believed_is_held_back_for(left: int | None, resets_after_seconds: float | None, held: float) -> None:
    told = Told(name="minute", left=left, resets_after_seconds=resets_after_seconds)

    assert hold_seconds(told, pace_of(200, 60.0)) == pytest.approx(held)
