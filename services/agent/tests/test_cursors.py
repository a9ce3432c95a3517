"""Cursors of lists by time come back as they were given, and others are refused."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from agent import cursors
from agent.cursors import CursorInvalid


def test_a_cursor_comes_back_as_it_was_given() -> None:
    moment, name = datetime(2026, 5, 4, 10, 30, 0, 123, tzinfo=UTC), uuid4()

    assert cursors.read(cursors.write(moment, name), UUID) == (moment, name)
    assert cursors.read(cursors.write(moment, "a~b"), str) == (moment, "a~b")
    assert cursors.read(None, UUID) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "yesterday~x",
        "2026-05-04T10:30:00Z~no-id",
        "0001-01-01T00:00:00+23:59~x",
        "9999-12-31T23:59:59-23:59~x",
    ],
)
def test_what_we_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        cursors.read(cursor, UUID)


def test_what_no_text_holds_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        cursors.read("2026-05-04T10:30:00Z~a\0b", str)
