"""What every provider must do, tried over HTTP on its stand-in, a process of its own."""

import asyncio
import os
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from secrets import token_urlsafe
from threading import Thread
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.test_utils import TestServer
from contracts.contacts import GoneReason
from contracts.interactions import InteractionKind
from providers.quota import UNMETERED, Meter, Price, Told, window_of
from providers.registry import PROVIDERS
from providers.source import (
    Access,
    AccessExpired,
    AccountUnfit,
    Grant,
    GrantRevoked,
    LeftToOwner,
    OAuthApp,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    SourceContact,
    SourceGone,
    SourceInteraction,
    SourceProvider,
)
from providers.webhooks import Delivery, Hint, Subscription

REDIRECT_URI = "http://127.0.0.1:4000/back?kept=1"
NOW = datetime(2000, 1, 1, tzinfo=UTC)  # our clock is wrong, and must not matter


class StandIn(msgspec.Struct, frozen=True, kw_only=True):
    """How the sandbox stands in for a provider: the settings that lead there, and how a provider says things."""

    settings: dict[str, str]
    api_path: str
    email: Callable[[str], dict[str, object]]
    """A contact's one address, in the provider's own properties; the same below for a first name and so on."""
    first_name: Callable[[str], dict[str, object]]
    odd: dict[str, object]
    departed: str
    """The stream that tells who was deleted, and why it says they are gone."""
    reason: GoneReason
    contacts: int
    """How many fill two pages and begin a third."""
    odd_read: dict[str, object]
    """What is made of the odd values."""
    asked: dict[str, str] = {}
    """What a person says beforehand; `{account}` is the account's id, here and below."""
    given: dict[str, str] | None = None
    """Credentials that open the account; `powerless` are those of somebody who may not do what we need."""
    powerless: dict[str, str] = {}
    pkce: bool = True
    scopes_asked: bool = True
    """Whether the consent's address says which scopes are asked for, and not the app's registration."""
    counts: bool = True
    uncounted: frozenset[str] = frozenset()
    """Streams that show all there is, and whose number the provider does not tell."""
    dealing: str
    """What the control calls records of what was done with people; `dealings` is the stream that reads them."""
    dealings: str
    entitled: Callable[[str], dict[str, object]]
    """One of them by its title, in the provider's own properties."""
    dealing_departed: str
    """The stream that tells which of them were deleted, and why it says they are gone."""
    dealing_reason: GoneReason
    kinds: frozenset[InteractionKind]
    """What was done with people, as far as it is read."""
    subscribing: str = ""
    """The scope without which nobody subscribes."""


STAND_INS = {
    "hubspot": StandIn(
        settings={
            "HUBSPOT_CLIENT_ID": "sandbox-hubspot",
            "HUBSPOT_CLIENT_SECRET": "sandbox-hubspot-secret",
            "HUBSPOT_AUTHORIZE_URL": "{sandbox}/oauth/authorize",
            "HUBSPOT_API_URL": "{sandbox}",
        },
        api_path="/crm",
        email=lambda email: {"email": email},
        first_name=lambda name: {"firstname": name},
        odd={
            "firstname": "x" * 1_000_000,
            "lastname": "Null\0\0byte 🧵",
            "email": "no address",
            "phone": " \t ",
            "createdate": "2026-02-30T99:00:00Z",
            "city": "=HYPERLINK()",
        },
        odd_read={"first_name": None, "last_name": "Nullbyte 🧵", "emails": (), "phones": (), "city": "=HYPERLINK()"},
        departed="archived_contacts",
        reason="archived",
        contacts=250,
        dealing="deals",
        dealings="deals",
        entitled=lambda title: {"dealname": title},
        dealing_departed="archived_deals",
        dealing_reason="archived",
        kinds=frozenset({"deal", "ticket", "note", "email", "meeting", "call", "task"}),
    ),
    "pipedrive": StandIn(
        settings={
            "PIPEDRIVE_CLIENT_ID": "sandbox-pipedrive",
            "PIPEDRIVE_CLIENT_SECRET": "sandbox-pipedrive-secret",
            "PIPEDRIVE_AUTHORIZE_URL": "{sandbox}/pipedrive/oauth/authorize",
            "PIPEDRIVE_API_URL": "{sandbox}/pipedrive",
        },
        api_path="/pipedrive/{account}/api",
        email=lambda email: {"emails": [{"value": email, "primary": True, "label": "work"}]},
        first_name=lambda name: {"first_name": name},
        odd={
            "first_name": "x" * 1_000_000,
            "last_name": "Null\0\0byte 🧵",
            "emails": [{"value": "no address", "primary": None}],
            "phones": [{"value": " \t ", "primary": True}, {"value": None}],
            "add_time": "2026-02-30T99:00:00Z",
            "postal_address": {"locality": "=HYPERLINK()", "route": None},
            "custom_fields": None,
        },
        odd_read={"first_name": None, "last_name": "Nullbyte 🧵", "emails": (), "phones": (), "city": "=HYPERLINK()"},
        departed="deletions",
        reason="deleted",
        contacts=1_100,
        dealing="deals",
        dealings="deals",
        entitled=lambda title: {"title": title},
        dealing_departed="deals",
        dealing_reason="deleted",
        kinds=frozenset({"deal", "activity", "note"}),
        subscribing="admin",
        pkce=False,
        scopes_asked=False,
        counts=False,
    ),
    "zendesk": StandIn(
        settings={
            "ZENDESK_CLIENT_ID": "sandbox-zendesk",
            "ZENDESK_CLIENT_SECRET": "sandbox-zendesk-secret",
            "ZENDESK_AUTHORIZE_URL": "{sandbox}/zendesk/{{subdomain}}/oauth/authorizations/new",
            "ZENDESK_API_URL": "{sandbox}/zendesk/{{subdomain}}",
        },
        api_path="/zendesk/{account}/api",
        email=lambda email: {"name": "Somebody New", "email": email},
        first_name=lambda name: {"name": f"{name} King"},
        odd={
            "name": "Null\0\0byte 🧵",
            "email": "no address",
            "phone": " \t ",
            "notes": "x" * 1_000_000,
            "user_fields": {"birthday": "2026-02-30T99:00:00Z"},
        },
        odd_read={"first_name": "Nullbyte", "last_name": "🧵", "emails": (), "phones": ()},
        departed="contacts",
        reason="deleted",
        contacts=2_050,
        dealing="tickets",
        dealings="tickets",
        entitled=lambda title: {"subject": title},
        dealing_departed="tickets",
        dealing_reason="deleted",
        kinds=frozenset({"ticket", "comment"}),
        subscribing="webhooks:write",
        uncounted=frozenset({"tickets"}),
        asked={"subdomain": "{account}"},
        given={
            "subdomain": "{account}",
            "email": "robin@{account}-help.example",
            "api_token": "sandbox-zendesk-token",
        },
        powerless={"email": "sam@{account}-help.example"},
    ),
}


