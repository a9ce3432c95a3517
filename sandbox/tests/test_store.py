"""What outlives a restart: the journal and its settings."""

from pathlib import Path

import msgspec
import pytest
from sandbox.clock import now_ms
from sandbox.hubspot import changes
from sandbox.hubspot.portal import Portal
from sandbox.settings import PortalSetting, Settings, SettingsInvalid, load
from sandbox.store import Sandbox


def shown(sandbox: Sandbox) -> list[object]:
    """All that an account shows of its contacts."""
    return [
        (row, record.properties, record.archived_at)
        for portal in sandbox.hubspot.portals.values()
        for archived in (False, True)
        for row, record in portal.contacts.listed(None, archived=archived)
    ]


def change(portal: Portal, sandbox: Sandbox) -> None:
    common = {"at": now_ms(), "portal_id": portal.portal_id, "kind": "contacts"}
    sandbox.commit(changes.Created(properties={"email": "ada@example.com"}, **common))
    sandbox.commit(changes.Edited(row=3, properties={"city": "Łódź"}, **common))
    sandbox.commit(changes.Archived(row=4, **common))
    sandbox.commit(changes.Merged(primary=5, other=6, **common))
    sandbox.commit(changes.Erased(row=7, **common))
    sandbox.commit(changes.Linked(row=3, to_kind="deals", to_row=1, **common))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(people=40, state=str(tmp_path / "state" / "journal"))


def test_a_restart_finds_everything_as_it_was(settings):
    before = Sandbox(settings)
    before.open_portal(PortalSetting(portal_id=3, name="Third", contacts=10))
    change(before.hubspot.portals[111111], before)

    after = Sandbox(settings)

    assert shown(after) == shown(before)
    assert after.hubspot.portals[111111].linked("contacts", 3, "deals") == before.hubspot.portals[111111].linked(
        "contacts", 3, "deals"
    )
    assert after.hubspot.portals[111111].holder_of("ADA@example.com") == 40
    assert after.hubspot.portals.keys() == {111111, 222222, 3}


def test_half_a_line_never_happened(settings):
    before = Sandbox(settings)
    with Path(settings.state).open("ab") as journal:
        journal.write(b'{"change":"archived","at":1,"portal_id":111111,"ki')

    after = Sandbox(settings)
    change(after.hubspot.portals[111111], after)

    assert shown(Sandbox(settings)) == shown(after) != shown(before)


def test_another_beginning_sets_the_old_journal_aside(settings):
    change(Sandbox(settings).hubspot.portals[111111], Sandbox(settings))
    other = msgspec.structs.replace(settings, seed=8)

    fresh = Sandbox(other)

    assert fresh.hubspot.portals[111111].contacts.living == 40
    assert Path(f"{settings.state}.old").exists()


def test_beginning_anew_forgets_what_happened(settings):
    sandbox = Sandbox(settings)
    change(sandbox.hubspot.portals[111111], sandbox)

    sandbox.begin(seed=5, portals=settings.portal_list())

    assert shown(Sandbox(settings)) == shown(sandbox)
    assert sandbox.hubspot.portals[111111].contacts.archived == set()


def test_settings_come_from_the_environment():
    settings = load(
        {
            "SANDBOX_PORT": "5000",
            "SANDBOX_RATE_LIMITS": "off",
            "SANDBOX_PEOPLE": "50",
            "SANDBOX_PORTALS": "1:One:10:0.2, 2:Two",
            "PATH": "x",
        }
    )

    assert (settings.port, settings.rate_limits) == (5000, False)
    assert settings.portal_list() == (
        PortalSetting(portal_id=1, name="One", contacts=10, overlap=0.2),
        PortalSetting(portal_id=2, name="Two", contacts=50),
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"SANDBOX_PORT": "x"},
        {"SANDBOX_PORTALS": "1"},
        {"SANDBOX_PORTALS": "x:One"},
        {"SANDBOX_PORTALS": "1:One:2:3:4"},
        {"SANDBOX_RATE_LIMITS": "maybe"},
    ],
)
def test_settings_that_make_no_sense_are_refused(environ):
    with pytest.raises(SettingsInvalid, match="SANDBOX_"):
        load(environ)
