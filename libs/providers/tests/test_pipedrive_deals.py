"""Deals: as they are read, and with the names that their stages have."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from providers import pipedrive_deals
from providers.pipedrive import Pipedrive
from providers.pipedrive_names import Names
from providers.source import Access, Page

STAGES = {
    "data": [{"id": 3, "name": "Proposal Made"}, {"id": 4, "name": None}],
    "additional_data": {"next_cursor": "c"},
}
MORE_STAGES = {"data": [{"id": 5, "name": "Negotiations"}], "additional_data": {"next_cursor": None}}
PIPELINES = {"data": [{"id": 1, "name": "Pipeline"}]}
USERS = {"success": True, "data": [{"id": 25760681, "name": "Robin Keeper"}]}


def deal(number: int = 1, **changes: object) -> dict[str, object]:
    record = {
        "id": number,
        "title": "An engine",
        "creator_user_id": 25760681,
        "value": 25000,
        "person_id": 8,
        "org_id": None,
        "stage_id": 3,
        "pipeline_id": 1,
        "currency": "USD",
        "add_time": "2026-05-15T09:55:02Z",
        "update_time": "2026-05-15T10:16:44Z",
        "status": "open",
        "won_time": None,
        "custom_fields": None,
        "owner_id": 25760681,
        "label_ids": [],
        "is_deleted": False,
        "is_archived": False,
    }
    return record | changes


async def read(http, script, *deals: object, cursor: str | None = None) -> Page:
    script.answers = [{"success": True, "data": list(deals)}, STAGES, MORE_STAGES, PIPELINES, USERS]
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")
    now = datetime(2030, 1, 1, tzinfo=UTC)
    return await Pipedrive().fetch_page(http, access, "deals", cursor=cursor, bookmark=None, now=now)


async def test_a_deal_is_read_whole(http, script):
    page = await read(http, script, deal())

    assert [path for path, _, _ in script.asked] == [
        "/api/v2/deals",
        "/api/v2/stages",
        "/api/v2/stages",
        "/api/v2/pipelines",
        "/api/v1/users",
    ]
    assert script.asked[0][1]["status"] == "open,won,lost,deleted"
    assert script.asked[2][1]["cursor"] == "c"
    assert msgspec.to_builtins(page.interactions[0].interaction) == {
        "kind": "deal",
        "title": "An engine",
        "status": "Proposal Made",
        "pipeline": "Pipeline",
        "amount": "25000",
        "currency": "USD",
        "owner": "Robin Keeper",
        "url": f"{script.url}deal/1",
        "occurred_at": "2026-05-15T09:55:02Z",
        "created_at": "2026-05-15T09:55:02Z",
        "updated_at": "2026-05-15T10:16:44Z",
        "contact_ids": ("8",),
    }


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"stage_id": 5}, "Negotiations"),
        ({"stage_id": 4}, "open"),
        ({"stage_id": 99}, "open"),
        ({"stage_id": None}, "open"),
        ({"status": "won"}, "won"),
        ({"status": "lost"}, "lost"),
        ({"status": None}, None),
    ],
)
async def test_an_open_deal_is_as_far_as_its_stage(http, script, changes, status):
    page = await read(http, script, deal(**changes))

    assert page.interactions[0].interaction.status == status


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"expected_close_date": "2026-09-01"}, "2026-09-01T00:00:00Z"),
        ({"close_time": "2026-08-01T12:00:00Z", "expected_close_date": "2026-09-01"}, "2026-08-01T12:00:00Z"),
        ({"close_time": None, "expected_close_date": None}, None),
    ],
)
async def test_a_deal_ends_when_it_was_closed_or_shall_be(http, script, changes, at):
    page = await read(http, script, deal(**changes))

    assert msgspec.to_builtins(page.interactions[0].interaction).get("ends_at") == at


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (b"1234.50", "1234.50"),
        (b"0", "0"),
        (b"-3", "-3"),
        (b"1e5", "100000"),
        (b"0.1", "0.1"),
        (b"null", None),
        (b"1E999999999", None),
        (b"1E-999999999", None),
    ],
)
async def test_an_amount_is_kept_to_the_digit(http, script, value, amount):
    raw = msgspec.json.encode(deal()).replace(b'"value":25000', b'"value":' + value)

    page = await read(http, script, msgspec.Raw(raw))

    assert page.interactions[0].interaction.amount == amount


async def test_a_deal_of_nulls_is_a_deal_of_nobody(http, script):
    page = await read(http, script, dict.fromkeys(deal()) | {"id": 5})

    assert msgspec.to_builtins(page.interactions[0].interaction) == {"kind": "deal", "url": f"{script.url}deal/5"}
    assert page.interactions[0].provider_id == "5"


@pytest.mark.parametrize("gone", [{"status": "deleted"}, {"is_deleted": True}])
async def test_a_deleted_deal_is_gone_and_no_stage_is_asked_for(http, script, gone):
    page = await read(http, script, deal(7, **gone))

    assert [(each.provider_id, each.kind, each.reason) for each in page.gone] == [("7", "deal", "deleted")]
    assert page.interactions == ()
    assert len(script.asked) == 1


async def test_deals_put_away_come_after_the_others_and_names_are_asked_for_once(http, script):
    first = await read(http, script, deal(2))
    script.asked.clear()
    second = await read(http, script, deal(1, is_archived=True), cursor=first.next_cursor)

    assert [path for path, _, _ in script.asked] == ["/api/v2/deals/archived"]
    assert script.asked[0][1]["status"] == "open,won,lost,deleted"
    assert [each.interaction.status for each in second.interactions] == ["Proposal Made"]
    assert [each.interaction.owner for each in second.interactions] == ["Robin Keeper"]


async def test_a_reading_of_everything_looks_again_for_deals_taken_back_meanwhile(http, script):
    first = await read(http, script, deal(2))
    second = await read(http, script, cursor=first.next_cursor)
    script.asked.clear()
    last = await read(http, script, deal(1), cursor=second.next_cursor)

    assert (script.asked[0][0], script.asked[0][1]["updated_since"]) == ("/api/v2/deals", "2026-03-18T10:52:06Z")
    assert [each.provider_id for each in last.interactions] == ["1"]
    assert (last.next_cursor, last.bookmark) == (None, '{"since":"2026-03-18T10:52:06Z"}')


async def test_a_deal_that_cannot_be_read_costs_itself(http, script):
    page = await read(http, script, deal(1), deal(2, person_id={"value": 8}), deal(3, id="x"))

    assert [each.provider_id for each in page.interactions] == ["1"]
    assert [each.provider_id for each in page.skipped] == ["2", "x"]


json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none(), max_size=1)


@given(st.binary() | st.dictionaries(st.sampled_from(sorted(deal())), json_values).map(msgspec.json.encode))
def test_no_deal_is_too_odd(raw):
    names = Names()

    understood, skipped = pipedrive_deals.read_deals([raw])

    assert len(understood) + len(skipped) == 1
    assert all(pipedrive_deals.to_interaction(each.record, names, url=None) for each in understood)
