"""Activities: as they are read, when they are due, and whom they are with."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from providers.pipedrive import Pipedrive
from providers.pipedrive_activities import read_activity, to_interaction
from providers.pipedrive_names import Names
from providers.records import read_each
from providers.source import Access, Page, ProviderRefused

USERS = {"success": True, "data": [{"id": 25760681, "name": "Robin Keeper"}]}
REFUSED = (403, {"success": False, "error": "Scope and URL mismatch", "errorCode": 403})


def activity(number: int = 1, **changes: object) -> dict[str, object]:
    record = {
        "id": number,
        "subject": "Discovery call",
        "type": "call",
        "owner_id": 25760681,
        "creator_user_id": 25760681,
        "is_deleted": False,
        "add_time": "2026-05-15T09:55:15Z",
        "update_time": "2026-05-15T10:16:44Z",
        "deal_id": 3,
        "person_id": 8,
        "due_date": "2026-05-20",
        "due_time": "10:00",
        "duration": "00:30",
        "done": False,
        "participants": [{"person_id": 9, "primary": False}, {"person_id": 8, "primary": True}],
        "attendees": None,
        "priority": None,
        "note": "<p>Bring the <b>figures</b></p>",
        "public_description": None,
    }
    return record | changes


async def read(http, script, *activities: object, users: object = USERS) -> Page:
    script.answers = [{"success": True, "data": list(activities)}, users]
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")
    now = datetime(2030, 1, 1, tzinfo=UTC)
    return await Pipedrive().fetch_page(http, access, "activities", cursor=None, bookmark=None, now=now)


async def test_an_activity_is_read_whole(http, script):
    page = await read(http, script, activity())

    assert script.asked[0] == (
        "/api/v2/activities",
        {"limit": "500", "sort_by": "id", "sort_direction": "desc", "include_fields": "attendees"},
        {},
    )
    assert msgspec.to_builtins(page.interactions[0].interaction) == {
        "kind": "activity",
        "type": "call",
        "title": "Discovery call",
        "body": "Bring the figures",
        "status": "to do",
        "owner": "Robin Keeper",
        "occurred_at": "2026-05-20T10:00:00Z",
        "ends_at": "2026-05-20T10:30:00Z",
        "created_at": "2026-05-15T09:55:15Z",
        "updated_at": "2026-05-15T10:16:44Z",
        "contact_ids": ("8", "9"),
    }


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"due_time": None}, "2026-05-20T00:00:00Z"),
        ({"due_time": ""}, "2026-05-20T00:00:00Z"),
        ({"due_time": "10:00:30"}, "2026-05-20T10:00:30Z"),
        ({"due_time": "at tea"}, "2026-05-20T00:00:00Z"),
        ({"due_date": None}, "2026-05-15T09:55:15Z"),
        ({"due_date": "soon"}, "2026-05-15T09:55:15Z"),
        ({"due_date": "0000-00-00", "due_time": "00:00"}, "2026-05-15T09:55:15Z"),
    ],
)
async def test_it_happens_when_it_is_due(http, script, changes, at):
    page = await read(http, script, activity(**changes))

    assert msgspec.to_builtins(page.interactions[0].interaction)["occurred_at"] == at


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"duration": "01:15:00"}, "2026-05-20T11:15:00Z"),
        ({"duration": "100:00"}, "2026-05-24T14:00:00Z"),
        ({"duration": None}, None),
        ({"duration": "a while"}, None),
        ({"due_time": None}, None),
        ({"due_date": None}, None),
    ],
)
async def test_it_is_over_when_its_time_is(http, script, changes, at):
    page = await read(http, script, activity(**changes))

    assert msgspec.to_builtins(page.interactions[0].interaction).get("ends_at") == at


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"note": None, "public_description": "See <i>you</i>"}, "See you"),
        ({"note": "<p> </p>", "public_description": None}, None),
        ({"note": "One<br>two"}, "One\ntwo"),
    ],
)
async def test_what_is_written_is_read_as_its_words(http, script, changes, body):
    page = await read(http, script, activity(**changes))

    assert page.interactions[0].interaction.body == body


@pytest.mark.parametrize(("done", "status"), [(True, "done"), (False, "to do"), (None, None)])
async def test_it_is_done_or_not(http, script, done, status):
    page = await read(http, script, activity(done=done))

    assert page.interactions[0].interaction.status == status


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"participants": None}, ("8",)),
        ({"participants": [], "person_id": None}, ()),
        ({"person_id": None}, ("8", "9")),
        ({"attendees": [{"email": "a@x.example", "person_id": 11}, {"user_id": 5}]}, ("8", "9", "11")),
    ],
)
async def test_everyone_who_takes_part_is_named_once(http, script, changes, ids):
    page = await read(http, script, activity(**changes))

    assert page.interactions[0].interaction.contact_ids == ids


async def test_a_deleted_activity_is_gone(http, script):
    page = await read(http, script, activity(7, is_deleted=True))

    assert [(each.provider_id, each.kind, each.reason) for each in page.gone] == [("7", "activity", "deleted")]
    assert page.interactions == ()


async def test_who_may_not_see_users_is_told_so_and_reads_on(http, script):
    page = await read(http, script, activity(), users=REFUSED)

    assert page.interactions[0].interaction.owner == "25760681"
    assert page.gap
    assert "users:read" in page.gap


async def test_who_may_not_see_activities_is_refused_by_name(http, script):
    script.answers = [REFUSED]
    access = Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")

    with pytest.raises(ProviderRefused, match="activities:read"):
        await Pipedrive().fetch_page(
            http, access, "activities", cursor=None, bookmark=None, now=datetime(2030, 1, 1, tzinfo=UTC)
        )


async def test_an_activity_that_cannot_be_read_costs_itself(http, script):
    page = await read(http, script, activity(1), activity(2, done="yes"), activity(3, id="x"))

    assert [each.provider_id for each in page.interactions] == ["1"]
    assert [each.provider_id for each in page.skipped] == ["2", "x"]


json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none(), max_size=1)


@given(st.binary() | st.dictionaries(st.sampled_from(sorted(activity())), json_values).map(msgspec.json.encode))
def test_no_activity_is_too_odd(raw):
    understood, skipped = read_each([raw], read_activity)

    assert len(understood) + len(skipped) == 1
    assert all(to_interaction(each.record, Names()) for each in understood)
