"""How HubSpot is asked, page after page, and what is made of answers the sandbox never gives."""

import pytest
from hubspot_script import BOOKMARK, asked, read, record, results
from providers.hubspot import HubSpot
from providers.source import Access, ProviderUnavailable


async def test_a_first_run_reads_the_list_to_its_end(http, script):
    script.answers = [results(record(1), record(2), after="2"), results(record(3))]

    first = await read(http, script, "contacts")
    last = await read(http, script, "contacts", cursor=first.next_cursor)

    assert [contact.provider_id for page in (first, last) for contact in page.contacts] == ["1", "2", "3"]
    assert [path for path, _, _ in asked(script)] == ["/crm/objects/2026-03/contacts"] * 2
    assert [query.get("after") for _, query, _ in asked(script)] == [None, "2"]
    assert (first.bookmark, last.next_cursor) == (None, None)


async def test_the_bookmark_is_hubspots_clock_at_the_runs_start_less_an_overlap(http, script):
    script.answers = [results(record(1), after="1"), results(record(2))]

    first = await read(http, script, "contacts")
    script.date = "Wed, 18 Mar 2026 13:00:00 GMT"
    last = await read(http, script, "contacts", cursor=first.next_cursor)

    assert last.bookmark == BOOKMARK


async def test_without_hubspots_clock_the_next_run_reads_all_again(http, script):
    script.answers, script.date = [results(record(1))], "at tea time"

    page = await read(http, script, "contacts")

    assert (page.next_cursor, page.bookmark) == (None, None)


async def test_a_later_run_searches_upwards_by_id(http, script):
    script.answers = [
        results(record(90), record(7), after="200", total=3),
        results(record(100), total=1),
    ]

    first = await read(http, script, "contacts", bookmark=BOOKMARK)
    last = await read(http, script, "contacts", cursor=first.next_cursor, bookmark=BOOKMARK)

    assert (first.total, last.total) == (3, None)
    since = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1773831126000"}
    above = {"propertyName": "hs_object_id", "operator": "GT", "value": "90"}
    searches = [body for _, _, body in asked(script)]
    assert [search["filterGroups"] for search in searches] == [
        [{"filters": [since]}],
        [{"filters": [since, above]}],
    ]
    assert all("after" not in search for search in searches)


async def test_a_search_goes_on_past_records_it_cannot_read(http, script):
    script.answers = [results(record(1), record(2, properties=None), "odd", after="200")]

    page = await read(http, script, "contacts", bookmark=BOOKMARK)

    assert page.next_cursor is not None
    assert '"after":"2"' in page.next_cursor
    assert [skipped.provider_id for skipped in page.skipped] == ["2", None]


@pytest.mark.parametrize(
    ("cursor", "answer"),
    [
        ('{"after":"5"}', results(record(5), after="5")),
        ('{"since":"2026-03-18T10:52:06Z","after":"5"}', results(record(4), record(5), after="200")),
        ('{"since":"2026-03-18T10:52:06Z","after":"5"}', results({"id": "x"}, after="200")),
    ],
)
async def test_a_run_never_turns_in_circles(http, script, cursor, answer):
    script.answers = [answer]

    with pytest.raises(ProviderUnavailable):
        await read(http, script, "contacts", cursor=cursor)


async def test_archived_contacts_are_gone(http, script):
    merged = {"hs_merged_object_ids": "7;8"}
    script.answers = [results(record(1), record(2, properties=merged), {"id": "?"})]

    page = await read(http, script, "archived_contacts")

    assert asked(script)[0][1]["archived"] == "true"
    assert [(gone.provider_id, gone.reason, gone.merged_into) for gone in page.gone] == [
        ("7", "merged", "2"),
        ("8", "merged", "2"),
        ("1", "archived", None),
        ("2", "archived", None),
    ]
    assert len(page.skipped) == 1


async def test_a_later_run_reports_only_who_was_archived_since(http, script):
    script.answers = [
        results(
            record(1, archivedAt="2026-03-18T10:52:05Z"),
            record(2, archivedAt="2026-03-18T10:52:06Z"),
            record(3, archivedAt="unknown"),
        )
    ]

    page = await read(http, script, "archived_deals", bookmark=BOOKMARK)

    assert [(gone.provider_id, gone.kind) for gone in page.gone] == [("2", "deal"), ("3", "deal")]
    assert page.bookmark == BOOKMARK


async def test_deals_learn_whose_they_are(http, script):
    script.answers = [
        results(record(1), record(2), record(3, properties={"hs_merged_object_ids": "9"})),
        {
            "status": "COMPLETE",
            "results": [
                {"from": {"id": "1"}, "to": [{"toObjectId": 501}, {"toObjectId": 502}, {"toObjectId": 501}]},
                {"from": {"id": "3"}, "to": [{"toObjectId": 503}], "paging": {"next": {"after": "a"}}},
            ],
            "errors": [{"category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}],
        },
        {"results": [{"from": {"id": "3"}, "to": [{"toObjectId": 504}]}]},
    ]

    page = await read(http, script, "deals")

    assert {deal.provider_id: deal.interaction.contact_ids for deal in page.interactions} == {
        "1": ("501", "502"),
        "2": (),
        "3": ("503", "504"),
    }
    assert [(gone.provider_id, gone.reason, gone.merged_into) for gone in page.gone] == [("9", "merged", "3")]
    assert [body for _, _, body in asked(script)[1:]] == [
        {"inputs": [{"id": "1"}, {"id": "2"}, {"id": "3"}]},
        {"inputs": [{"id": "3", "after": "a"}]},
    ]


async def test_deals_wait_when_their_contacts_cannot_be_said(http, script):
    script.answers = [results(record(1)), {"results": [], "errors": [{"category": "INTERNAL_ERROR"}]}]

    with pytest.raises(ProviderUnavailable):
        await read(http, script, "deals")


async def test_a_dealing_that_cannot_be_read_is_told_from_a_contact_of_that_id(http, script):
    script.answers = [results(record(1, properties={"dealname": 5}))]

    page = await read(http, script, "deals")

    assert [(each.provider_id, each.kind) for each in page.skipped] == [("1", "deal")]


async def test_a_page_without_deals_asks_for_no_contacts(http, script):
    script.answers = [results()]

    page = await read(http, script, "deals")

    assert page.interactions == ()
    assert len(asked(script)) == 1


async def test_archived_records_are_not_counted(http, script):
    script.answers = [{"total": 12, "results": [record(1)]}]
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")

    assert await HubSpot().count(http, access, "contacts") == 12
    assert await HubSpot().count(http, access, "archived_contacts") is None


async def test_survivors_of_merges_are_followed_a_few_at_a_time_before_the_run_ends(http, script):
    merged = {"hs_merged_object_ids": "900"}
    script.answers = [results(*(record(n, properties=merged) for n in range(1, 13)), total=12)]

    pages = [await read(http, script, "contacts", bookmark=BOOKMARK)]
    while pages[-1].next_cursor:
        script.answers = [{"results": []} for _ in range(7)]  # nothing was done with any of them
        pages.append(await read(http, script, "contacts", cursor=pages[-1].next_cursor, bookmark=BOOKMARK))

    assert [page.bookmark for page in pages] == [None, None, BOOKMARK]
    followed = [body["inputs"] for path, _, body in script.asked if path.endswith("/contacts/deals/batch/read")]
    assert [[each["id"] for each in inputs] for inputs in followed] == [
        [str(n) for n in range(1, 11)],
        ["11", "12"],
    ]
