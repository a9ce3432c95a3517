"""Organizations that got another name, and the users who are looked at again for it."""

from datetime import UTC, datetime

import pytest
from providers.source import Access, Page, ProviderUnavailable
from providers.zendesk import Zendesk

NOW = datetime(2030, 1, 1, tzinfo=UTC)  # our own clock, which is wrong and must not matter
EXPORT = "/api/v2/incremental/organizations.json"
NOON = 1_778_068_800  # 2026-05-06T12:00:00Z


async def read(http, script, cursor: str | None = None, bookmark: str | None = None) -> Page:
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="acme")
    return await Zendesk().fetch_page(http, access, "companies", cursor=cursor, bookmark=bookmark, now=NOW)


async def run(http, script, bookmark: str | None = None) -> list[Page]:
    pages = [await read(http, script, bookmark=bookmark)]
    while pages[-1].next_cursor:
        pages.append(await read(http, script, cursor=pages[-1].next_cursor, bookmark=bookmark))
    return pages


def organization(number: int, second: int = 0, **changes: object) -> dict[str, object]:
    stamp = f"2026-05-06T12:00:{second:02}Z"
    return {"id": number, "name": f"Company {number}", "updated_at": stamp, "deleted_at": None} | changes


def organizations(*records: object, end: int | None, last: bool = True) -> dict[str, object]:
    return {"organizations": records, "end_time": end, "end_of_stream": last, "count": len(records)}


def users(*numbers: int, of: int, more: str | None = None) -> dict[str, object]:
    return {
        "users": [{"id": number, "role": "end-user", "active": True, "organization_id": of} for number in numbers],
        "organizations": [organization(of, name="Renamed")],
        "meta": {"has_more": bool(more), "after_cursor": more},
    }


async def test_a_first_run_only_notes_how_far_it_goes(http, script):
    script.answers = [
        organizations(organization(1), end=NOON, last=False),
        organizations(organization(1), organization(2, 1), end=NOON + 1),
    ]

    pages = await run(http, script)

    assert [(page.contacts, page.gap) for page in pages] == [((), None)] * 2
    assert [path for path, _, _ in script.asked] == [EXPORT] * 2
    assert [query["start_time"] for _, query, _ in script.asked] == ["0", str(NOON)]
    assert pages[-1].bookmark == f'{{"since":{NOON + 1}}}'


async def test_the_users_of_a_changed_organization_are_read_page_by_page(http, script):
    again = organization(2, 0)
    script.answers = [
        organizations(again, organization(5, 7), organization(6, 8), end=NOON + 8),
        users(51, of=5, more="p1"),
        users(52, of=5),
        (404, {"error": "RecordNotFound", "description": "Not found"}),
    ]

    pages = await run(http, script, bookmark=f'{{"since":{NOON}}}')

    assert [(each.provider_id, each.contact.company) for page in pages for each in page.contacts] == [
        ("51", "Renamed"),
        ("52", "Renamed"),
    ]
    assert script.asked[0][1] == {"start_time": str(NOON), "per_page": "1000"}
    shared = {"page[size]": "100", "include": "identities,organizations"}
    assert [(path, query) for path, query, _ in script.asked[1:]] == [
        ("/api/v2/organizations/5/users.json", shared),
        ("/api/v2/organizations/5/users.json", shared | {"page[after]": "p1"}),
        ("/api/v2/organizations/6/users.json", shared),
    ]
    assert pages[-1].bookmark == f'{{"since":{NOON + 8}}}'


async def test_what_bears_the_bookmarks_stamp_was_seen_and_what_was_deleted_has_nobody(http, script):
    script.answers = [
        organizations(organization(2), organization(3, 4, deleted_at="2026-05-06T12:00:04Z"), end=NOON + 4)
    ]

    [page] = await run(http, script, bookmark=f'{{"since":{NOON}}}')

    assert (page.contacts, page.bookmark) == ((), f'{{"since":{NOON + 4}}}')


async def test_a_run_without_anything_new_keeps_its_bookmark(http, script):
    script.answers = [organizations(end=None)]

    [page] = await run(http, script, bookmark=f'{{"since":{NOON}}}')

    assert page.bookmark == f'{{"since":{NOON}}}'


async def test_a_second_with_more_than_a_page_is_stepped_over_and_told(http, script):
    script.answers = [organizations(organization(1), end=NOON, last=False), organizations(end=None)]

    pages = await run(http, script, bookmark=f'{{"since":{NOON}}}')

    assert [bool(page.gap) for page in pages] == [True, False]
    assert script.asked[1][1]["start_time"] == str(NOON + 1)


@pytest.mark.parametrize(
    "odd",
    [
        {"users": []},
        {"users": [], "meta": {"has_more": True}},
        users(52, of=5, more="p1"),
    ],
)
async def test_an_answer_that_is_no_page_or_leads_in_a_circle_is_asked_for_again_later(http, script, odd):
    script.answers = [organizations(organization(5, 7), end=NOON + 7), users(51, of=5, more="p1"), odd]

    with pytest.raises(ProviderUnavailable):
        await run(http, script, bookmark=f'{{"since":{NOON}}}')
