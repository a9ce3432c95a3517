"""Zendesk's own ways, tried over HTTP on its stand-in: companies, merges, tickets and their comments."""

# ruff: noqa: F811 - a fixture is imported, and named by another

import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession
from providers.registry import PROVIDERS
from providers.source import Page, SourceInteraction

sys.path.insert(0, str(Path(__file__).parent))

from test_conformance import NUMBERS, Account, sandbox  # noqa: F401 - a fixture

CONTACTS = 60


@pytest.fixture
async def account(http: ClientSession, sandbox: str) -> Account:
    account = Account(http, sandbox, PROVIDERS["zendesk"], str(next(NUMBERS) + 500_000))
    await account.open(contacts=CONTACTS)
    await account.connect()
    return account


def one(pages: list[Page]) -> Page:
    """All that a run showed."""
    return Page(
        contacts=tuple(each for page in pages for each in page.contacts),
        interactions=tuple(each for page in pages for each in page.interactions),
        gone=tuple(each for page in pages for each in page.gone),
        skipped=tuple(each for page in pages for each in page.skipped),
        bookmark=pages[-1].bookmark,
    )


async def read(account: Account, stream: str, bookmark: str | None = None) -> Page:
    return one(await account.run(stream, bookmark))


def of_ticket(found: Page, ticket: str) -> list[SourceInteraction]:
    return [each for each in found.interactions if each.provider_id.startswith(f"{ticket}/")]


async def test_a_renamed_organization_renames_the_company_of_its_people_and_of_nobody_else(account):
    companies = await read(account, "companies")
    before = await read(account, "contacts")
    named = next(each.contact.company for each in before.contacts if each.contact.company)
    colleagues = {each.provider_id for each in before.contacts if each.contact.company == named}
    raw = next(each.raw for each in before.contacts if each.contact.company == named)
    organization = raw.rpartition(b'"id":')[2].partition(b",")[0].decode()
    await account.act("edit", kind="organizations", id=organization, properties={"name": "Renamed Ltd"})

    changed = await read(account, "companies", companies.bookmark)
    again = await read(account, "contacts")

    assert companies.contacts == ()
    assert {each.provider_id for each in changed.contacts} == colleagues
    assert {each.contact.company for each in changed.contacts} == {"Renamed Ltd"}
    assert {each.provider_id: each.raw for each in changed.contacts}.items() <= {
        each.provider_id: each.raw for each in again.contacts
    }.items()
    assert not (await read(account, "contacts", before.bookmark)).contacts


async def test_who_was_merged_lives_on_in_the_one_who_has_their_addresses_and_tickets(account):
    before, tickets, comments = [await read(account, stream) for stream in ("contacts", "tickets", "comments")]
    asked = next(each for each in tickets.interactions if of_ticket(comments, each.provider_id))
    loser = next(each for each in before.contacts if each.provider_id == asked.interaction.contact_ids[0])
    await account.act("edit", id=loser.provider_id, properties={"emails": ["was@example.com", "had@example.org"]})
    changed = await read(account, "contacts", before.bookmark)
    winner = next(each for each in before.contacts if each.provider_id not in asked.interaction.contact_ids)
    await account.act("merge", id=winner.provider_id, other=loser.provider_id)

    told = await read(account, "contacts", changed.bookmark)
    named = account.provider.tell_merged(told, {loser.provider_id: changed.contacts[0].raw})
    moved = await read(account, "tickets", tickets.bookmark)
    said = await read(account, "comments", comments.bookmark)

    [survivor] = named.contacts
    assert (survivor.provider_id, survivor.absorbed) == (winner.provider_id, (loser.provider_id,))
    assert {"was@example.com", "had@example.org"} <= set(survivor.contact.emails)
    assert [each.provider_id for each in told.gone] == [loser.provider_id]
    concerned = {each.provider_id: each.interaction.contact_ids for each in moved.interactions}
    assert winner.provider_id in concerned[asked.provider_id]
    assert loser.provider_id not in concerned[asked.provider_id]
    for each in of_ticket(said, asked.provider_id):
        assert loser.provider_id not in each.interaction.contact_ids
        assert winner.provider_id in each.interaction.contact_ids