class Ledger:
    """A meter that holds nobody up, and writes down what was spent and what was told."""

    def __init__(self) -> None:
        self.spent: list[Price] = []
        self.told: list[Told] = []

    async def spend(self, price: Price) -> None:
        self.spent.append(price)

    async def learn(self, told: Iterable[Told]) -> None:
        self.told += told


class Account:
    """An account of a provider's stand-in, the grant we have on it, and a hand that changes things there."""

    def __init__(self, http: ClientSession, sandbox: str, provider: SourceProvider, account_id: str) -> None:
        stand_in = STAND_INS[provider.name]
        settings = {name: value.format(sandbox=sandbox) for name, value in stand_in.settings.items()}
        app = provider.environment(settings)
        assert app
        self.http, self.sandbox, self.provider, self.account_id = http, sandbox, provider, account_id
        self.registration = app
        self.app: OAuthApp = provider.locate(app, self.named(stand_in.asked))
        self.stand_in = stand_in
        self.grant: Grant
        self.meter: Meter = UNMETERED

    def named(self, fields: dict[str, str]) -> dict[str, str]:
        """Fields with the account's id where it goes."""
        return {name: text.format(account=self.account_id) for name, text in fields.items()}

    async def open(self, **fields: object) -> None:
        """Begin anew, with so many contacts."""
        names = {"provider": self.provider.name, "account_id": self.account_id, "name": "Acme"}
        await self.order("accounts", **names, **fields)

    async def connect(self, *, without_scope: str = "") -> None:
        """Ask for consent, let a person give it, and take the grant."""
        verifier, state = token_urlsafe(32), token_urlsafe(8)
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        url = self.provider.authorize_url(self.app, redirect_uri=REDIRECT_URI, state=state, code_challenge=challenge)
        form = {"account": self.account_id, "decision": "allow"}
        if without_scope and self.stand_in.scopes_asked:
            url = url.replace(quote(without_scope), "")
        elif without_scope:
            form["scope"] = ",".join(scope for scope in self.grant.scopes if scope != without_scope)
        async with self.http.post(url, data=form, allow_redirects=False) as answer:
            back = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert (back["state"], back["kept"]) == ([state], ["1"])
        self.code, self.verifier = back["code"][0], verifier
        self.grant = await self.exchange(verifier)

    async def exchange(self, verifier: str) -> Grant:
        return await self.provider.exchange(
            self.http, self.app, code=self.code, redirect_uri=REDIRECT_URI, code_verifier=verifier
        )

    async def sign_in(self, **instead: str) -> None:
        """Hand over the account's credentials, or others."""
        assert self.provider.credentials
        assert self.stand_in.given
        given = msgspec.convert(self.named(self.stand_in.given | instead), self.provider.credentials)
        self.grant = await self.provider.sign_in(self.http, self.registration, given)

    async def refresh(self) -> None:
        self.grant = await self.provider.refresh(self.http, self.app, self.grant)

    @property
    def access(self) -> Access:
        return Access(
            access_token=self.grant.access_token,
            token_type=self.grant.token_type,
            api_url=self.grant.api_url or self.app.api_url,
            account_id=self.grant.account_id,
            meter=self.meter,
        )

    async def page(self, stream: str = "contacts", cursor: str | None = None, bookmark: str | None = None) -> Page:
        return await self.provider.fetch_page(self.http, self.access, stream, cursor=cursor, bookmark=bookmark, now=NOW)

    async def run(self, stream: str = "contacts", bookmark: str | None = None) -> list[Page]:
        """Read a stream to its end."""
        pages = [await self.page(stream, bookmark=bookmark)]
        while pages[-1].next_cursor:
            pages.append(await self.page(stream, cursor=pages[-1].next_cursor, bookmark=bookmark))
        return pages

    async def contacts(self, bookmark: str | None = None) -> dict[str, SourceContact]:
        return {each.provider_id: each for page in await self.run(bookmark=bookmark) for each in page.contacts}

    async def interactions(self, stream: str, bookmark: str | None = None) -> dict[str, SourceInteraction]:
        return {each.provider_id: each for page in await self.run(stream, bookmark) for each in page.interactions}

    async def bookmarks(self) -> dict[str, str | None]:
        """Read every stream to its end, and say where the next run begins."""
        return {stream: (await self.run(stream))[-1].bookmark for stream in self.provider.streams}

    async def gone_since(self, stream: str, bookmark: str | None) -> set[tuple[str, str]]:
        return {(each.provider_id, each.reason) for page in await self.run(stream, bookmark) for each in page.gone}

    async def count(self, stream: str = "contacts") -> int | None:
        return await self.provider.count(self.http, self.access, stream)

    async def call_again_and_again(self) -> None:
        """Ask for next to nothing, as often as it takes."""
        for _ in range(200):
            await self.page(self.stand_in.departed)

    async def departed(self, bookmark: str | None = None) -> list[SourceGone]:
        return [each for page in await self.run(self.stand_in.departed, bookmark) for each in page.gone]

    async def read_every_stream(self) -> None:
        for stream in self.provider.streams:
            await self.page(stream)

    async def act(self, what: str, **fields: object) -> str:
        """Let something happen in the account; returns the id of what it happened to, or that came of it."""
        answer = await self.order(f"{self.path}/{what}", **fields)
        return str(answer.get("id"))

    @property
    def path(self) -> str:
        return f"accounts/{self.provider.name}/{self.account_id}"

    async def counted(self) -> dict[str, dict[str, int]]:
        """What the stand-in counted of each window of this account."""
        async with self.http.get(f"{self.sandbox}/control/limits") as answer:
            items = (await answer.json())["items"]
        return {each["window"]: each for each in items if each["account"] == f"{self.provider.name}:{self.account_id}"}

    async def spoil_next_answer(self, kind: str, **fields: object) -> None:
        path = self.stand_in.api_path.format(account=self.account_id)
        await self.order("faults", kind=kind, path=path, **fields)

    async def order(self, path: str, /, **fields: object) -> dict[str, object]:
        async with self.http.post(f"{self.sandbox}/control/{path}", json=fields) as answer:
            assert answer.ok, await answer.text()
            return await answer.json()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    """The address of a sandbox that was started for us."""
    settings = {"SANDBOX_PORT": "0", "SANDBOX_ACCOUNTS": "hubspot:1:One:1", "SANDBOX_SEARCH_LAG_SECONDS": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox"],
        env=os.environ | settings | {"SANDBOX_RATE_LIMITS": "off"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr
        said = ""
        while not (running := re.search(r"running on (http://\S+)", said)):
            said = process.stderr.readline()
            assert said, "the sandbox did not start"
        Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop it
        yield running[1]
        process.terminate()


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session


NUMBERS = count(1001)


@pytest.fixture(params=PROVIDERS)
async def account(request: pytest.FixtureRequest, http: ClientSession, sandbox: str) -> AsyncIterator[Account]:
    """A connected account of its own."""
    account = Account(http, sandbox, PROVIDERS[request.param], str(next(NUMBERS)))
    await account.open(contacts=account.stand_in.contacts)
    await account.connect()
    yield account
    await http.delete(f"{sandbox}/control/faults")
    await account.order("rate-limits", on=False)


def test_every_provider_has_a_stand_in():
    assert STAND_INS.keys() == PROVIDERS.keys()
    assert all(provider.name == name for name, provider in PROVIDERS.items())
    assert all(
        (provider.credentials is None) == (STAND_INS[name].given is None) for name, provider in PROVIDERS.items()
    )
    for provider in PROVIDERS.values():
        app = provider.environment({})
        assert app is None or (provider.credentials and not app.client_id)


async def test_consent_becomes_a_grant_that_reads(account):
    page = await account.page()

    assert account.grant.account_id == account.account_id
    assert account.grant.account_name
    assert account.grant.scopes
    assert account.grant.expires_at is not None
    assert account.grant.expires_at > datetime.now(UTC)
    assert page.contacts


async def test_a_code_is_good_for_nobody_who_lacks_the_verifier(account):
    if not account.stand_in.pkce:
        pytest.skip("knows no PKCE")

    with pytest.raises(GrantRevoked):
        await account.exchange(token_urlsafe(32))


async def test_a_code_is_good_once(account):
    with pytest.raises(GrantRevoked):
        await account.exchange(account.verifier)


async def test_an_expired_token_is_renewed_and_reading_goes_on(account):
    first = await account.page()
    await account.order("expire-tokens")

    with pytest.raises(AccessExpired):
        await account.page(cursor=first.next_cursor)
    await account.refresh()

    assert (await account.page(cursor=first.next_cursor)).contacts


@pytest.mark.parametrize("end", ["withdrawn by them", "given back by us"])
async def test_a_grant_that_ended_is_over_for_good(account, end):
    if end == "withdrawn by them":
        await account.order(f"{account.path}/withdraw")
    else:
        await account.provider.revoke(account.http, account.app, account.grant)

    with pytest.raises(AccessExpired):
        await account.page()
    with pytest.raises(GrantRevoked):
        await account.refresh()
    with suppress(AccessExpired):  # a fresh token may do it, and there is none any more
        await account.provider.revoke(account.http, account.app, account.grant)


async def test_our_own_wrong_secret_is_not_the_persons_fault(account):
    account.app = msgspec.structs.replace(account.app, client_secret="wrong")

    with pytest.raises(ProviderRefused):
        await account.refresh()


async def test_a_first_run_reads_every_contact_once(account):
    pages = await account.run()
    contacts = [contact for page in pages for contact in page.contacts]

    assert len(pages) == 3
    assert len(contacts) == len({contact.provider_id for contact in contacts}) == account.stand_in.contacts
    assert await account.count() == (account.stand_in.contacts if account.stand_in.counts else None)
    assert not [skipped for page in pages for skipped in page.skipped]
    assert all(page.bookmark is None for page in pages[:-1])
    assert pages[-1].bookmark
    assert all(account.provider.normalize(contact.raw) == contact.contact for contact in contacts)
    assert all(contact.contact.updated_at for contact in contacts)
    assert any(len(contact.contact.emails) > 1 for contact in contacts)


async def test_every_stream_comes_to_its_end_and_goes_on_from_there(account):
    for stream in account.provider.streams:
        first = await account.run(stream)
        second = await account.run(stream, bookmark=first[-1].bookmark)

        assert first[-1].bookmark
        assert second[-1].bookmark
        assert not [found for page in second for found in (*page.contacts, *page.interactions, *page.gone)]


async def test_interactions_belong_to_contacts(account):
    ids = set(await account.contacts())
    interactions = [
        each for stream in account.provider.streams for page in await account.run(stream) for each in page.interactions
    ]

    assert interactions
    assert {contact for each in interactions for contact in each.interaction.contact_ids} <= ids
    assert any(each.interaction.contact_ids for each in interactions)
    deals = [each.interaction for each in interactions if each.interaction.kind == "deal"]
    others = [each.interaction for each in interactions if each.interaction.kind != "deal"]
    assert any(each.amount for each in deals) or not deals
    assert any(each.priority for each in others) or not others
    assert {each.interaction.kind for each in interactions} == account.stand_in.kinds
    assert all(each.interaction.occurred_at and each.interaction.updated_at for each in interactions)
    assert all(each.title or each.body for each in (*deals, *others))
    settled = [each.interaction for each in interactions if each.interaction.kind in {"deal", "ticket"}]
    assert all(each.title and each.status for each in settled)


async def test_a_page_asked_for_again_is_the_same_page(account):
    first = await account.page()

    assert (await account.page()).contacts == first.contacts
    assert await account.page(cursor=first.next_cursor) == await account.page(cursor=first.next_cursor)


async def test_a_later_run_reads_what_changed_and_nothing_else(account):
    before = await account.run()
    ids = [contact.provider_id for page in before for contact in page.contacts]
    created = await account.act("create", properties=account.stand_in.email("new@example.com"))
    await account.act("edit", id=ids[3], properties=account.stand_in.first_name("Augusta"))

    changed = await account.contacts(before[-1].bookmark)

    assert changed.keys() == {created, ids[3]}
    assert changed[created].contact.emails == ("new@example.com",)
    assert changed[ids[3]].contact.first_name == "Augusta"


async def test_an_unchanged_contact_is_the_same_bytes_in_every_run(account):
    bookmark = (await account.run())[-1].bookmark
    changed = await account.act("edit", id=None, properties=account.stand_in.first_name("Augusta"))

    found = await account.contacts(bookmark)
    again = await account.contacts()

    assert found[changed].raw == again[changed].raw


async def test_who_was_archived_is_gone_and_may_come_back(account):
    before = (await account.run())[-1].bookmark
    bookmark = (await account.run(account.stand_in.departed))[-1].bookmark
    archived = await account.act("archive")

    gone = await account.departed(bookmark)
    living = await account.contacts()
    await account.act("restore", id=archived)

    assert [(each.provider_id, each.reason, each.kind) for each in gone] == [(archived, account.stand_in.reason, None)]
    assert archived not in living
    assert archived in await account.contacts(before)
    assert archived not in {each.provider_id for each in await account.departed(bookmark)}


async def test_who_was_merged_into_another_is_known_to_be_gone(account):
    before = await account.run()
    departed = (await account.run(account.stand_in.departed))[-1].bookmark
    one, two = (contact.provider_id for contact in before[0].contacts[:2])
    survivor = await account.act("merge", id=one, other=two)

    found = await account.contacts(before[-1].bookmark)
    gone = {each.provider_id for each in await account.departed(departed)}

    assert {*found[survivor].absorbed, *gone, survivor} >= {one, two}
    assert survivor not in gone
    assert not ({one, two} - {survivor}) & found.keys()


def seen(pages: list[Page]) -> list[tuple[object, ...]]:
    """What pages show, without where they go on."""
    return [(page.contacts, page.interactions, page.gone, page.skipped) for page in pages]


async def test_a_run_goes_on_from_any_of_its_pages(account):
    for stream in account.provider.streams:
        pages = await account.run(stream)
        cursors = [None, *(page.next_cursor for page in pages[:-1])]

        again = [await account.page(stream, cursor=cursor) for cursor in cursors]

        assert seen(again) == seen(pages)


async def test_what_changes_while_a_run_reads_is_not_missed(account):
    named, renamed = account.stand_in.email, account.stand_in.first_name
    everyone = list(await account.contacts())
    departed = (await account.run(account.stand_in.departed))[-1].bookmark
    first = await account.page()
    read = [each.provider_id for each in first.contacts]
    unread = [each for each in everyone if each not in set(read)]
    for provider_id in (read[0], unread[-1]):
        await account.act("edit", id=provider_id, properties=renamed("Meanwhile"))
    for provider_id in (read[1], unread[-2]):
        await account.act("archive", id=provider_id)
    created = await account.act("create", properties=named("meanwhile@example.com"))

    rest = [first]
    while rest[-1].next_cursor:
        rest.append(await account.page(cursor=rest[-1].next_cursor))
    next_run = await account.run(bookmark=rest[-1].bookmark)
    gone = {each for page in (*rest, *next_run) for each in page.gone}
    gone |= set(await account.departed(departed))

    known = {each.provider_id: each for page in (*rest, *next_run) for each in page.contacts}
    living = {each: known[each].contact for each in known.keys() - {each.provider_id for each in gone}}
    assert living == {each: found.contact for each, found in (await account.contacts()).items()}
    assert created in living
    assert not {read[1], unread[-2]} & living.keys()
    assert {living[each].first_name for each in (read[0], unread[-1])} == {"Meanwhile"}


async def test_a_changed_dealing_is_read_again_in_the_same_bytes_as_in_a_full_run(account):
    stand_in = account.stand_in
    pages = await account.run(stand_in.dealings)
    dealing = pages[0].interactions[0].provider_id
    await account.act("edit", kind=stand_in.dealing, id=dealing, properties=stand_in.entitled("Renamed"))

    changed = await account.interactions(stand_in.dealings, pages[-1].bookmark)
    again = await account.interactions(stand_in.dealings)

    assert changed.keys() == {dealing}
    assert changed[dealing] == again[dealing]
    assert changed[dealing].interaction.title == "Renamed"


async def test_a_dealing_that_was_deleted_is_gone_and_may_come_back(account):
    stand_in = account.stand_in
    before = await account.run(stand_in.dealings)
    departed = (await account.run(stand_in.dealing_departed))[-1].bookmark
    archived = before[0].interactions[-1].provider_id
    await account.act("archive", kind=stand_in.dealing, id=archived)

    gone = await account.gone_since(stand_in.dealing_departed, departed)
    living = await account.interactions(stand_in.dealings)
    await account.act("restore", kind=stand_in.dealing, id=archived)

    assert gone == {(archived, stand_in.dealing_reason)}
    assert archived not in living
    assert archived in await account.interactions(stand_in.dealings, before[-1].bookmark)
    assert not await account.gone_since(stand_in.dealing_departed, departed)


async def test_what_was_done_with_the_merged_goes_over_to_who_took_them_in(account):
    bookmarks = await account.bookmarks()
    contacts = list(await account.contacts())
    theirs = await account.interactions(account.stand_in.dealings)
    dealing = next(each for each in theirs.values() if len(each.interaction.contact_ids) == 1)
    (merged,) = dealing.interaction.contact_ids
    survivor = await account.act("merge", id=next(each for each in contacts if each != merged), other=merged)

    later = [page for stream, bookmark in bookmarks.items() for page in await account.run(stream, bookmark)]

    told = {(each.interaction.kind, each.provider_id): each.interaction for page in later for each in page.interactions}
    assert told[dealing.interaction.kind, dealing.provider_id].contact_ids == (survivor,)


async def test_a_complete_reading_shows_who_lives_and_nobody_else(account):
    before = await account.contacts()
    archived, erased = await account.act("archive"), await account.act("erase")
    one, two = [each for each in before if each not in {archived, erased}][:2]
    survivor = await account.act("merge", id=one, other=two)

    after = await account.contacts()

    assert after.keys() == before.keys() - {archived, erased, one, two} | {survivor}


async def test_counts_are_what_a_complete_reading_shows(account):
    await account.act("archive")
    await account.act("archive", kind=account.stand_in.dealing)

    countable = account.provider.listings.keys() - account.stand_in.uncounted
    for stream in account.provider.streams:
        told = await account.count(stream)
        pages = await account.run(stream)

        shown = sum(len(page.contacts) + len(page.interactions) for page in pages)
        assert told is None or told == shown
        assert told is not None or not account.stand_in.counts or stream not in countable


def test_listings_are_streams_and_cover_a_kind_once():
    for provider in PROVIDERS.values():
        assert provider.listings.keys() <= set(provider.streams)
        assert len(set(provider.listings.values())) == len(provider.listings)


async def test_odd_values_cost_themselves_alone(account):
    bookmark = (await account.run())[-1].bookmark
    created = await account.act("create", properties=account.stand_in.odd)

    contact = (await account.contacts(bookmark))[created].contact

    assert {name: getattr(contact, name) for name in account.stand_in.odd_read} == account.stand_in.odd_read


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "redirect", "html", "empty", "invalid_json", "cut"])
async def test_a_spoilt_answer_loses_nothing(account, kind):
    first = await account.page()
    await account.spoil_next_answer(kind)

    with pytest.raises(ProviderUnavailable):
        await account.page(cursor=first.next_cursor)

    second = await account.page(cursor=first.next_cursor)
    assert not {each.provider_id for each in first.contacts} & {each.provider_id for each in second.contacts}


