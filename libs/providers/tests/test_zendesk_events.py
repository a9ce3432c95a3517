"""What was said about tickets, out of the export of their events: what is looked up for it, and who is asked."""

import msgspec
import pytest
from contracts.interactions import Interaction
from providers.source import Page, ProviderRefused, ProviderUnavailable
from test_zendesk_comments import ADA, BOB, REFUSED, ROBIN, USERS, comment, comments, read, run, ticket, tickets

NOON = 1_778_068_800  # 2026-05-06T12:00:00Z
EVENTS, TICKETS, PEOPLE = (
    f"/api/v2/{path}" for path in ("incremental/ticket_events.json", "tickets/show_many", "users/show_many")
)
NOT_THERE = (404, {"error": "RecordNotFound", "description": "Not found"})


def said(number: int, **changes: object) -> dict[str, object]:
    """A comment as a part of an event."""
    return comment(number) | {"event_type": "Comment", "via": {"channel": "web"}, "via_reference_id": None} | changes


def done(sort: str, **values: object) -> dict[str, object]:
    return {"id": 9, "via": "Web form", "event_type": sort} | values


MADE = done("Create", subject="Engine stuck")


def event(ticket_id: object, *children: object, number: int = 70, **changes: object) -> dict[str, object]:
    return {
        "id": number,
        "ticket_id": ticket_id,
        "timestamp": NOON,
        "created_at": "2026-05-06T12:00:00Z",
        "event_type": "Audit",
        "child_events": children,
    } | changes


def events(*records: object, end: int | None = NOON, last: bool = True) -> dict[str, object]:
    return {"ticket_events": records, "end_time": end, "end_of_stream": last, "count": len(records), "next_page": None}


def shown(*records: object) -> dict[str, object]:
    return {"tickets": records, "count": len(records), "next_page": None}


def people(*records: object) -> dict[str, object]:
    return {"users": records or USERS}


def told(pages: list[Page]) -> list[str]:
    return [each.provider_id for page in pages for each in page.interactions]


def asked(script) -> list[str]:
    return [path.removeprefix("/api/v2") for path, _, _ in script.asked]


async def test_a_page_of_events_costs_two_look_ups(http, script):
    script.answers = [
        events(
            event(35, said(1), MADE, number=70),
            event(35, said(2), number=71),
            event(36, MADE, said(3), number=72),
            event(36, said(4, author_id=ROBIN), done("Change", status="open"), number=73),
        ),
        shown(ticket(35), ticket(36)),
        people(),
    ]

    [page] = await run(http, script)

    assert told([page]) == ["35/2", "36/4"]
    assert [(path, query) for path, query, _ in script.asked] == [
        (EVENTS, {"start_time": "0", "include": "comment_events"}),
        (TICKETS, {"ids": "35,36"}),
        (PEOPLE, {"ids": f"{ROBIN},{ADA}"}),
    ]
    assert page.bookmark == f'{{"since":{NOON}}}'


@pytest.mark.parametrize("author", [ADA, ROBIN, BOB, -1, None])
async def test_a_comment_reads_alike_whichever_way_it_came(http, script, author):
    whole = comment(2, author_id=author, attachments=[{"id": 7, "size": 1.5}], audit_id=70)
    metadata = {"metadata": {"system": {"client": "Browser"}}, "via": {"channel": "web"}}
    script.answers = [
        *(events(event(35, said(2, **whole))), shown(ticket(35)), *([people()] if author in {ADA, ROBIN, BOB} else [])),
        *(REFUSED, tickets(ticket(35)), comments(comment(1), whole | metadata)),
    ]

    exported, listed = await run(http, script), await run(http, script)

    [one], [other] = ([each for page in pages for each in page.interactions] for pages in (exported, listed))
    assert one == other


async def test_a_ticket_with_nothing_but_its_own_text_is_not_looked_up(http, script):
    script.answers = [events(event(35, said(1), MADE), event(35, done("Change", status="solved"), number=71))]

    [page] = await run(http, script)

    assert (page.interactions, len(script.asked)) == ((), 1)


async def test_a_run_goes_on_where_the_last_page_ended_and_the_next_one_where_it_did(http, script):
    script.answers = [
        events(event(35, said(2)), end=NOON, last=False),
        *(shown(ticket(35)), people()),
        events(event(35, said(2)), event(35, said(3), number=71), end=NOON + 5),
        *(shown(ticket(35)), people()),
        events(end=NOON + 5),
    ]

    pages = await run(http, script)
    [later] = await run(http, script, bookmark=pages[-1].bookmark)

    assert told(pages) == ["35/2", "35/2", "35/3"]
    starts = [query["start_time"] for path, query, _ in script.asked if path == EVENTS]
    assert starts == ["0", str(NOON), str(NOON + 5)]
    assert later.bookmark == pages[-1].bookmark == f'{{"since":{NOON + 5}}}'


@pytest.mark.parametrize(
    "hint",
    [
        done("CommentRedactionEvent", comment_id=2),
        done("AttachmentRedactionEvent", attachment_id=7, comment_id=2),
        done("CommentPrivacyChange", comment_id=2, public=False),
        done("Change", status="open", previous_value="deleted"),
        said(4, plain_body=None),
        said(4, public=None),
        said(4, id="odd"),
        "odd",
    ],
)
async def test_a_ticket_of_which_more_happened_than_is_told_is_asked(http, script, hint):
    script.answers = [
        events(event(35, said(3), number=70), event(35, hint, number=71), event(36, said(5), number=72)),
        *(shown(ticket(35), ticket(36)), people()),
        comments(comment(1), comment(2), comment(3)),
    ]

    pages = await run(http, script)

    assert told(pages) == ["36/5", "35/2", "35/3"]
    assert asked(script)[3:] == ["/tickets/35/comments.json"]


