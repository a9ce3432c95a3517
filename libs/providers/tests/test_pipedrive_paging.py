"""How Pipedrive is asked, page after page, and what is made of answers the sandbox never gives."""

from datetime import UTC, datetime

import pytest
from providers.pipedrive import Pipedrive
from providers.source import Access, Page, ProviderUnavailable

NOW = datetime(2026, 4, 1, tzinfo=UTC)  # our own clock, which is wrong and must not matter
BOOKMARK = '{"since":"2026-03-18T10:52:06Z"}'


async def read(http, script, stream: str, cursor: str | None = None, bookmark: str | None = None) -> Page:
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")
    return await Pipedrive().fetch_page(http, access, stream, cursor=cursor, bookmark=bookmark, now=NOW)


def record(number: object, **changes: object) -> dict[str, object]:
    return {"id": number, "emails": [{"value": f"p{number}@example.com", "primary": True}]} | changes


def results(*records: object, after: str | None = None) -> dict[str, object]:
    return {"success": True, "data": list(records), "additional_data": {"next_cursor": after}}


async def test_a_run_reads_the_list_downwards_to_its_end(http, script):
    script.answers = [results(record(3), record(2), after="c-2"), results(record(1))]

    first = await read(http, script, "contacts")
    last = await read(http, script, "contacts", cursor=first.next_cursor)

    assert [contact.provider_id for page in (first, last) for contact in page.contacts] == ["3", "2", "1"]
    usual = {"limit": "500", "sort_by": "id", "sort_direction": "desc"}
    usual |= {"include_option_labels": "true", "include_labels": "true"}
    assert script.asked == [("/api/v2/persons", usual, {}), ("/api/v2/persons", usual | {"cursor": "c-2"}, {})]
    assert script.authorizations == ["Bearer t"] * 2
    assert (first.bookmark, last.next_cursor) == (None, None)


async def test_a_later_run_asks_for_what_changed_since_on_every_page(http, script):
    script.answers = [results(record(3), after="c"), results(record(2))]

    first = await read(http, script, "contacts", bookmark=BOOKMARK)
    await read(http, script, "contacts", cursor=first.next_cursor, bookmark=BOOKMARK)

    assert [query["updated_since"] for _, query, _ in script.asked] == ["2026-03-18T10:52:06Z"] * 2


async def test_the_bookmark_is_pipedrives_clock_at_the_runs_start_less_an_overlap(http, script):
    script.answers = [results(record(2), after="c"), results(record(1))]

    first = await read(http, script, "contacts")
    script.date = "Wed, 18 Mar 2026 13:00:00 GMT"
    last = await read(http, script, "contacts", cursor=first.next_cursor)

    assert last.bookmark == BOOKMARK


@pytest.mark.parametrize("stream", ["contacts", "deletions", "notes", "activities"])
async def test_without_pipedrives_clock_the_next_run_reads_all_again(http, script, stream):
    script.answers, script.date = [results()], "at tea time"

    page = await read(http, script, stream)

    assert (page.next_cursor, page.bookmark) == (None, None)


async def test_a_run_never_turns_in_circles(http, script):
    script.answers = [results(record(1), after="c")]

    with pytest.raises(ProviderUnavailable):
        await read(http, script, "contacts", cursor='{"after":"c"}')


@pytest.mark.parametrize("body", [{}, {"success": True}, {"success": True, "data": {}}, {"data": "x"}, []])
async def test_a_page_that_is_none_loses_nothing(http, script, body):
    script.answers = [body]

    with pytest.raises(ProviderUnavailable):
        await read(http, script, "contacts")


async def test_the_end_may_be_told_by_silence(http, script):
    script.answers = [{"success": True, "data": [record(1)], "additional_data": None}]

    assert (await read(http, script, "contacts")).bookmark == BOOKMARK


async def test_a_person_shown_as_deleted_is_gone(http, script):
    script.answers = [results(record(2, is_deleted=True), record(1), {"id": "?"})]

    page = await read(http, script, "contacts")

    assert [contact.provider_id for contact in page.contacts] == ["1"]
    assert [(gone.provider_id, gone.reason, gone.kind) for gone in page.gone] == [("2", "deleted", None)]
    assert len(page.skipped) == 1


async def test_pipedrive_is_not_asked_how_many_there_are(http, script):
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")

    assert await Pipedrive().count(http, access, "contacts") is None
    assert not script.asked