async def test_a_byte_that_is_no_utf8_costs_one_record_at_most(account):
    cursor = (await account.page()).next_cursor
    whole = await account.page(cursor=cursor)
    await account.spoil_next_answer("invalid_utf8")

    try:
        spoilt = await account.page(cursor=cursor)
    except ProviderUnavailable:
        return  # it hit what holds the records together

    assert len(spoilt.contacts) >= len(whole.contacts) - 1
    assert len(spoilt.contacts) + len(spoilt.skipped) == len(whole.contacts)
    assert spoilt.next_cursor == whole.next_cursor


async def test_a_limit_is_waited_for_as_long_as_it_says(account):
    await account.spoil_next_answer("rate_limit", seconds=7)

    with pytest.raises(RateLimited) as limited:
        await account.page()

    assert limited.value.after_seconds == 7


async def test_calling_too_often_is_told_from_other_trouble(account):
    await account.order("rate-limits", on=True)

    with pytest.raises(RateLimited) as limited:
        await account.call_again_and_again()

    assert 0 < limited.value.after_seconds <= 60


async def test_every_call_is_paid_for_and_its_answer_learned(account):
    await account.order("new-day")
    await account.http.delete(f"{account.sandbox}/control/limits")
    account.meter = ledger = Ledger()
    for stream in account.provider.streams:
        bookmark = (await account.run(stream))[-1].bookmark
        await account.run(stream, bookmark)
        await account.count(stream)
    counted = await account.counted()

    declared = {window.name: window for window in account.provider.windows}
    rolling = [counted[name]["taken"] for name in ("ten_seconds", "search", "burst", "minute") if name in counted]
    assert len(ledger.spent) == sum(rolling)
    assert {window_of(name) for price in ledger.spent for name in price} <= declared.keys()
    assert {window_of(each.name) for each in ledger.told} <= declared.keys()
    assert all(each.most for each in ledger.told if not declared[window_of(each.name)].pool)
    if "daily" in counted:  # what each call costs, by the stand-in's own list
        assert sum(price["daily"] for price in ledger.spent) == counted["daily"]["fullest"]


