"""What ids are called, and the properties that accounts made, in answers the sandbox never gives."""

import msgspec
import pytest
from hubspot_script import BOOKMARK, NOW, asked, read, record, results
from providers.hubspot import HubSpot
from providers.hubspot_names import MOST_KEPT, Names
from providers.hubspot_records import MOST_CUSTOM
from providers.source import Access, ProviderUnavailable

DENIED = (
    403,
    {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredGranularScopes": ["crm.objects.owners.read"]}}]},
)
NO_LINKS = {"results": [], "errors": [{"category": "OBJECT_NOT_FOUND"}]}


def access(script) -> Access:
    return Access(access_token="t", token_type="Bearer", api_url=script.url, account_id="1")


def owned(number: int, owner: str, **more: str | None) -> dict[str, object]:
    return record(number, properties={"hubspot_owner_id": owner} | more)


async def test_owners_are_called_by_name_those_who_left_too_and_asked_for_once(http, script):
    script.answers = [
        results(owned(1, "7"), owned(2, "8"), owned(3, "9"), after="3"),
        results({"id": "7", "firstName": "Robin", "lastName": "Vance"}),
        results({"id": "8", "firstName": None, "lastName": None, "email": "kim@example.com"}),
        results(owned(4, "7"), owned(5, "9")),
    ]

    first = await read(http, script, "contacts")
    last = await read(http, script, "contacts", cursor=first.next_cursor)

    assert [each.contact.owner for each in first.contacts] == ["Robin Vance", "kim@example.com", "9"]
    assert [each.contact.owner for each in last.contacts] == ["Robin Vance", "9"]
    assert [query.get("archived") for path, query, _ in asked(script) if "/owners/" in path] == ["false", "true"]


async def test_names_are_kept_in_the_raw_contact_and_found_there_again(http, script):
    script.answers = [
        results(owned(1, "7", associatedcompanyid="44", firstname="Ada"), owned(2, "7", company="Own Works")),
        results({"id": "7", "firstName": "Robin", "lastName": "Vance"}),
        results({"id": "44", "properties": {"name": "Analytical Engines"}}),
    ]

    page = await read(http, script, "contacts")

    assert [each.contact.company for each in page.contacts] == ["Analytical Engines", "Own Works"]
    assert [HubSpot().normalize(each.raw) for each in page.contacts] == [each.contact for each in page.contacts]
    kept = msgspec.json.decode(page.contacts[0].raw)
    assert kept == {
        "contact": owned(1, "7", associatedcompanyid="44", firstname="Ada"),
        "owner": "Robin Vance",
        "company": "Analytical Engines",
    }


async def test_without_the_right_to_names_numbers_stay_and_people_are_told(http, script):
    script.answers = [results(owned(1, "7"), owned(2, "8"), after="2"), DENIED, results(owned(3, "9"))]

    first = await read(http, script, "contacts")
    last = await read(http, script, "contacts", cursor=first.next_cursor)

    assert [each.contact.owner for page in (first, last) for each in page.contacts] == ["7", "8", "9"]
    assert first.gap is not None
    assert "crm.objects.owners.read" in first.gap
    assert last.gap is None


async def test_stages_are_called_by_their_labels_where_one_is_known(http, script):
    def deal(number: int, pipeline: str, stage: str) -> dict[str, object]:
        return record(number, properties={"pipeline": pipeline, "dealstage": stage})

    script.answers = [
        results(deal(1, "p", "s"), deal(2, "q", "s"), deal(3, "gone", "s")),
        NO_LINKS,
        results(
            {"id": "p", "label": "Sales", "stages": [{"id": "s", "label": "Won"}]},
            {"id": "q", "label": "Service", "stages": [{"id": "s", "label": "Begun"}]},
        ),
    ]

    page = await read(http, script, "deals")

    said = [(each.interaction.pipeline, each.interaction.status) for each in page.interactions]
    assert said == [("Sales", "Won"), ("Service", "Begun"), ("gone", "s")]


async def test_only_so_many_names_travel_with_a_run(http, script):
    script.answers = [results(*({"id": str(n), "firstName": f"N{n}"} for n in range(300)))]
    names = Names(http, access(script))

    await names.learn_owners(str(n) for n in range(300))

    assert len(names.kept) == MOST_KEPT
    assert names.owner("299") == "N299"


async def test_an_accounts_own_properties_are_asked_for_in_every_page_of_a_run(http, script):
    script.answers = [results(record(1), after="1"), results(record(2))]

    first = await read(http, script, "contacts", custom=("tier", "bad name", "shoe_size"))
    await read(http, script, "contacts", cursor=first.next_cursor)

    lists = [query["properties"].split(",") for _, query, _ in asked(script)]
    assert [names[-2:] for names in lists] == [["shoe_size", "tier"]] * 2


async def test_what_is_left_out_is_said(http, script):
    script.answers = [results(), results()]

    page = await read(http, script, "contacts", custom=tuple(f"p{n:03}" for n in range(MOST_CUSTOM + 2)))

    assert page.gap is not None
    assert "p250, p251" in page.gap


@pytest.mark.parametrize("bookmark", [None, BOOKMARK])
async def test_a_long_list_of_properties_goes_by_batch(http, script, bookmark):
    custom = tuple(f"{'x' * 30}{n:03}" for n in range(100))
    whole = [record(1, properties={"firstname": "Ada", custom[5]: "5"}), record(2, properties={"firstname": "Bob"})]
    script.answers = [
        results(record(1), record(2), record(3), {"id": None}),
        (207, results(*whole, errors=[{"category": "OBJECT_NOT_FOUND"}])),
    ]

    page = await read(http, script, "contacts", bookmark=bookmark, custom=custom)

    (_, query, body), (path, _, batch) = asked(script)
    assert "properties" not in query
    assert body is None or not body.get("properties")
    assert path.endswith("/contacts/batch/read")
    assert [each["id"] for each in batch["inputs"]] == ["1", "2", "3"]
    assert set(custom) < set(batch["properties"])
    assert [each.contact.first_name for each in page.contacts] == ["Ada", "Bob"]
    assert len(page.skipped) == 1


async def test_a_batch_that_failed_in_part_is_read_again_later(http, script):
    custom = tuple(f"{'x' * 30}{n:03}" for n in range(100))
    script.answers = [results(record(1)), (207, results(errors=[{"category": "INTERNAL_ERROR"}]))]

    with pytest.raises(ProviderUnavailable):
        await read(http, script, "contacts", custom=custom)


async def test_a_searchs_body_stays_within_what_hubspot_takes(http, script):
    custom = tuple(f"p{n:03}" for n in range(MOST_CUSTOM))
    script.answers = [results(), results()]

    await read(http, script, "contacts", bookmark=BOOKMARK, custom=custom)

    assert len(msgspec.json.encode(asked(script)[0][2])) < 3_000


async def test_properties_that_may_not_be_listed_cost_no_record(http, script):
    script.answers = [DENIED, results(record(1))]

    page = await HubSpot().fetch_page(http, access(script), "contacts", cursor=None, bookmark=None, now=NOW)

    assert [each.provider_id for each in page.contacts] == ["1"]
    assert page.gap is not None