async def test_a_merge_that_is_met_halfway_is_a_deletion_and_addresses_that_moved(account):
    before = await read(account, "contacts")
    loser, winner = [each for each in before.contacts if each.contact.emails][:2]
    emails = [*winner.contact.emails, *loser.contact.emails]
    await account.act("archive", id=loser.provider_id)
    first = await read(account, "contacts", before.bookmark)
    await account.act("edit", id=winner.provider_id, properties={"emails": emails})

    second = await read(account, "contacts", first.bookmark)

    kept = {loser.provider_id: loser.raw}
    assert [each.provider_id for each in account.provider.tell_merged(first, kept).gone] == [loser.provider_id]
    [survivor] = account.provider.tell_merged(second, {}).contacts
    assert (survivor.provider_id, survivor.contact.emails, survivor.absorbed) == (winner.provider_id, tuple(emails), ())


async def test_a_newcomer_with_a_deleted_users_address_is_no_survivor(account):
    before = await read(account, "contacts")
    deleted = next(each for each in before.contacts if each.contact.emails)
    await account.act("archive", id=deleted.provider_id)
    email = deleted.contact.emails[0]
    newcomer = await account.act("create", properties={"name": "Somebody New", "email": email})

    told = await read(account, "contacts", before.bookmark)
    named = account.provider.tell_merged(told, {deleted.provider_id: deleted.raw})

    assert [each.provider_id for each in told.gone] == [deleted.provider_id]
    assert [(each.provider_id, each.contact.emails, each.absorbed) for each in named.contacts] == [
        (newcomer, (email,), ())
    ]


async def test_a_ticket_goes_and_comes_back_with_what_was_said(account):
    tickets, comments = await read(account, "tickets"), await read(account, "comments")
    ticket = next(each.provider_id for each in tickets.interactions if of_ticket(comments, each.provider_id))
    await account.act("archive", kind="tickets", id=ticket)

    gone, silent = await read(account, "tickets", tickets.bookmark), await read(account, "comments", comments.bookmark)
    await account.act("restore", kind="tickets", id=ticket)
    back, told = await read(account, "tickets", gone.bookmark), await read(account, "comments", silent.bookmark)

    assert [(each.kind, each.provider_id, each.reason) for each in gone.gone] == [("ticket", ticket, "deleted")]
    assert (gone.interactions, of_ticket(silent, ticket)) == ((), [])
    assert [each.provider_id for each in back.interactions] == [ticket]
    assert of_ticket(told, ticket) == of_ticket(comments, ticket)


async def test_a_ticket_of_many_words_is_read_to_its_last_one(account):
    bookmark = (await read(account, "comments")).bookmark
    said = [
        {
            "n": n,
            "by": None if n % 2 else 0,
            "body": f"Word {n}",
            "public": n % 3 > 0,
            "at": 1_700_000_000_000 + n * 1000,
        }
        for n in range(250)
    ]
    row = {"subject": "Long", "status": "open", "requester": 0, "comments": said}
    ticket = await account.act("create", kind="tickets", properties=row)

    found = await read(account, "comments", bookmark)

    assert [each.interaction.body for each in of_ticket(found, ticket)] == [f"Word {n}" for n in range(1, 250)]
    assert {each.interaction.status for each in found.interactions} == {"public", "private"}
    assert {each.interaction.contact_ids for each in found.interactions} != {()}
    assert all((each.interaction.owner is None) == (n % 2 == 1) for n, each in enumerate(found.interactions, start=1))


async def test_what_was_said_later_is_read_and_what_was_hidden_since_is_hidden(account):
    tickets, before = await read(account, "tickets"), await read(account, "comments")
    ticket = next(each.provider_id for each in tickets.interactions if of_ticket(before, each.provider_id))
    said = [
        {"n": 0, "by": None, "body": "Help", "public": True, "at": 1_700_000_000_000},
        {"n": 1, "by": 0, "body": "▇▇▇▇", "public": False, "at": 1_700_000_060_000},
        {"n": 2, "by": None, "body": "Thanks", "public": True, "at": 1_700_000_120_000},
    ]
    await account.act("edit", kind="tickets", id=ticket, properties={"comments": said})

    after = await read(account, "comments", before.bookmark)

    found = of_ticket(after, ticket)
    assert [(each.interaction.body, each.interaction.status) for each in found] == [
        ("▇▇▇▇", "private"),
        ("Thanks", "public"),
    ]
    assert {each.provider_id for each in of_ticket(before, ticket)} & {each.provider_id for each in found}