async def test_a_429_is_learned_for_all(account):
    account.meter = ledger = Ledger()
    await account.spoil_next_answer("rate_limit", seconds=7)

    with pytest.raises(RateLimited):
        await account.page()

    first = ledger.told[0]
    assert (first.left, first.resets_after_seconds) == (0, 7.0)
    assert first.name in ledger.spent[0]


async def test_what_was_not_granted_is_refused_by_name(account):
    reading = [each for each in account.grant.scopes if re.fullmatch(r"(?!webhooks).*[.:]read", each)]
    scope = reading[-1]
    await account.connect(without_scope=scope)

    with pytest.raises(ProviderRefused) as refused:
        await account.read_every_stream()

    assert scope in str(refused.value)


async def test_credentials_open_what_a_consent_opens(account):
    if account.stand_in.given is None:
        pytest.skip("takes no credentials")
    by_consent, first = account.grant, await account.page()

    await account.sign_in()

    assert (await account.page()).contacts == first.contacts
    assert account.grant.account_id == by_consent.account_id
    assert account.grant.token_type != by_consent.token_type
    assert account.grant.ends_at is not None
    with pytest.raises(LeftToOwner):
        await account.provider.revoke(account.http, account.app, account.grant)


async def test_wrong_credentials_open_nothing_and_powerless_ones_say_so(account):
    if account.stand_in.given is None:
        pytest.skip("takes no credentials")

    with pytest.raises(GrantRevoked):
        await account.sign_in(api_token="wrong")
    with pytest.raises(AccountUnfit):
        await account.sign_in(**account.stand_in.powerless)
    with pytest.raises(AccountUnfit):
        await account.sign_in(subdomain="nobody-is-here")