@pytest.mark.parametrize("odd", [{"child_events": None}, {"child_events": "none"}])
async def test_of_an_event_that_cannot_be_read_the_ticket_is_asked(http, script, odd):
    script.answers = [events(event(35, said(2), **odd)), shown(ticket(35)), comments(comment(1), comment(2))]

    assert told(await run(http, script)) == ["35/2"]


@pytest.mark.parametrize("odd", [b"\xff", b"\\ud800", b"\x01"])
async def test_odd_text_in_an_event_has_its_ticket_asked_and_costs_that_comment_alone(http, script, odd):
    def spoilt(page: dict[str, object]) -> bytes:
        return msgspec.json.encode(page).replace(b"**Word 2**", odd)

    script.answers = [
        spoilt(events(event(35, said(2), said(3)), event(36, said(4), number=71))),
        *(shown(ticket(35), ticket(36)), people()),
        spoilt(comments(comment(1), comment(2), comment(3))),
    ]

    pages = await run(http, script)

    assert told(pages) == ["36/4", "35/3"]
    assert [len(page.skipped) for page in pages] == [0, 1]


async def test_an_event_that_names_no_ticket_is_skipped_with_its_reason(http, script):
    script.answers = [events(event("none", said(2)), event(35, said(3), number=71)), shown(ticket(35)), people()]

    [page] = await run(http, script)

    [skipped] = page.skipped
    assert (skipped.kind, skipped.provider_id, skipped.reason) == (
        "comment",
        "70",
        "Expected `int`, got `str` - at `$.ticket_id`",
    )
    assert told([page]) == ["35/3"]


async def test_a_comment_without_a_time_of_its_own_has_that_of_its_update(http, script):
    timeless = {key: value for key, value in said(2).items() if key != "created_at"}
    script.answers = [events(event(35, timeless)), shown(ticket(35)), people()]

    [page] = await run(http, script)

    interaction: Interaction = page.interactions[0].interaction
    assert interaction.occurred_at is not None
    assert interaction.occurred_at.timestamp() == NOON
    assert msgspec.json.decode(page.interactions[0].raw)["created_at"] == "2026-05-06T12:00:00Z"


async def test_tickets_and_authors_are_looked_up_a_hundred_at_a_time(http, script):
    numbers = range(1, 251)
    script.answers = [
        events(*(event(number, said(number, author_id=number), number=number) for number in numbers)),
        *(shown(*map(ticket, numbers[start : start + 100])) for start in (0, 100, 200)),
        *[people()] * 3,
    ]

    [page] = await run(http, script)

    assert len(page.interactions) == 250
    assert [len(query["ids"].split(",")) for _, query, _ in script.asked[1:]] == [100, 100, 50] * 2


async def test_a_ticket_that_is_not_among_many_is_deleted_or_asked(http, script):
    script.answers = [
        events(event(35, said(2)), event(36, said(4), number=71)),
        *(shown(), NOT_THERE, {"ticket": ticket(36)}),
        comments(comment(3), comment(4)),
    ]

    pages = await run(http, script)

    assert told(pages) == ["36/4"]
    assert asked(script)[2:] == ["/tickets/35.json", "/tickets/36.json", "/tickets/36/comments.json"]
    assert pages[-1].bookmark == f'{{"since":{NOON}}}'


async def test_where_the_export_ends_to_be_allowed_tickets_are_asked_from_where_the_run_began(http, script):
    script.answers = [
        events(event(35, said(2)), end=NOON + 5, last=False),
        *(shown(ticket(35)), people(), NOT_THERE),
        *(tickets(ticket(36)), comments(comment(4), comment(5))),
    ]

    pages = await run(http, script, bookmark=f'{{"since":{NOON}}}')

    assert told(pages) == ["35/2", "36/5"]
    assert script.asked[4][1] == {"per_page": "100", "start_time": str(NOON)}
    assert msgspec.json.decode(pages[-1].bookmark or "") == {"since": NOON, "by_ticket": True, "tickets": "c1"}


async def test_a_page_that_is_one_second_all_over_is_gone_around(http, script):
    script.answers = [events(event(35, said(2)), last=False), tickets(ticket(35)), comments(comment(1), comment(2))]

    pages = await run(http, script, bookmark=f'{{"since":{NOON}}}')

    assert told(pages) == ["35/2"]


async def test_a_bookmark_of_old_tells_nothing_of_events(http, script):
    script.answers = [events()]

    [page] = await run(http, script, bookmark="MTc3ODA1ODM0Mi4wfHw0NjQwNjE0NTU2NTA3M3w=")

    assert script.asked[0][1]["start_time"] == "0"
    assert page.bookmark == f'{{"since":{NOON}}}'


@pytest.mark.parametrize(
    "odd",
    [[], {}, b"<html>", {"ticket_events": []}, events(end=None, last=False), events(end=None) | {"end_time": "x"}],
)
async def test_an_answer_that_is_no_page_is_asked_for_again_later(http, script, odd):
    script.answers = [odd]

    with pytest.raises(ProviderUnavailable):
        await read(http, script)


async def test_a_no_for_another_reason_is_one(http, script):
    script.answers = [(400, {"error": "StartTimeTooRecent", "description": "…"})]

    with pytest.raises(ProviderRefused):
        await read(http, script)
