"""What was said about tickets, asked of them one by one: who is asked, where a run goes on, what is made of it."""

from datetime import UTC, datetime

import msgspec
import pytest
from contracts.interactions import Interaction
from providers import zendesk_comments
from providers.source import Access, Page, ProviderRefused, ProviderUnavailable
from providers.zendesk import Zendesk

NOW = datetime(2030, 1, 1, tzinfo=UTC)  # our own clock, which is wrong and must not matter
ADA, BOB, ROBIN = 46406156914577, 46406156914578, 46406145565073
USERS = [{"id": ADA, "role": "end-user"}, {"id": ROBIN, "role": "admin"}]
REFUSED = (403, {"error": {"title": "Forbidden", "message": "…"}})
NOTHING_NEW = {"tickets": [], "end_of_stream": True, "after_cursor": None}


async def read(http, script, cursor: str | None = None, bookmark: str | None = None) -> Page:
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="acme")
    return await Zendesk().fetch_page(http, access, "comments", cursor=cursor, bookmark=bookmark, now=NOW)


async def run(http, script, bookmark: str | None = None) -> list[Page]:
    pages = [await read(http, script, bookmark=bookmark)]
    while pages[-1].next_cursor:
        pages.append(await read(http, script, cursor=pages[-1].next_cursor, bookmark=bookmark))
    return pages


def ticket(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": number,
        "url": f"https://acme.zendesk.com/api/v2/tickets/{number}.json",
        "subject": f"Engine {number} stuck",
        "status": "open",
        "requester_id": ADA,
    } | changes


def tickets(*records: object, after: str | None = "c1", last: bool = True) -> dict[str, object]:
    return {"tickets": records, "after_cursor": after, "end_of_stream": last}


def comment(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": number,
        "type": "Comment",
        "author_id": ADA,
        "body": f"**Word {number}**",
        "html_body": f"<b>Word {number}</b>",
        "plain_body": f"Word {number}",
        "public": True,
        "created_at": "2026-05-06T08:16:30Z",
    } | changes


def comments(*records: object, more: str | None = None, **instead: object) -> dict[str, object]:
    return {"comments": records, "users": USERS, "meta": {"has_more": bool(more), "after_cursor": more}} | instead


def bookmark_of(page: Page) -> dict[str, object]:
    assert page.bookmark
    return msgspec.json.decode(page.bookmark)


async def comment_of(http, script, said: dict[str, object], **changes: object) -> Interaction:
    script.answers = [REFUSED, tickets(ticket(35, **changes)), comments(comment(1), said)]
    [read] = [each for page in await run(http, script) for each in page.interactions]
    return read.interaction


async def test_a_comment_is_read_whole(http, script):
    script.answers = [REFUSED, tickets(ticket(35, email_cc_ids=[BOB])), comments(comment(1), comment(2))]

    pages = await run(http, script)

    [read] = pages[-1].interactions
    said_at = datetime(2026, 5, 6, 8, 16, 30, tzinfo=UTC)
    assert read.provider_id == "35/2"
    assert msgspec.json.decode(read.raw) == comment(2)
    assert read.interaction == Interaction(
        kind="comment",
        title="Engine 35 stuck",
        body="Word 2",
        status="public",
        url="https://acme.zendesk.com/agent/tickets/35",
        occurred_at=said_at,
        created_at=said_at,
        updated_at=said_at,
        contact_ids=(str(ADA), str(BOB)),
    )


async def test_what_an_agent_wrote_concerns_the_customer_and_is_the_agents(http, script):
    answered = await comment_of(http, script, comment(2, author_id=ROBIN))

    assert (answered.contact_ids, answered.owner) == ((str(ADA),), str(ROBIN))


async def test_a_customer_who_did_not_ask_is_told_of_as_well(http, script):
    seen = await comment_of(http, script, comment(2), requester_id=BOB)

    assert (seen.contact_ids, seen.owner) == ((str(ADA), str(BOB)), None)


async def test_private_comments_are_told_apart(http, script):
    assert (await comment_of(http, script, comment(2, public=False))).status == "private"


