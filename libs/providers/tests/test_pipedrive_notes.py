"""Notes: as they are read, and how their list is gone through, whose places are counted."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from providers.pipedrive import Pipedrive
from providers.pipedrive_notes import read_note, to_interaction
from providers.records import read_each
from providers.source import Access, Page, ProviderUnavailable

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BOOKMARK = '{"since":"2026-03-18T10:52:06Z"}'


def note(number: int = 1, **changes: object) -> dict[str, object]:
    record = {
        "id": number,
        "user_id": 25760681,
        "deal_id": 3,
        "person_id": 8,
        "org_id": None,
        "lead_id": None,
        "content": "<p>Wants an offer</p>",
        "add_time": "2026-05-15 09:55:15",
        "update_time": "2026-05-15 10:16:44",
        "active_flag": True,
        "last_update_user_id": None,
        "user": {"email": "robin@x.example", "name": "Robin Keeper", "icon_url": None, "is_you": True},
    }
    return record | changes


def listed(*notes: object, more: bool = False) -> dict[str, object]:
    pagination = {"start": 0, "limit": 500, "more_items_in_collection": more}
    return {"success": True, "data": list(notes) or None, "additional_data": {"pagination": pagination}}


async def read(http, script, cursor: str | None = None, bookmark: str | None = None) -> Page:
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")
    return await Pipedrive().fetch_page(http, access, "notes", cursor=cursor, bookmark=bookmark, now=NOW)


async def test_a_note_is_read_whole(http, script):
    script.answers = [listed(note())]

    page = await read(http, script)

    asked = {"start": "0", "limit": "500", "sort": "update_time ASC, id ASC"}
    assert script.asked == [("/api/v1/notes", asked, {})]
    assert msgspec.to_builtins(page.interactions[0].interaction) == {
        "kind": "note",
        "body": "Wants an offer",
        "owner": "Robin Keeper",
        "occurred_at": "2026-05-15T09:55:15Z",
        "created_at": "2026-05-15T09:55:15Z",
        "updated_at": "2026-05-15T10:16:44Z",
        "contact_ids": ("8",),
    }


async def test_no_notes_are_the_end_of_them(http, script):
    script.answers = [listed()]

    page = await read(http, script)

    assert (page.interactions, page.next_cursor, page.bookmark) == ((), None, BOOKMARK)


async def test_a_later_run_asks_for_what_changed_since(http, script):
    script.answers = [listed(note())]

    await read(http, script, bookmark=BOOKMARK)

    assert script.asked[0][1]["updated_since"] == "2026-03-18T10:52:06Z"


async def test_the_list_goes_on_from_its_last_moment_so_that_what_is_deleted_moves_nothing(http, script):
    moment, later = "2026-03-18 11:00:00", "2026-03-18 12:00:00"
    script.answers = [
        listed(note(1, update_time="2026-03-18 10:53:00"), note(2, update_time=moment), more=True),
        listed(note(2, update_time=moment), note(3, update_time=moment), more=True),
        listed(note(4, update_time=later), note(5, update_time="soon"), more=True),
        listed(note(5)),
    ]

    pages = [await read(http, script)]
    script.date = "Wed, 18 Mar 2026 13:00:00 GMT"
    while pages[-1].next_cursor:
        pages.append(await read(http, script, cursor=pages[-1].next_cursor))

    assert [(query.get("updated_since"), query["start"]) for _, query, _ in script.asked] == [
        (None, "0"),
        ("2026-03-18T11:00:00Z", "0"),
        ("2026-03-18T11:00:00Z", "2"),
        ("2026-03-18T12:00:00Z", "0"),
    ]
    assert {each.provider_id for page in pages for each in page.interactions} == set("12345")
    assert pages[-1].bookmark == BOOKMARK


async def test_a_page_without_times_is_passed_by_counting(http, script):
    script.answers = [listed(note(1, update_time=None), more=True), listed(note(2))]

    first = await read(http, script)
    await read(http, script, cursor=first.next_cursor)

    assert script.asked[1][1]["start"] == "1"


async def test_a_note_that_is_no_longer_active_is_gone(http, script):
    script.answers = [listed(note(7, active_flag=False), note(8, active_flag=None))]

    page = await read(http, script)

    assert [(each.provider_id, each.kind, each.reason) for each in page.gone] == [("7", "note", "deleted")]
    assert [each.provider_id for each in page.interactions] == ["8"]


async def test_a_note_that_cannot_be_read_costs_itself(http, script):
    script.answers = [listed(note(1), note(2, content=5), note(3, id="x"))]

    page = await read(http, script)

    assert [each.provider_id for each in page.interactions] == ["1"]
    assert [each.provider_id for each in page.skipped] == ["2", "x"]


@pytest.mark.parametrize("body", [{}, {"success": True}, {"data": "x"}, [], {"data": {}}])
async def test_a_page_that_is_none_loses_nothing(http, script, body):
    script.answers = [body]

    with pytest.raises(ProviderUnavailable):
        await read(http, script)


json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none(), max_size=1)


@given(st.binary() | st.dictionaries(st.sampled_from(sorted(note())), json_values).map(msgspec.json.encode))
def test_no_note_is_too_odd(raw):
    understood, skipped = read_each([raw], read_note)

    assert len(understood) + len(skipped) == 1
    assert all(to_interaction(each.record) for each in understood)
