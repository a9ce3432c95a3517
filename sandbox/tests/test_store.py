"""What outlives a restart: the journal and its settings."""

from pathlib import Path

import msgspec
import pytest
from sandbox.clock import now_ms
from sandbox.hubspot.portal import Portal
from sandbox.pipedrive.company import Company
from sandbox.settings import AccountSetting, Settings, SettingsInvalid, load
from sandbox.store import Sandbox

from sandbox import changes

ACCOUNTS = "hubspot:111111:Acme Sales,hubspot:222222:Acme Support"


def sales(sandbox: Sandbox) -> Portal:
    portal = sandbox.account(Portal, "111111")
    assert portal
    return portal


def shown(sandbox: Sandbox) -> list[object]:
    """All that an account shows of its contacts."""
    return [
        (row, record.properties, record.archived_at)
        for portal in sandbox.accounts_of(Portal)
        for archived in (False, True)
        for row, record in portal.contacts.listed(None, archived=archived)
    ]


def change(portal: Portal, sandbox: Sandbox) -> None:
    common = {"at": now_ms(), "account": portal.opened.account, "kind": "contacts"}
    sandbox.commit(changes.Created(properties={"email": "ada@example.com"}, **common))
    sandbox.commit(changes.Edited(row=3, properties={"city": "Łódź"}, **common))
    sandbox.commit(changes.Archived(row=4, **common))
    sandbox.commit(changes.Merged(primary=5, other=6, **common))
    sandbox.commit(changes.Erased(row=7, **common))
    sandbox.commit(changes.Linked(row=3, to_kind="deals", to_row=1, **common))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(people=40, accounts=ACCOUNTS, state=str(tmp_path / "state" / "journal"))


def test_a_restart_finds_everything_as_it_was(settings):
    before = Sandbox(settings)
    before.open_account(AccountSetting(provider="hubspot", account_id="3", name="Third", contacts=10))
    change(sales(before), before)

    after = Sandbox(settings)

    assert shown(after) == shown(before)
    assert sales(after).linked("contacts", 3, "deals") == sales(before).linked("contacts", 3, "deals")
    assert sales(after).holder_of("ADA@example.com") == 40
    assert after.accounts.keys() == {"hubspot:111111", "hubspot:222222", "hubspot:3"}


def test_a_restart_finds_pipedrive_as_it_was(settings):
    settings = msgspec.structs.replace(settings, accounts="pipedrive:7:Acme:40")
    before = Sandbox(settings)
    common = {"at": now_ms(), "account": "pipedrive:7", "kind": "persons"}
    emails = [{"value": "ada@example.com", "primary": True}, {"value": None}]
    before.commit(changes.Created(properties={"name": "Ada", "emails": emails}, **common))
    before.commit(changes.Archived(row=4, **common))
    before.commit(changes.Merged(primary=5, other=40, **common))
    before.commit(changes.GrantsWithdrawn(at=now_ms(), account="pipedrive:7"))

    after = Sandbox(settings)

    one, other = before.account(Company, "7"), after.account(Company, "7")
    assert one
    assert other
    assert other.persons.changed == one.persons.changed
    assert other.deals.changed == one.deals.changed
    assert other.holder_of("ADA@example.com") == 5
    assert set(other.people()) == set(range(40)) - {4}


def test_half_a_line_never_happened(settings):
    before = Sandbox(settings)
    with Path(settings.state).open("ab") as journal:
        journal.write(b'{"change":"archived","at":1,"account":"hubspot:111111","ki')

    after = Sandbox(settings)
    change(sales(after), after)

    assert shown(Sandbox(settings)) == shown(after) != shown(before)


def test_another_beginning_sets_the_old_journal_aside(settings):
    change(sales(Sandbox(settings)), Sandbox(settings))
    other = msgspec.structs.replace(settings, seed=8)

    fresh = Sandbox(other)

    assert sales(fresh).contacts.living == 40
    assert Path(f"{settings.state}.old").exists()


def test_beginning_anew_forgets_what_happened(settings):
    sandbox = Sandbox(settings)
    change(sales(sandbox), sandbox)

    sandbox.begin(seed=5, accounts=settings.account_list())

    assert shown(Sandbox(settings)) == shown(sandbox)
    assert sales(sandbox).contacts.archived == set()


def test_settings_come_from_the_environment():
    settings = load(
        {
            "SANDBOX_PORT": "5000",
            "SANDBOX_RATE_LIMITS": "off",
            "SANDBOX_PEOPLE": "50",
            "SANDBOX_ACCOUNTS": "hubspot:1:One:10:0.2, hubspot:2:Two",
            "PATH": "x",
        }
    )

    assert (settings.port, settings.rate_limits) == (5000, False)
    assert settings.account_list() == (
        AccountSetting(provider="hubspot", account_id="1", name="One", contacts=10, overlap=0.2),
        AccountSetting(provider="hubspot", account_id="2", name="Two", contacts=50),
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"SANDBOX_PORT": "x"},
        {"SANDBOX_ACCOUNTS": "1"},
        {"SANDBOX_ACCOUNTS": "hubspot:1"},
        {"SANDBOX_ACCOUNTS": "hubspot:x:One"},
        {"SANDBOX_ACCOUNTS": "nobody:1:One"},
        {"SANDBOX_ACCOUNTS": "hubspot:1:One:2:3:4"},
        {"SANDBOX_RATE_LIMITS": "maybe"},
    ],
)
def test_settings_that_make_no_sense_are_refused(environ):
    with pytest.raises(SettingsInvalid, match="SANDBOX_"):
        load(environ)