@pytest.mark.parametrize(
    ("bodies", "body"),
    [
        ({"plain_body": None}, "**Word 2**"),
        ({"plain_body": None, "body": None}, None),
        ({"plain_body": "x" * 70_000}, None),
    ],
)
async def test_html_is_never_a_body(http, script, bodies, body):
    assert (await comment_of(http, script, comment(2, **bodies))).body == body


async def test_every_changed_ticket_is_asked_once_and_the_run_leaves_the_exports_bookmark(http, script):
    script.answers = [
        REFUSED,
        tickets(ticket(1), ticket(2), after="c1", last=False),
        comments(comment(10), comment(11)),
        comments(comment(20)),
        tickets(ticket(3), after="c2"),
        comments(comment(30), comment(31)),
    ]

    pages = await run(http, script)

    assert [each.provider_id for page in pages for each in page.interactions] == ["1/11", "3/31"]
    assert [page.bookmark for page in pages[:-1]] == [None] * 4
    assert bookmark_of(pages[-1]) == {"by_ticket": True, "tickets": "c2"}
    export, shared = "/api/v2/incremental/tickets/cursor", {"page[size]": "100", "include": "users"}
    assert [(path, query) for path, query, _ in script.asked] == [
        ("/api/v2/incremental/ticket_events.json", {"start_time": "0", "include": "comment_events"}),
        (export, {"per_page": "100", "start_time": "0"}),
        ("/api/v2/tickets/1/comments.json", shared),
        ("/api/v2/tickets/2/comments.json", shared),
        (export, {"per_page": "100", "cursor": "c1"}),
        ("/api/v2/tickets/3/comments.json", shared),
    ]


async def test_a_run_with_nothing_new_keeps_its_bookmark(http, script):
    script.answers = [NOTHING_NEW]

    [page] = await run(http, script, bookmark='{"by_ticket":true,"tickets":"c2"}')

    assert (page.next_cursor, page.interactions) == (None, ())
    assert bookmark_of(page) == {"by_ticket": True, "tickets": "c2"}
    assert script.asked[0][1]["cursor"] == "c2"


async def test_what_was_refused_is_asked_again_when_everything_is_read_again(http, script):
    script.answers = [REFUSED, NOTHING_NEW, REFUSED, NOTHING_NEW]

    once = await run(http, script)
    await run(http, script)

    assert bookmark_of(once[-1]) == {"by_ticket": True}
    assert [path.rpartition("/")[2] for path, _, _ in script.asked] == ["ticket_events.json", "cursor"] * 2


async def test_a_run_that_ends_after_comments_keeps_the_last_cursor_it_had(http, script):
    script.answers = [REFUSED, tickets(ticket(1), after="c1", last=False), comments(comment(10)), NOTHING_NEW]

    pages = await run(http, script)

    assert bookmark_of(pages[-1])["tickets"] == "c1"


async def test_a_long_ticket_goes_on_where_it_stood(http, script):
    first = comments(*(comment(number) for number in range(1, 101)), more="p1")
    second = comments(*(comment(number) for number in range(101, 201)), more="p2")
    last = comments(comment(201))
    script.answers = [REFUSED, tickets(ticket(35), ticket(36)), first, comments(comment(500)), second, last]

    pages = await run(http, script)

    told = [each.provider_id for page in pages for each in page.interactions]
    assert told == [f"35/{number}" for number in range(2, 202)]
    assert [query.get("page[after]") for _, query, _ in script.asked] == [None, None, None, None, "p1", "p2"]


async def test_a_page_shows_some_tickets_so_that_a_limit_costs_few_calls(http, script):
    script.answers = [REFUSED, tickets(*map(ticket, range(1, 26)))] + [comments(comment(1), comment(2))] * 25

    pages = await run(http, script)

    assert [len(page.interactions) for page in pages] == [0, 0, 10, 10, 5]