async def test_what_a_person_says_beforehand_is_not_believed(account):
    for said in [{"subdomain": "evil.example/"}, {"subdomain": "a.b"}, {"anything": "else"}]:
        with pytest.raises(msgspec.ValidationError):
            account.provider.locate(account.registration, said)


async def test_zendesks_agents_are_no_contacts_and_a_customer_may_become_one(account):
    if account.provider.name != "zendesk":
        pytest.skip("agents are Zendesk's")
    before = await account.run()
    promoted = before[0].contacts[0].provider_id
    await account.act("edit", id=promoted, properties={"role": "agent"})

    gone = await account.departed(before[-1].bookmark)

    assert [each.reason for page in before for each in page.gone] == ["absent"] * 4
    assert [(each.provider_id, each.reason) for each in gone] == [(promoted, "absent")]


async def test_who_zendesk_deletes_for_good_is_erased(account):
    if account.provider.name != "zendesk":
        pytest.skip("Zendesk says so")
    bookmark = (await account.run())[-1].bookmark
    erased = await account.act("erase")

    gone = await account.departed(bookmark)

    assert [(each.provider_id, each.reason) for each in gone] == [(erased, "erased")]


async def zendesk_writes(account: Account, method: str, path: str, **body: object) -> None:
    """Do something in the account that the sandbox's control has no button for, as an agent would."""
    access = account.access
    async with account.http.request(
        method,
        f"{access.api_url}/api/v2{path}.json",
        json=body,
        headers={"Authorization": access.authorization},
    ) as answer:
        assert answer.ok, await answer.text()


