"""Pipedrive's stand-in, read whole and again and again: what is made of it is what it holds."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from aiohttp import ClientSession
from providers.pipedrive import Pipedrive
from providers.source import Access, Page, ProviderRefused
from sandbox.testing import served_sandbox

NOW = datetime(2000, 1, 1, tzinfo=UTC)  # our clock is wrong, and must not matter
PATH = "accounts/pipedrive/7"
KINDS = {"contacts": "persons", "deals": "deals", "activities": "activities", "notes": "notes"}


class Reading:
    """A company, and our access to it."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self.http, self.url = http, url
        self.provider = Pipedrive()
        app = self.provider.environment(
            {
                "PIPEDRIVE_CLIENT_ID": "sandbox-pipedrive",
                "PIPEDRIVE_CLIENT_SECRET": "sandbox-pipedrive-secret",
                "PIPEDRIVE_AUTHORIZE_URL": f"{url}/pipedrive/oauth/authorize",
                "PIPEDRIVE_API_URL": f"{url}/pipedrive",
            }
        )
        assert app
        self.app = app
        self.access: Access

    async def connect(self, **form: str) -> None:
        url = self.provider.authorize_url(self.app, redirect_uri="http://back.example", state="s", code_challenge="")
        form = {"account": "7", "decision": "allow"} | form
        async with self.http.post(url, data=form, allow_redirects=False) as answer:
            [code] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
        grant = await self.provider.exchange(
            self.http, self.app, code=code, redirect_uri="http://back.example", code_verifier=""
        )
        assert grant.api_url
        self.access = Access(
            access_token=grant.access_token, token_type="Bearer", api_url=grant.api_url, account_id="7"
        )

    async def page(self, stream: str, cursor: str | None = None, bookmark: str | None = None) -> Page:
        return await self.provider.fetch_page(self.http, self.access, stream, cursor=cursor, bookmark=bookmark, now=NOW)

    async def run(self, stream: str, bookmark: str | None = None, cursor: str | None = None) -> list[Page]:
        pages = [await self.page(stream, cursor=cursor, bookmark=bookmark)]
        while pages[-1].next_cursor:
            pages.append(await self.page(stream, cursor=pages[-1].next_cursor, bookmark=bookmark))
        return pages

    async def order(self, order: str, **fields: object) -> Any:
        async with self.http.post(f"{self.url}/control/{order}", json=fields) as answer:
            assert answer.ok, await answer.text()
            return await answer.json()

    async def get(self, path: str, **query: str) -> Any:
        headers = {"Authorization": self.access.authorization}
        async with self.http.get(f"{self.url}/pipedrive/7/api{path}", params=query, headers=headers) as answer:
            assert answer.ok, await answer.text()
            self.tokens_left = int(answer.headers["x-daily-ratelimit-token-remaining"])
            return (await answer.json())["data"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served_sandbox(accounts="", rate_limits=False) as address:
        yield address


@pytest.fixture
async def company(address: str, http: ClientSession) -> AsyncIterator[Reading]:
    """A company of three hundred persons."""
    reading = Reading(http, address)
    await reading.order("accounts", provider="pipedrive", account_id="7", name="Acme", contacts=300)
    await reading.connect()
    yield reading
    await reading.order("rate-limits", on=False)


def shown(pages: list[Page]) -> dict[str, Any]:
    """What pages show, by its id; the last of what comes twice."""
    return {each.provider_id: each for page in pages for each in (*page.contacts, *page.interactions)}


def gone(pages: list[Page]) -> set[tuple[str | None, str]]:
    return {(each.kind, each.provider_id) for page in pages for each in page.gone}


async def test_companies_owners_and_own_fields_come_by_their_names(company):
    persons = {str(each["id"]): each for each in await company.get("/v2/persons", limit="500")}
    companies = {each["id"]: each["name"] for each in await company.get("/v2/organizations", limit="500")}
    users = {each["id"]: each["name"] for each in await company.get("/v1/users")}

    contacts = shown(await company.run("contacts"))

    assert contacts.keys() == persons.keys()
    for id_, found in contacts.items():
        given = persons[id_]
        assert found.contact.company == companies.get(given["org_id"])
        assert found.contact.owner == users[given["owner_id"]]
        assert found.contact.url == f"{company.access.api_url}/person/{id_}"
        kept = msgspec.json.decode(found.raw)
        held = {code for code, value in given["custom_fields"].items() if value is not None}
        assert kept["names"].get("fields", {}).keys() == held
        assert Pipedrive().normalize(found.raw) == found.contact
    assert len({found.contact.company for found in contacts.values()}) > 10
    labels = [label for found in contacts.values() for label in _labels(msgspec.json.decode(found.raw))]
    assert {"Favourite colour", "Customer since", "Red"} <= {*labels}


def _labels(kept: dict[str, Any]) -> list[str]:
    values = kept["person"]["custom_fields"].values()
    return [*kept["names"].get("fields", {}).values(), *(each["label"] for each in values if isinstance(each, dict))]


@pytest.mark.parametrize("stream", KINDS)
async def test_a_reading_from_the_beginning_shows_every_living_record(company, stream):
    kind = KINDS[stream]
    for what in ("edit", "archive", "create"):
        properties = {"name": "Ada"} if kind == "persons" else {"title": "A"} if kind == "deals" else {"content": "x"}
        await company.order(f"{PATH}/{what}", kind=kind, properties=properties if what == "create" else None)

    found = shown(await company.run(stream))

    async with company.http.get(f"{company.url}/control/accounts") as answer:
        [account] = (await answer.json())["items"]
    assert len(found) == account["living"][kind]


@pytest.mark.parametrize("stream", ["activities", "notes", "deals", "contacts"])
async def test_what_is_deleted_is_gone_and_what_is_restored_is_back(company, stream):
    told_by = stream if stream == "deals" else "deletions"
    before, deletions = (await company.run(stream))[-1].bookmark, (await company.run(told_by))[-1].bookmark
    number = (await company.order(f"{PATH}/archive", kind=KINDS[stream]))["id"]

    went = gone(await company.run(told_by, deletions))
    living = shown(await company.run(stream))
    await company.order(f"{PATH}/restore", kind=KINDS[stream], id=number)
    back = shown(await company.run(stream, before))

    kind = {"activities": "activity", "notes": "note", "deals": "deal", "contacts": None}[stream]
    assert went == {(kind, number)}
    assert number not in living
    assert number in back
    assert (kind, number) not in gone(await company.run(told_by, deletions))


async def test_all_that_was_done_with_who_is_merged_away_comes_again_with_who_stays(company):
    interactions = {name: shown(await company.run(name)) for name in ("deals", "activities", "notes")}
    named = [set(each.interaction.contact_ids) for found in interactions.values() for each in found.values()]
    goes = max({one for ids in named for one in ids}, key=lambda one: sum(one in ids for ids in named))
    stays = next(one for ids in named for one in ids if one != goes)
    bookmarks = {name: (await company.run(name))[-1].bookmark for name in ("contacts", "deletions", *interactions)}

    await company.order(f"{PATH}/merge", id=stays, other=goes)

    assert gone(await company.run("deletions", bookmarks["deletions"])) == {(None, goes)}
    assert shown(await company.run("contacts", bookmarks["contacts"])).keys() == {stays}
    for name, found in interactions.items():
        before = {id_ for id_, each in found.items() if goes in each.interaction.contact_ids}
        after = shown(await company.run(name, bookmarks[name]))
        assert after.keys() == before
        assert all(stays in each.interaction.contact_ids for each in after.values())
        assert not any(goes in each.interaction.contact_ids for each in after.values())
    assert sum(len(ids & {goes}) for ids in named) > 1


async def test_what_changes_while_it_is_read_is_in_this_run_or_the_next(company, monkeypatch):
    monkeypatch.setattr("providers.pipedrive_paging.LIMIT", 50)
    first = await company.page("contacts")
    ids = sorted((int(each.provider_id) for each in first.contacts), reverse=True)
    passed, coming, deleted = ids[0], ids[-1] - 5, ids[-1] - 6
    for number in (passed, coming):
        await company.order(f"{PATH}/edit", id=str(number), properties={"job_title": "Abbess"})
    await company.order(f"{PATH}/archive", id=str(deleted))

    rest = await company.run("contacts", cursor=first.next_cursor)
    later = shown(await company.run("contacts", rest[-1].bookmark))

    found = shown([first, *rest])
    assert len(rest) == 5
    assert found.keys() == {str(number) for number in range(1, 301) if number != deleted}
    assert found[str(coming)].contact.job_title == "Abbess"
    assert later[str(passed)].contact.job_title == "Abbess"


async def test_notes_deleted_while_they_are_read_hide_no_other(company, monkeypatch):
    monkeypatch.setattr("providers.pipedrive_notes.LIMIT", 10)
    everything = shown(await company.run("notes"))
    first = await company.page("notes")
    deleted = [each.provider_id for each in first.interactions[:5]]
    for number in deleted:
        await company.order(f"{PATH}/archive", kind="notes", id=number)

    rest = await company.run("notes", cursor=first.next_cursor)

    assert shown(rest).keys() | set(deleted) >= everything.keys() - {each.provider_id for each in first.interactions}
    assert len(everything) == 100


async def test_notes_of_one_import_all_come_though_they_bear_one_stamp(company, monkeypatch):
    monkeypatch.setattr("providers.pipedrive_notes.LIMIT", 30)
    await company.order("accounts", provider="pipedrive", account_id="7", name="Acme", contacts=300, imported=True)
    await company.connect()

    pages = await company.run("notes")

    assert len(shown(pages)) == 100


async def test_a_deal_taken_back_from_the_archive_while_all_is_read_is_not_missed(company):
    archived = [each["id"] for each in await company.get("/v2/deals/archived", limit="500")]
    first = await company.page("deals")
    await company.order(f"{PATH}/edit", kind="deals", id=str(archived[0]), properties={"is_archived": False})

    pages = [first, *await company.run("deals", cursor=first.next_cursor)]

    assert str(archived[0]) in shown(pages)
    assert not gone(pages)


async def test_a_missing_scope_costs_its_stream_alone(company):
    await company.connect(scope="base,contacts:read,deals:read,recents:read")

    with pytest.raises(ProviderRefused, match="activities:read"):
        await company.page("activities")
    read = {stream: await company.page(stream) for stream in ("contacts", "deals", "notes", "deletions")}

    assert all(page.contacts or page.interactions for stream, page in read.items() if stream != "deletions")
    assert all(each.contact.owner.isdecimal() for each in read["contacts"].contacts)
    assert "users:read" in read["contacts"].gap
    assert read["notes"].gap is None


@pytest.mark.parametrize(
    ("stream", "first", "idle"), [("contacts", 50, 10), ("deals", 70, 30), ("activities", 30, 10), ("notes", 20, 20)]
)
async def test_what_a_run_costs_of_the_days_tokens(company, stream, first, idle):
    await company.order("rate-limits", on=True)
    costs = []
    bookmark = None
    for _ in range(2):
        await company.get("/v1/users/me")
        before = company.tokens_left
        bookmark = (await company.run(stream, bookmark))[-1].bookmark
        await company.get("/v1/users/me")
        costs.append(before - company.tokens_left - 2)

    assert costs == [first, idle]


async def test_small_fetches_cost_what_their_records_do_once_the_names_are_known(company):
    async def spent(person_id: str) -> int:
        await company.get("/v1/users/me")
        before = company.tokens_left
        page = await company.provider.fetch_records(company.http, company.access, None, [person_id])
        assert [each.provider_id for each in page.contacts] == [person_id]
        await company.get("/v1/users/me")
        return before - company.tokens_left - 2

    company.access.names.forget()
    persons = [str(each["id"]) for each in await company.get("/v2/persons", limit="500") if each["org_id"]][:3]
    await company.order("rate-limits", on=True)

    first, *others = [await spent(each) for each in persons]

    assert first >= 31  # the list of persons, users, one company; and mostly own fields
    assert others[-1] <= 11