async def test_tickets_that_were_read_just_now_are_asked_without_an_export(http, script):
    script.answers = [comments(comment(1), comment(2), more="p1"), comments(comment(40)), comments(comment(3))]
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="acme")
    read_just_now = [msgspec.json.encode(ticket(number)) for number in (35, 36)]
    read_just_now.append(msgspec.json.encode(ticket(37, status="deleted")))

    page = await zendesk_comments.fetch_of(http, access, read_just_now)

    assert [each.provider_id for each in page.interactions] == ["35/2", "35/3"]
    assert page.next_cursor is page.bookmark is None
    assert await zendesk_comments.fetch_of(http, access, []) == Page()


async def test_deleted_tickets_are_not_asked(http, script):
    script.answers = [REFUSED, tickets(ticket(1, status="deleted"), {"id": "odd"})]

    _, page = await run(http, script)

    assert (bookmark_of(page)["tickets"], page.interactions, len(script.asked)) == ("c1", (), 2)


async def test_a_ticket_that_was_deleted_meanwhile_costs_itself_alone(http, script):
    not_there = (404, {"error": "RecordNotFound", "description": "Not found"})
    script.answers = [REFUSED, tickets(ticket(1), ticket(2)), not_there, comments(comment(20), comment(21))]

    pages = await run(http, script)

    assert [each.provider_id for page in pages for each in page.interactions] == ["2/21"]


async def test_a_no_that_is_about_more_than_the_ticket_is_one(http, script):
    script.answers = [REFUSED, tickets(ticket(1)), REFUSED]

    with pytest.raises(ProviderRefused):
        await run(http, script)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"public": None}, "Zendesk does not say whether this comment is public"),
        ({"created_at": 5}, "Expected `str | null`, got `int` - at `$.created_at`"),
    ],
)
async def test_a_comment_that_cannot_be_read_is_skipped_with_its_reason(http, script, odd, reason):
    script.answers = [REFUSED, tickets(ticket(1)), comments(comment(10), comment(11, **odd), comment(12))]

    pages = await run(http, script)

    assert [each.provider_id for page in pages for each in page.interactions] == ["1/12"]
    [skipped] = [each for page in pages for each in page.skipped]
    assert (skipped.kind, skipped.provider_id, skipped.reason) == ("comment", "1/11", reason)


@pytest.mark.parametrize(
    "odd",
    [
        {"comments": [comment(1)]},
        {"meta": {"has_more": False}},
        comments(comment(1), meta={"has_more": True, "after_cursor": None}),
        comments(comment(1), meta={"has_more": True, "after_cursor": "p1"}),
        comments(comment(1), meta={"has_more": "yes"}),
    ],
)
async def test_an_answer_that_is_no_page_or_leads_in_a_circle_is_asked_for_again_later(http, script, odd):
    script.answers = [REFUSED, tickets(ticket(1)), comments(comment(1), comment(2), more="p1"), odd]

    with pytest.raises(ProviderUnavailable):
        await run(http, script)


async def test_what_zendesk_itself_said_is_nobodys(http, script):
    said = await comment_of(http, script, comment(2, author_id=-1))

    assert (said.contact_ids, said.owner) == ((str(ADA),), None)


async def test_an_author_of_whom_nothing_is_shown_is_taken_for_a_customer(http, script):
    said = await comment_of(http, script, comment(2, author_id=BOB))

    assert (said.contact_ids, said.owner) == ((str(BOB), str(ADA)), None)


async def test_what_is_told_of_the_update_as_a_whole_is_not_kept_with_the_comment(http, script):
    told = comment(2, attachments=[{"id": 7}], audit_id=9)
    whole = told | {"via": {"channel": "web"}, "metadata": {"system": {"ip_address": "192.0.2.7"}}}
    script.answers = [REFUSED, tickets(ticket(35)), comments(comment(1), whole)]

    pages = await run(http, script)

    [read] = pages[-1].interactions
    assert msgspec.json.decode(read.raw) == told


async def test_users_that_cannot_be_read_leave_the_requester(http, script):
    script.answers = [REFUSED, tickets(ticket(35)), comments(comment(1), comment(2), users=[5, {}, {"id": ADA}])]

    pages = await run(http, script)

    assert pages[-1].interactions[0].interaction.contact_ids == (str(ADA),)
