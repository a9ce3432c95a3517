"""How Zendesk is asked, page after page, and what is made of answers that are odd."""

from datetime import UTC, datetime

import pytest
from providers.source import (
    Access,
    AccessExpired,
    NotThere,
    Page,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from providers.zendesk import Zendesk
from providers.zendesk_api import NotAllowed

NOW = datetime(2030, 1, 1, tzinfo=UTC)  # our own clock, which is wrong and must not matter
NOTHING_NEW = {"end_of_stream": True} | dict.fromkeys(["after_url", "after_cursor", "before_url", "before_cursor"])


def access(script) -> Access:
    return Access(access_token="t", token_type="Basic", api_url=script.url, account_id="acme")


async def read(http, script, stream="contacts", cursor: str | None = None, bookmark: str | None = None) -> Page:
    return await Zendesk().fetch_page(http, access(script), stream, cursor=cursor, bookmark=bookmark, now=NOW)


def user(number: int, **changes: object) -> dict[str, object]:
    return {"id": number, "role": "end-user", "active": True, "email": f"p{number}@example.com"} | changes


def users(*records: object, after: str | None, last: bool = False, **more: object) -> dict[str, object]:
    return {"users": list(records), "after_cursor": after, "end_of_stream": last} | more


async def test_a_first_run_begins_with_the_beginning_of_time_and_ends_with_a_bookmark(http, script):
    script.answers = [users(user(1), user(2), after="c1"), users(user(3), after="c2=", last=True)]

    first = await read(http, script)
    last = await read(http, script, cursor=first.next_cursor)

    assert [contact.provider_id for page in (first, last) for contact in page.contacts] == ["1", "2", "3"]
    shared = {"per_page": "1000", "include": "identities,organizations"}
    assert [(path, query) for path, query, _ in script.asked] == [
        ("/api/v2/incremental/users/cursor", shared | {"start_time": "0"}),
        ("/api/v2/incremental/users/cursor", shared | {"cursor": "c1"}),
    ]
    assert (first.next_cursor, first.bookmark) == ("c1", None)
    assert (last.next_cursor, last.bookmark) == (None, "c2=")
    assert script.authorizations == ["Basic t"] * 2


async def test_a_run_with_nothing_new_keeps_the_bookmark_it_was_given(http, script):
    script.answers = [{"users": []} | NOTHING_NEW]

    page = await read(http, script, bookmark="c2=")

    assert (page.contacts, page.next_cursor, page.bookmark) == ((), None, "c2=")


async def test_a_run_whose_last_page_is_empty_keeps_its_last_cursor(http, script):
    script.answers = [users(user(1), after="c3"), {"users": []} | NOTHING_NEW]

    first = await read(http, script, bookmark="c2")
    last = await read(http, script, cursor=first.next_cursor, bookmark="c2")

    assert (last.next_cursor, last.bookmark) == (None, "c3")


async def test_an_account_without_anything_is_read_from_its_beginning_next_time(http, script):
    script.answers = [{"tickets": []} | NOTHING_NEW]

    page = await read(http, script, "tickets")

    assert (page.next_cursor, page.bookmark) == (None, None)
    assert script.asked[0][:2] == ("/api/v2/incremental/tickets/cursor", {"per_page": "500", "start_time": "0"})


async def test_identities_that_came_along_are_each_users_own(http, script):
    identities = [
        {"id": 11, "user_id": 2, "type": "email", "value": "two@example.org"},
        {"id": 12, "user_id": 1, "type": "email", "value": "one@example.org"},
    ]
    script.answers = [users(user(1), user(2), after="c", last=True, identities=identities)]

    page = await read(http, script)

    assert [contact.contact.emails for contact in page.contacts] == [
        ("p1@example.com", "one@example.org"),
        ("p2@example.com", "two@example.org"),
    ]


ODD_PAGES = [
    b"",
    b"<html>",
    [],
    {},
    {"users": []},
    {"users": {}, "end_of_stream": True},
    {"end_of_stream": True, "after_cursor": "c"},
    {"users": [], "end_of_stream": "yes"},
    {"users": [], "end_of_stream": False},
    {"users": [], "end_of_stream": False, "after_cursor": ""},
    {"users": [], "end_of_stream": False, "after_cursor": 5},
    {"users": [user(1)], "end_of_stream": False, "after_cursor": "c1"},
    {"users": [user(1)], "end_of_stream": False, "after_cursor": "c2", "identities": "none"},
]


@pytest.mark.parametrize("odd", ODD_PAGES)
async def test_an_answer_that_is_no_page_or_leads_in_a_circle_is_asked_for_again_later(http, script, odd):
    script.answers = [odd]

    with pytest.raises(ProviderUnavailable):
        await read(http, script, cursor="c1")


async def test_end_users_are_counted_and_of_tickets_nothing_is_said(http, script):
    script.answers = [{"count": {"value": 102, "refreshed_at": "2026-05-06T08:16:30Z"}}]

    assert await Zendesk().count(http, access(script), "contacts") == 102
    assert await Zendesk().count(http, access(script), "tickets") is None
    assert script.asked[0][:2] == ("/api/v2/users/count.json", {"role": "end-user"})


async def test_a_count_that_is_still_being_made_is_none(http, script):
    script.answers = [{"count": {"value": 100_000, "refreshed_at": None}}]

    assert await Zendesk().count(http, access(script), "contacts") is None


SCOPES = {"error": "Forbidden", "description": "You are missing the following required scopes: users:read, read"}
FORBIDDEN = {"error": {"title": "Forbidden", "message": "You do not have access to this page. <b>"}}
INCREMENTAL = "zendesk-ratelimit-incremental-exports-cursor"


@pytest.mark.parametrize(
    ("status", "body", "meaning", "words"),
    [
        (401, {"error": "invalid_token", "error_description": "…"}, AccessExpired, "no longer takes"),
        (401, {"error": "Couldn't authenticate you"}, AccessExpired, "no longer takes"),
        (403, SCOPES, NotAllowed, "did not grant what this needs: users:read, read."),
        (403, FORBIDDEN, NotAllowed, "only administrators"),
        (404, {"error": "RecordNotFound", "description": "Not found"}, NotThere, "(404 RecordNotFound)"),
        (404, {"error": {"title": "No such help desk", "message": "…"}}, NotThere, "(404)."),
        (409, {"error": "DatabaseConflict"}, ProviderUnavailable, "busy"),
        (422, {"error": "RecordInvalid", "details": {"x": [{"error": "y"}]}}, ProviderRefused, "(422 RecordInvalid)"),
        (422, {"error": "a@b.example is taken", "description": 5}, ProviderRefused, "(422)."),
        (400, b"<html>", ProviderRefused, "(400)."),
        (500, {"status": 500, "error": "Internal Server Error"}, ProviderUnavailable, "trouble of its own"),
    ],
)
async def test_a_refusal_says_what_to_do_and_quotes_nobody(http, script, status, body, meaning, words):
    script.status, script.answers = status, [body]

    with pytest.raises(ProviderError) as raised:
        await read(http, script)

    assert type(raised.value) is meaning
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("status", "meaning", "words"),
    [(404, ProviderRefused, "no Zendesk account at this address"), (403, ProviderUnavailable, "edge")],
)
async def test_a_web_page_in_an_answers_place_is_told_apart(http, script, status, meaning, words):
    script.status, script.answers, script.content_type = status, [b"<html>"], "text/html"

    with pytest.raises(meaning, match=words):
        await read(http, script)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "93", "ratelimit-reset": "5"}, 93),
        ({INCREMENTAL: "total=10; remaining=0; resets=42", "ratelimit-reset": "5"}, 42),
        ({INCREMENTAL: "total=10; remaining=3; resets=42", "ratelimit-reset": "5"}, 5),
        ({INCREMENTAL: "total=10; remaining=0; resets=99999"}, 60),
        ({INCREMENTAL: "gibberish"}, 60),
        ({}, 60),
    ],
)
async def test_a_limit_is_waited_for_as_long_as_it_says(http, script, headers, seconds):
    script.status, script.answers, script.headers = 429, [b"Rate limit for this endpoint"], headers
    script.content_type = "text/plain"

    with pytest.raises(RateLimited) as limited:
        await read(http, script)

    assert limited.value.after_seconds == seconds
