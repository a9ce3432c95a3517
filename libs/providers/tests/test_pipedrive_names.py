"""What Pipedrive's numbers are called: asked for when it is needed, once a run, and never worth a record."""

from datetime import UTC, datetime

import msgspec
import pytest
from providers import pipedrive_names
from providers.pipedrive import Pipedrive
from providers.pipedrive_names import Names
from providers.source import Access, Page, ProviderUnavailable

REFUSED = (403, {"success": False, "error": "Scope and URL mismatch", "errorCode": 403})


def access(script) -> Access:
    return Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")


async def read(http, script, cursor: str | None = None) -> Page:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    return await Pipedrive().fetch_page(http, access(script), "contacts", cursor=cursor, bookmark=None, now=now)


def listed(*records: object, after: str | None = None) -> dict[str, object]:
    return {"success": True, "data": list(records), "additional_data": {"next_cursor": after}}


def person(number: int, **changes: object) -> dict[str, object]:
    return {"id": number, "name": "Ada", "owner_id": 5, "org_id": 9, "custom_fields": {"a" * 40: 1}} | changes


USERS = {"success": True, "data": [{"id": 5, "name": "Robin Keeper"}]}
ENGINES = {"success": True, "data": {"id": 9, "name": "Engines"}}
FIELDS = listed({"field_code": "a" * 40, "field_name": "Colour", "is_custom_field": True})


async def test_names_that_hold_for_a_run_are_asked_for_once_and_companies_with_each_page(http, script):
    script.answers = [listed(person(3), after="c"), USERS, FIELDS, ENGINES]
    script.answers += [listed(person(2), person(1)), ENGINES]

    first = await read(http, script)
    second = await read(http, script, first.next_cursor)

    paths = [path.rpartition("/")[2] for path, _, _ in script.asked]
    assert paths == ["persons", "users", "personFields", "9", "persons", "9"]
    assert script.asked[-1][0] == "/api/v2/organizations/9"
    contacts = [each.contact for page in (first, second) for each in page.contacts]
    assert {(each.owner, each.company) for each in contacts} == {("Robin Keeper", "Engines")}


async def test_what_no_person_has_is_not_asked_for(http, script):
    script.answers = [listed(person(1, owner_id=None, org_id=None, custom_fields={"a" * 40: None}))]

    await read(http, script)

    assert len(script.asked) == 1


async def test_without_users_owners_are_numbers_and_nobody_asks_again(http, script):
    script.answers = [listed(person(3, org_id=None, custom_fields=None), after="c"), REFUSED]
    script.answers += [listed(person(2, org_id=None, custom_fields=None))]

    first = await read(http, script)
    second = await read(http, script, first.next_cursor)

    assert [each.contact.owner for page in (first, second) for each in page.contacts] == ["5", "5"]
    assert first.gap
    assert second.gap is None


async def test_more_companies_than_fit_are_asked_for_by_the_hundred(http, script):
    script.answers = [listed(*({"id": number, "name": f"C{number}"} for number in some)) for some in ([1], [101, 250])]

    found = await pipedrive_names.organizations(http, access(script), range(1, 151))

    assert [len(query["ids"].split(",")) for _, query, _ in script.asked] == [100, 50]
    assert found == {1: "C1", 101: "C101", 250: "C250"}


@pytest.mark.parametrize("odd", [{"id": "x"}, {"id": 9, "name": 5}, {"id": 9, "name": " "}, {"id": 9}, None, "x"])
async def test_a_company_that_cannot_be_read_has_no_name_and_costs_no_person(http, script, odd):
    persons = [person(n, org_id=n, owner_id=None, custom_fields=None) for n in range(1, 11)]
    script.answers = [listed(*persons), listed(odd, {"id": 10, "name": "Ten"})]

    page = await read(http, script)

    assert [each.contact.company for each in page.contacts] == [None] * 9 + ["Ten"]


@pytest.mark.parametrize(
    "odd", [(404, {"success": False}), {"data": {"id": 9, "name": "Engines", "is_deleted": True}}, {"data": None}]
)
async def test_a_single_company_that_is_gone_or_odd_has_no_name_and_costs_no_person(http, script, odd):
    script.answers = [listed(person(1, owner_id=None, custom_fields=None)), odd]

    page = await read(http, script)

    assert [each.contact.company for each in page.contacts] == [None]


async def test_small_fetches_share_what_is_known_of_the_account_until_it_lacks_a_name(http, script):
    one = access(script)
    few = {"org_id": None, "custom_fields": None}
    renamed = {"success": True, "data": [{"id": 5, "name": "Robin K."}, {"id": 6, "name": "Kim"}]}
    script.answers = [listed(person(1, **few)), USERS, listed(person(1, **few))]
    script.answers += [listed(person(2, owner_id=6, **few), person(3, owner_id=7, **few)), renamed]
    script.answers += [listed(person(3, owner_id=7, **few))]

    pages = [await Pipedrive().fetch_records(http, one, None, ids) for ids in (["1"], ["1"], ["2", "3"], ["3"])]

    owners = [[each.contact.owner for each in page.contacts] for page in pages]
    assert owners == [["Robin Keeper"], ["Robin Keeper"], ["Kim", "7"], ["7"]]
    assert [path for path, _, _ in script.asked].count("/api/v1/users") == 2


async def test_who_reads_everything_again_asks_for_the_names_again(http, script):
    one, now = access(script), datetime(2030, 1, 1, tzinfo=UTC)
    few = {"org_id": None, "custom_fields": None}
    script.answers = [listed(person(1, **few)), USERS] * 2

    for _ in range(2):
        await Pipedrive().fetch_page(http, one, "contacts", cursor=None, bookmark=None, now=now)

    assert [path for path, _, _ in script.asked].count("/api/v1/users") == 2


async def test_a_list_without_an_end_is_given_up(http, script):
    script.answers = [listed(after="again")] * 30

    with pytest.raises(ProviderUnavailable):
        await pipedrive_names.with_stages(http, access(script), Names(), [1], [1])


def test_what_a_run_has_learned_travels_as_json():
    names = Names(users={5: "Robin"}, fields={}, stages={1: "Won"})

    assert msgspec.json.decode(msgspec.json.encode(names), type=Names) == names