async def test_zendesks_comments_read_alike_whether_events_tell_them_or_their_tickets(account):
    if account.provider.name != "zendesk":
        pytest.skip("Zendesk tells them in two ways")
    account.meter = ledger = Ledger()
    told = await account.run("comments")
    calls = len(ledger.spent)
    events = f"/zendesk/{account.account_id}/api/v2/incremental/ticket_events"
    await account.order("faults", kind="forbidden", path=events)

    asked = await account.run("comments")

    one, other = ({each.provider_id: each for page in pages for each in page.interactions} for pages in (told, asked))
    tickets = len(await account.interactions("tickets"))
    assert one == other
    assert len(one) > tickets
    assert calls < tickets // 20
    assert len(ledger.spent) > tickets


async def test_zendesks_comments_that_were_added_hidden_or_blackened_are_told(account):
    if account.provider.name != "zendesk":
        pytest.skip("comments are Zendesk's")
    pages = await account.run("comments")
    before = {each.provider_id: each.interaction for page in pages for each in page.interactions}
    hidden, black = [each for each, found in before.items() if "turn it off" in (found.body or "")][:2]
    for provider_id, verb, body in ((hidden, "make_private", {}), (black, "redact", {"text": "turn"})):
        ticket, own = provider_id.split("/")
        await zendesk_writes(account, "PUT", f"/tickets/{ticket}/comments/{own}/{verb}", **body)
    said = {"comment": {"body": "One more thing.", "public": False}, "status": "open"}
    open_ticket = next(
        each.provider_id
        for each in (await account.interactions("tickets")).values()
        if each.interaction.status not in {"closed", "open"}
    )
    await zendesk_writes(account, "PUT", f"/tickets/{open_ticket}", ticket=said)

    later = await account.interactions("comments", pages[-1].bookmark)

    assert later[hidden].interaction.status == "private"
    assert "▇▇▇▇" in later[black].interaction.body
    [added] = later.keys() - before.keys()
    assert added.startswith(f"{open_ticket}/")
    assert (later[added].interaction.body, later[added].interaction.status) == ("One more thing.", "private")
    everything = await account.interactions("comments")
    assert all(everything[each] == later[each] for each in later)
    fetched = await account.provider.fetch_records(account.http, account.access, "ticket", [open_ticket])
    assert next(each for each in fetched.interactions if each.provider_id == added) == later[added]


async def test_a_zendesk_ticket_that_comes_back_brings_its_comments(account):
    if account.provider.name != "zendesk":
        pytest.skip("comments are Zendesk's")
    before = await account.run("comments")
    ticket = before[0].interactions[0].provider_id.partition("/")[0]
    theirs = {each for each in await account.interactions("comments") if each.startswith(f"{ticket}/")}
    await account.act("archive", kind="tickets", id=ticket)
    without = await account.run("comments")
    await account.act("restore", kind="tickets", id=ticket)

    after = await account.interactions("comments", without[-1].bookmark)

    assert not theirs & {each.provider_id for page in without for each in page.interactions}
    assert theirs <= after.keys()


async def test_hubspots_wall_at_ten_thousand_results_is_not_met(account):
    if account.provider.name != "hubspot":
        pytest.skip("a wall of HubSpot's")
    imported = 10_050  # by one import, so that all bear one stamp
    await account.open(contacts=imported, imported=True)

    pages = await account.run(bookmark='{"since":"2001-01-01T00:00:00Z"}')

    assert pages[0].total == imported
    assert sum(len(page.contacts) for page in pages) == imported
    assert len({contact.provider_id for page in pages for contact in page.contacts}) == imported


