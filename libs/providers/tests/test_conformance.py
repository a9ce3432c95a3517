"""What every provider must do, tried over HTTP on its stand-in, a process of its own."""

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
from aiohttp import ClientSession, DummyCookieJar
from contracts.contacts import GoneReason
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
    SourceProvider,
)

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
        departed="deleted_contacts",
        reason="deleted",
        contacts=1_100,
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
    assert all(each.interaction.title and each.interaction.status for each in interactions)


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
    scope = account.grant.scopes[-1]
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


async def test_hubspots_wall_at_ten_thousand_results_is_not_met(account):
    if account.provider.name != "hubspot":
        pytest.skip("a wall of HubSpot's")
    imported = 10_050  # by one import, so that all bear one stamp
    await account.open(contacts=imported, imported=True)

    pages = await account.run(bookmark='{"since":"2001-01-01T00:00:00Z"}')

    assert pages[0].total == imported
    assert sum(len(page.contacts) for page in pages) == imported
    assert len({contact.provider_id for page in pages for contact in page.contacts}) == imported


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
