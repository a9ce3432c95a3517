"""The feed that tells what was deleted, and what is made of its silence."""

from datetime import UTC, datetime

from providers.pipedrive import Pipedrive
from providers.source import Access, Page

NOW = datetime(2026, 4, 1, tzinfo=UTC)  # our own clock, which is wrong and must not matter
BOOKMARK = '{"since":"2026-03-18T10:52:06Z"}'


async def read(http, script, stream: str, cursor: str | None = None, bookmark: str | None = None) -> Page:
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")
    return await Pipedrive().fetch_page(http, access, stream, cursor=cursor, bookmark=bookmark, now=NOW)


def recents(*items: object, last: str | None = None, more: bool = False) -> dict[str, object]:
    paging = {"start": 0, "limit": 500, "more_items_in_collection": more}
    additional = {"last_timestamp_on_page": last, "pagination": paging}
    return {"success": True, "data": list(items) or None, "additional_data": additional}


def recent(number: int, *, active: bool | None, item: str = "person") -> dict[str, object]:
    return {"item": item, "id": number, "data": None if active is None else {"id": number, "active_flag": active}}


async def test_the_feed_tells_who_was_deleted(http, script):
    script.answers = [recents(recent(1, active=True), recent(2, active=False), recent(2, active=False))]

    page = await read(http, script, "deletions", bookmark=BOOKMARK)

    asked = {"since_timestamp": "2026-03-18 10:52:06", "items": "person,activity,note", "start": "0", "limit": "500"}
    assert script.asked == [("/api/v1/recents", asked, {})]
    assert [(gone.provider_id, gone.reason, gone.kind) for gone in page.gone] == [("2", "deleted", None)]
    assert page.bookmark == BOOKMARK


async def test_a_first_run_only_finds_out_where_the_feed_stands(http, script):
    script.answers = [recents(recent(1, active=False), last="2026-03-10 10:53:00", more=True)]

    page = await read(http, script, "deletions")

    assert script.asked[0][1]["limit"] == "1"
    assert (page.gone, page.next_cursor, page.bookmark) == ((), None, BOOKMARK)


async def test_activities_and_notes_are_told_of_too(http, script):
    script.answers = [
        recents(
            recent(1, active=False, item="activity"),
            recent(1, active=False, item="note"),
            recent(2, active=None, item="note"),
            recent(3, active=None, item="activity"),
        ),
        {"data": [], "success": True},
    ]

    page = await read(http, script, "deletions", bookmark=BOOKMARK)

    assert script.asked[1] == ("/api/v2/activities", {"ids": "3", "limit": "500"}, {})
    assert [(gone.provider_id, gone.kind) for gone in page.gone] == [
        ("1", "activity"),
        ("3", "activity"),
        ("1", "note"),
    ]


async def test_who_may_not_see_activities_misses_none(http, script):
    refusal = (403, {"success": False, "error": "Scope and URL mismatch", "errorCode": 403})
    script.answers = [recents(recent(3, active=None, item="activity"), recent(4, active=False)), refusal]

    page = await read(http, script, "deletions", bookmark=BOOKMARK)

    assert [(gone.provider_id, gone.kind) for gone in page.gone] == [("4", None)]


async def test_a_run_that_comes_too_late_for_the_feed_asks_for_all_of_it_and_names_the_gap(http, script):
    script.answers = [recents(recent(1, active=False), last="2026-03-10 10:53:00", more=True), recents()]
    old = '{"since":"2026-01-05T10:52:06Z"}'

    first = await read(http, script, "deletions", bookmark=old)
    last = await read(http, script, "deletions", cursor=first.next_cursor, bookmark=old)

    assert [query["since_timestamp"] for _, query, _ in script.asked] == ["2026-03-02 00:00:00", "2026-03-10 10:53:00"]
    assert first.gap
    assert "between 2026-01-05 and 2026-03-02" in first.gap
    assert (last.gap, last.bookmark) == (None, BOOKMARK)


async def test_a_run_in_time_has_no_gap_and_neither_has_a_first_one(http, script):
    script.answers = [recents(), recents()]

    pages = [await read(http, script, "deletions", bookmark=bookmark) for bookmark in (BOOKMARK, None)]

    assert [page.gap for page in pages] == [None, None]


async def test_of_whom_the_feed_says_nothing_the_list_is_asked(http, script):
    script.answers = [
        recents(*(recent(number, active=None) for number in (1, 2, 3)), recent(4, active=None, item="deal")),
        {"success": True, "data": [{"id": 1}, {"id": 3, "is_deleted": True}]},
    ]

    page = await read(http, script, "deletions", bookmark=BOOKMARK)

    assert script.asked[1] == ("/api/v2/persons", {"ids": "1,2,3", "limit": "500"}, {})
    assert [gone.provider_id for gone in page.gone] == ["2", "3"]


async def test_the_feed_goes_on_from_its_last_moment(http, script):
    script.answers = [
        recents(recent(1, active=False), last="2026-03-18 10:53:00", more=True),
        recents(recent(1, active=False), recent(2, active=False), last="2026-03-18 10:53:00", more=True),
        recents(recent(3, active=False), last="2026-03-18 10:53:00"),
    ]

    first = await read(http, script, "deletions", bookmark=BOOKMARK)
    second = await read(http, script, "deletions", cursor=first.next_cursor, bookmark=BOOKMARK)
    script.date = "Wed, 18 Mar 2026 13:00:00 GMT"
    third = await read(http, script, "deletions", cursor=second.next_cursor, bookmark=BOOKMARK)

    assert [(query["since_timestamp"], query["start"]) for _, query, _ in script.asked] == [
        ("2026-03-18 10:52:06", "0"),
        ("2026-03-18 10:53:00", "0"),
        ("2026-03-18 10:53:00", "2"),
    ]
    assert [gone.provider_id for page in (first, second, third) for gone in page.gone] == ["1", "1", "2", "3"]
    assert (third.next_cursor, third.bookmark) == (None, BOOKMARK)


async def test_a_feed_without_times_goes_on_by_counting(http, script):
    script.answers = [recents(recent(1, active=True), last="0000-00-00 00:00:00", more=True), recents()]

    first = await read(http, script, "deletions", bookmark=BOOKMARK)
    last = await read(http, script, "deletions", cursor=first.next_cursor, bookmark=BOOKMARK)

    assert script.asked[1][1]["start"] == "1"
    assert last.next_cursor is None