EVER_SINCE = '{"since":"2001-01-01T00:00:00Z"}'
"""A bookmark of HubSpot's with which a later run meets everything, in pages."""


async def test_hubspots_search_misses_nothing_that_changes_between_its_pages(account):
    if account.provider.name != "hubspot":
        pytest.skip("the others read later runs as they read first ones")
    first = await account.page(bookmark=EVER_SINCE)
    read, unread = [each.provider_id for each in first.contacts], None
    unread = next(each for each in await account.contacts() if each not in set(read))
    for provider_id in (read[0], unread):
        await account.act("edit", id=provider_id, properties=account.stand_in.first_name("Meanwhile"))
    await account.act("archive", id=read[-1])

    rest = [await account.page(cursor=first.next_cursor, bookmark=EVER_SINCE)]
    later = await account.contacts(rest[-1].bookmark)

    assert rest[-1].next_cursor is None
    assert not {each.provider_id for each in rest[0].contacts} & set(read)
    assert later.keys() == {read[0], unread}
    met = {each.provider_id for page in (first, *rest) for each in page.contacts}
    assert met == {*(await account.contacts()), read[-1]}


@pytest.mark.parametrize("kind", ["deals", "tickets"])
async def test_which_of_hubspots_dealings_were_merged_into_another_is_told(account, kind):
    if account.provider.name != "hubspot":
        pytest.skip("only HubSpot names the survivor of other records than contacts")
    pages = await account.run(kind)
    one, two = pages[0].interactions[:2]
    survivor = await account.act("merge", kind=kind, id=one.provider_id, other=two.provider_id)

    (page,) = await account.run(kind, pages[-1].bookmark)

    assert [each.provider_id for each in page.interactions] == [survivor]
    assert set(page.interactions[0].interaction.contact_ids) == {
        *one.interaction.contact_ids,
        *two.interaction.contact_ids,
    }
    assert {(each.provider_id, each.reason, each.merged_into) for each in page.gone} == {
        (loser.provider_id, "merged", survivor) for loser in (one, two)
    }


async def test_what_hubspot_erased_is_told_of_by_its_absence_alone(account):
    if account.provider.name != "hubspot":
        pytest.skip("the others say so")
    bookmarks = await account.bookmarks()
    erased = await account.act("erase")

    later = [page for stream, bookmark in bookmarks.items() for page in await account.run(stream, bookmark)]

    assert erased not in {each.provider_id for page in later for each in (*page.contacts, *page.gone)}
    assert account.provider.listings["contacts"] is None
    assert erased not in await account.contacts()
    everything = {each.provider_id for each in await account.departed()}
    assert erased not in everything


async def test_a_right_that_hubspot_did_not_give_costs_what_needs_it_alone(account):
    if account.provider.name != "hubspot":
        pytest.skip("HubSpot has a right for each kind")
    await account.connect(without_scope="crm.objects.deals.read")

    for stream in account.provider.streams:
        if "deals" in stream:
            with pytest.raises(ProviderRefused, match=r"crm\.objects\.deals\.read"):
                await account.page(stream)
        else:
            await account.run(stream)


async def test_names_that_hubspot_does_not_tell_are_missed_aloud(account):
    if account.provider.name != "hubspot":
        pytest.skip("HubSpot has a right for each kind")
    named = await account.contacts()
    await account.connect(without_scope="crm.objects.owners.read")

    pages = await account.run()

    numbered = {each.provider_id: each.contact for page in pages for each in page.contacts}
    assert numbered.keys() == named.keys()
    assert all((numbered[each].owner or "0").isdigit() for each in numbered)
    assert not any((named[each].contact.owner or "x").isdigit() for each in named)
    assert [bool(page.gap) for page in pages] == [True, False, False]
    assert "crm.objects.owners.read" in str(pages[0].gap)


async def test_what_hubspots_accounts_added_is_in_the_raw_records(account):
    if account.provider.name != "hubspot":
        pytest.skip("the others send all fields")
    contacts, deals = await account.contacts(), await account.interactions("deals")

    assert any(b'"loyalty_tier":"gold"' in each.raw for each in contacts.values())
    assert all(b'"margin_percent":' in each.raw for each in deals.values())


async def test_a_contact_without_a_company_of_its_own_has_the_one_it_belongs_to(account):
    if account.provider.name != "hubspot":
        pytest.skip("HubSpot keeps both")
    contacts = (await account.contacts()).values()

    borrowed = [each for each in contacts if b'"company":null' in each.raw and each.contact.company]

    assert borrowed
    assert all(account.provider.normalize(each.raw) == each.contact for each in borrowed)


@pytest.mark.parametrize(
    ("name", "stream"), [(name, stream) for name, provider in PROVIDERS.items() for stream in provider.streams]
)
async def test_a_real_account_is_understood(http, name, stream):
    token = os.environ.get(f"{name.upper()}_TEST_ACCESS_TOKEN")
    if token is None:
        pytest.skip("no real account was given")
    provider = PROVIDERS[name]
    api_url = os.environ.get(f"{name.upper()}_TEST_API_URL", "https://api.hubapi.com")
    access = Access(access_token=token, token_type="Bearer", api_url=api_url, account_id="")
    now = datetime.now(UTC)
    week = f'{{"since":"{now - timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"}}'

    page = await provider.fetch_page(http, access, stream, cursor=None, bookmark=None, now=now)
    since = await provider.fetch_page(http, access, stream, cursor=None, bookmark=week, now=now)

    count = await provider.count(http, access, stream)
    assert not page.skipped
    assert not since.skipped
    assert count is None or bool(page.contacts or page.interactions) == bool(count)


