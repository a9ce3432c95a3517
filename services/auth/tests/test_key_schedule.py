"""When a key signs, is followed, and goes."""

from datetime import UTC, datetime, timedelta

import pytest
from auth.key_schedule import Key, ended, next_begins, signing

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def key(name: str, signs_from: datetime) -> Key:
    return Key(id=name, public_key=b"", sealed_private_key="", created_at=signs_from, signs_from=signs_from)


@pytest.mark.parametrize(
    ("begins", "chosen"),
    [
        ({}, None),
        ({"a": -DAY}, "a"),
        ({"a": -DAY, "b": -HOUR}, "b"),
        ({"a": -DAY, "b": HOUR}, "a"),
        ({"a": 0 * DAY}, "a"),
        ({"a": HOUR, "b": DAY}, "a"),
        ({"b": -HOUR, "a": -HOUR}, "b"),
    ],
    ids=["none", "one", "newest", "not yet", "just now", "clock behind", "tie"],
)
def test_the_newest_key_whose_time_has_come_signs(begins: dict[str, timedelta], chosen: str | None) -> None:
    found = signing([key(name, NOW + begin) for name, begin in begins.items()], NOW)

    assert (found.id if found else None) == chosen


@pytest.mark.parametrize(
    ("newest", "begins"),
    [(None, NOW), (NOW - 29 * DAY, None), (NOW - 30 * DAY, NOW + HOUR), (NOW + HOUR, None)],
    ids=["first", "not due", "due", "made already"],
)
def test_the_next_key_is_made_when_the_newest_has_had_its_time(
    newest: datetime | None, begins: datetime | None
) -> None:
    assert next_begins([key("a", newest)] if newest else [], NOW, 30 * DAY) == begins


@pytest.mark.parametrize(("since", "gone"), [(25 * HOUR, []), (25 * HOUR + timedelta(seconds=1), ["a"])])
def test_a_key_goes_when_the_last_token_it_signed_has_ended(since: timedelta, gone: list[str]) -> None:
    keys = [key("b", NOW - since), key("a", NOW - 30 * DAY)]

    assert [one.id for one in ended(keys, NOW, DAY)] == gone