class Inbox:
    """Where a provider tells of changes: proofs are checked, and what was hinted at is kept."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.secret = account.app.client_secret
        self.told: list[Hint] = []
        self.came = asyncio.Event()
        app = web.Application()
        app.router.add_post("/webhooks/{name:.*}", self.receive)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/webhooks/ours"))

    async def subscribe(self) -> Subscription | None:
        account = self.account
        if account.provider.webhooks == "app":
            url = f"{account.sandbox}/webhooks/v3/1/settings"
            async with account.http.put(url, json={"targetUrl": self.url}) as answer:
                assert answer.ok
            return None
        made = await account.provider.subscribe(account.http, account.access, url=self.url, secret=token_urlsafe(32))
        self.secret = made.secret
        return made

    async def receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(method=request.method, url=self.url, headers=headers, body=await request.read())
        for hint in self.account.provider.read_delivery(delivery, self.secret, datetime.now(UTC)):
            if hint.account_id in {None, self.account.account_id}:
                self.told.append(hint)
        self.came.set()
        return web.Response(status=204)

    async def hears_of(self, provider_id: str) -> Hint:
        """Wait until something of this record is told."""
        async with asyncio.timeout(10):
            while True:
                self.came.clear()
                for hint in self.told:
                    if hint.record.provider_id == provider_id:
                        return hint
                await self.came.wait()


@pytest.fixture
async def inbox(account: Account) -> AsyncIterator[Inbox]:
    inbox = Inbox(account)
    async with inbox.server:
        yield inbox
        if account.provider.webhooks == "app":
            async with account.http.put(f"{account.sandbox}/webhooks/v3/1/settings", json={"targetUrl": ""}):
                pass


async def fetched(account: Account, *ids: str) -> Page:
    return await account.provider.fetch_records(account.http, account.access, None, ids)


async def test_what_changes_is_told_and_reads_as_in_the_list(account, inbox):
    await inbox.subscribe()
    new = await account.act("create", properties=account.stand_in.email("new@example.com"))
    (other, *_) = (await account.page()).contacts
    await account.act("edit", id=other.provider_id, properties=account.stand_in.first_name("Grace"))

    hints = [await inbox.hears_of(provider_id) for provider_id in (new, other.provider_id)]
    page = await fetched(account, new, other.provider_id)

    assert {hint.record.kind for hint in hints} == {None}
    listed = await account.contacts()
    assert {each.provider_id: each for each in page.contacts} == {
        provider_id: listed[provider_id] for provider_id in (new, other.provider_id)
    }


async def test_who_was_deleted_is_told_and_found_gone_until_restored(account, inbox):
    await inbox.subscribe()
    (person, *_) = (await account.page()).contacts
    await account.act("archive", id=person.provider_id)
    await inbox.hears_of(person.provider_id)
    gone = await fetched(account, person.provider_id)
    inbox.told.clear()
    await account.act("restore", id=person.provider_id)
    await inbox.hears_of(person.provider_id)
    back = await fetched(account, person.provider_id)

    assert [(each.provider_id, each.reason, each.kind) for each in gone.gone] == [
        (person.provider_id, account.stand_in.reason, None)
    ]
    assert gone.contacts == ()
    assert [each.provider_id for each in back.contacts] == [person.provider_id]
    assert back.gone == ()


async def test_both_ends_of_a_merge_are_told(account, inbox):
    await inbox.subscribe()
    one, other, *_ = (await account.page()).contacts
    survivor = await account.act("merge", id=one.provider_id, other=other.provider_id)

    await inbox.hears_of(survivor)
    lost = await inbox.hears_of(other.provider_id)
    page = await fetched(account, survivor, other.provider_id)

    assert lost.record.merged_into in {None, survivor}
    assert [each.provider_id for each in page.contacts] == [survivor]
    assert other.provider_id in {each.provider_id for each in page.gone}


async def test_dealings_are_told_and_read_as_in_their_stream(account, inbox):
    await inbox.subscribe()
    kind, stream = next((kind, stream) for kind, stream in account.provider.fetchable.items() if kind)
    (dealing, *_) = (await account.page(stream)).interactions
    await account.act("edit", kind=account.stand_in.dealings, id=dealing.provider_id)

    hint = await inbox.hears_of(dealing.provider_id)
    page = await account.provider.fetch_records(account.http, account.access, kind, [dealing.provider_id])

    assert hint.record.kind == kind
    listed = {each.provider_id: each for each in (await account.page(stream)).interactions}
    (read,) = [each for each in page.interactions if each.interaction.kind == kind]
    assert read == listed.get(dealing.provider_id, read)


async def test_ids_that_never_were_are_gone(account):
    page = await fetched(account, "999999999999999", "999999999999998")

    assert {each.provider_id for each in page.gone} == {"999999999999999", "999999999999998"}
    assert page.contacts == page.skipped == ()


async def test_a_hundred_records_are_fetched_at_once(account):
    ids = [each.provider_id for each in (await account.page()).contacts[:100]]

    page = await fetched(account, *ids)

    assert len(ids) == 100
    assert {each.provider_id for each in page.contacts} == set(ids)


async def test_every_other_kind_that_is_fetched_by_its_id_has_a_stream(account):
    assert set(account.provider.fetchable.values()) <= set(account.provider.streams)
    assert None in account.provider.fetchable


async def test_a_subscription_ends_when_it_is_ended_or_dropped(account, inbox):
    if account.provider.webhooks == "app":
        pytest.skip("the app has one address for all")
    ask, unsubscribe = account.provider.is_subscribed, account.provider.unsubscribe
    first = await inbox.subscribe()
    second = await inbox.subscribe()

    standing = [await ask(account.http, account.access, each.id) for each in (first, second)]
    await account.order(f"{account.path}/drop-webhooks")
    dropped = await ask(account.http, account.access, second.id)
    third = await inbox.subscribe()
    for _ in range(2):
        await unsubscribe(account.http, account.access, third.id)

    assert (standing, dropped) == ([False, True], False), "of two at one address the newer stays"
    assert not await ask(account.http, account.access, third.id)


async def test_who_may_not_subscribe_is_refused(account, inbox):
    if account.provider.webhooks == "app":
        pytest.skip("the app has one address for all")
    await account.connect(without_scope=account.stand_in.subscribing)

    with pytest.raises(ProviderRefused):
        await inbox.subscribe()
