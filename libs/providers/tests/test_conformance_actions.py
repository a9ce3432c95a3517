"""What every provider can be told to do must really be done by its stand-in, over HTTP, once."""

# ruff: noqa: F811 - fixtures are imported, and named by tests

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from contracts.actions import (
    Action,
    ActionKind,
    AddNote,
    ContactFields,
    CreateContact,
    ScheduleMeeting,
    SendEmail,
    UpdateContact,
)
from providers.actions import ActionConflict, Attempt, Done, OutcomeUnknown, WriteUnsure
from providers.registry import PROVIDERS
from providers.source import NotThere, ProviderRefused, ProviderUnavailable, SourceContact

sys.path.insert(0, str(Path(__file__).parent))

from test_conformance import Account, account, http, sandbox  # noqa: F401 - fixtures

STARTS_AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(minutes=45)


def attempt(key: str = "a key", *, unsure: bool = False, ago: timedelta = timedelta()) -> Attempt:
    return Attempt(key=key, asked_at=datetime.now(UTC) - ago, unsure=unsure)


async def act(account: Account, action: Action, how: Attempt | None = None) -> Done:
    return await account.provider.act(account.http, account.access, action, how or attempt())


async def someone(account: Account) -> SourceContact:
    return (await account.page()).contacts[0]


async def now(account: Account, contact_id: str) -> SourceContact:
    page = await account.provider.fetch_records(account.http, account.access, None, [contact_id])
    return page.contacts[0]


def new_contact(email: str = "new@example.com") -> CreateContact:
    return CreateContact(contact=ContactFields(first_name="Augusta", last_name="King", email=email, phone="+4930123"))


def sayings(contact_id: str) -> dict[ActionKind, Action]:
    meeting = ScheduleMeeting(
        contact_id=contact_id, title="Demo", starts_at=STARTS_AT, ends_at=ENDS_AT, body="Bring it"
    )
    return {
        "add_note": AddNote(contact_id=contact_id, body="Called back.\n<b>Not bold</b> & so on"),
        "send_email": SendEmail(contact_id=contact_id, subject="Your question", body="Dear Ada,\nyes."),
        "schedule_meeting": meeting,
    }


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_a_provider_says_of_every_action_what_happens_or_why_it_cannot(provider):
    assert provider.actions.keys() | provider.impossible.keys() == set(get_args(ActionKind))
    assert not provider.actions.keys() & provider.impossible.keys()
    assert all(ability.says.endswith(".") for ability in provider.actions.values())
    for kind, ability in provider.actions.items():
        silent = any(words in ability.says for words in ("nothing is sent", "obody is invited"))
        assert ability.only_noted == silent, kind


async def test_the_consent_grants_what_the_actions_need(account):
    for kind, ability in account.provider.actions.items():
        assert not ability.lacks(account.grant.scopes), kind


async def test_a_contact_is_made_and_comes_back_as_reading_shows_it(account):
    done = await act(account, new_contact())

    (written,) = done.page.contacts
    assert [each.provider_id for each in done.records] == [written.provider_id]
    assert (written.contact.first_name, written.contact.last_name) == ("Augusta", "King")
    assert (written.contact.emails, written.contact.phones) == (("new@example.com",), ("+4930123",))
    assert written == await now(account, written.provider_id)
    assert (done.inverse, bool(done.why_not)) == (None, True)


async def test_an_address_that_is_taken_is_a_conflict_that_names_who_has_it(account):
    first = (await act(account, new_contact())).records[0].provider_id

    with pytest.raises(ActionConflict) as conflict:
        await act(account, new_contact("New@Example.com"))

    assert conflict.value.existing is not None
    assert conflict.value.existing.provider_id == first


async def test_fields_are_written_and_written_back(account):
    before = await someone(account)
    seen = before.contact
    action = UpdateContact(
        contact_id=before.provider_id,
        changes=ContactFields(first_name="Augusta", email="augusta@example.com", phone="+4930999"),
        expected=ContactFields(
            first_name=seen.first_name, email=seen.emails[0], phone=seen.phones[0] if seen.phones else None
        ),
    )

    done = await act(account, action)
    written = (await now(account, before.provider_id)).contact
    assert done.inverse is not None
    undone = await act(account, done.inverse)

    assert (written.first_name, written.emails[0], written.phones[0]) == ("Augusta", "augusta@example.com", "+4930999")
    assert written.last_name == seen.last_name
    assert done.page.contacts[0].contact == written
    restored = (await now(account, before.provider_id)).contact
    assert (restored.first_name, restored.last_name, restored.emails[0]) == (
        seen.first_name,
        seen.last_name,
        seen.emails[0],
    )
    assert restored.phones[:1] == seen.phones[:1]
    assert undone.inverse is not None


async def test_further_addresses_stay(account):
    several = next(each for each in (await account.page()).contacts if len(each.contact.emails) > 1)
    first, *others = several.contact.emails
    action = UpdateContact(
        contact_id=several.provider_id,
        changes=ContactFields(email="augusta@example.com"),
        expected=ContactFields(email=first),
    )

    await act(account, action)

    assert set(others) < set((await now(account, several.provider_id)).contact.emails)


async def test_what_changed_meanwhile_is_a_conflict_with_both_values(account):
    before = await someone(account)
    await account.act("edit", id=before.provider_id, properties=account.stand_in.first_name("Somebody"))
    action = UpdateContact(
        contact_id=before.provider_id,
        changes=ContactFields(first_name="Augusta"),
        expected=ContactFields(first_name=before.contact.first_name),
    )

    with pytest.raises(ActionConflict) as conflict:
        await act(account, action)

    both = conflict.value.fields["first_name"]
    assert (both.expected, both.found) == (before.contact.first_name, "Somebody")
    assert (await now(account, before.provider_id)).contact.first_name == "Somebody"


async def test_an_update_that_was_done_already_is_no_conflict(account):
    before = await someone(account)
    action = UpdateContact(
        contact_id=before.provider_id,
        changes=ContactFields(first_name="Augusta", last_name="King"),
        expected=ContactFields(first_name=before.contact.first_name, last_name=before.contact.last_name),
    )
    await act(account, action)

    again = await act(account, action, attempt(unsure=True))

    assert again.page.contacts[0].contact.first_name == "Augusta"
    assert again.inverse is None


async def test_an_update_whose_answer_was_lost_can_be_undone_all_the_same(account):
    before = await someone(account)
    found: dict[str, str | None] = {}

    async def remember(values: Mapping[str, str | None]) -> None:
        found.update(values)

    names = {"first_name": before.contact.first_name, "last_name": before.contact.last_name}
    action = UpdateContact(
        contact_id=before.provider_id,
        changes=ContactFields(first_name="Augusta", last_name="King"),
        expected=ContactFields(**names),
    )
    await act(account, action, msgspec.structs.replace(attempt(), remember=remember))

    again = await act(account, action, msgspec.structs.replace(attempt(unsure=True), before=found))

    assert found == names
    assert again.inverse is not None
    await act(account, again.inverse)
    back = await now(account, before.provider_id)
    assert (back.contact.first_name, back.contact.last_name) == tuple(names.values())


async def test_of_an_update_that_was_done_in_part_all_of_it_can_be_undone(account):
    before = await someone(account)
    names = {"first_name": before.contact.first_name, "last_name": before.contact.last_name}
    phone = next(iter(before.contact.phones), None)
    renamed = UpdateContact(
        contact_id=before.provider_id,
        changes=ContactFields(first_name="Augusta", last_name="King"),
        expected=ContactFields(**names),
    )
    whole = msgspec.structs.replace(
        renamed,
        changes=msgspec.structs.replace(renamed.changes, phone="+4930555"),
        expected=msgspec.structs.replace(renamed.expected, phone=phone),
    )
    await act(account, renamed)

    done = await act(account, whole, msgspec.structs.replace(attempt(unsure=True), before=names))

    assert done.inverse is not None
    assert set(done.inverse.changes.given()) == {"first_name", "last_name", "phone"}
    assert {name: done.inverse.changes.given()[name] for name in names} == names


@pytest.mark.parametrize("kind", ["add_note", "send_email", "schedule_meeting"])
async def test_what_is_said_once_is_there_once(account, kind):
    contact = await someone(account)
    action = sayings(contact.provider_id)[kind]
    if kind in account.provider.impossible:
        with pytest.raises(ProviderRefused):
            await act(account, action)
        return

    how = attempt(f"key of {kind}")
    done = await act(account, action, how)
    again = await act(account, action, msgspec.structs.replace(how, unsure=True))

    (record,) = done.records
    assert again.records == done.records
    assert done.why_not
    if record.kind in account.provider.fetchable:
        (written,) = done.page.interactions
        assert (written.interaction.kind, written.provider_id) == (record.kind, record.provider_id)
        assert written.interaction.contact_ids == (contact.provider_id,)


async def test_an_email_goes_to_the_address_that_was_seen_or_nowhere(account):
    if "send_email" in account.provider.impossible:
        return
    contact = await someone(account)
    email = sayings(contact.provider_id)["send_email"]
    seen_then = msgspec.structs.replace(email, to="somebody.else@example.com")

    with pytest.raises(ActionConflict) as conflict:
        await act(account, seen_then)

    (address, *_) = contact.contact.emails
    assert conflict.value.fields["email"].found == address
    done = await act(account, msgspec.structs.replace(email, to=address.upper()))
    assert done.records


async def test_of_an_earlier_attempt_it_is_found_out_what_became(account):
    how = attempt()
    done = await act(account, new_contact(), how)

    again = await act(account, new_contact(), msgspec.structs.replace(how, unsure=True))

    assert again.records == done.records


async def test_whoever_was_there_before_was_not_made_by_an_earlier_attempt(account):
    await act(account, new_contact())

    with pytest.raises((ActionConflict, OutcomeUnknown)):
        await act(account, new_contact(), attempt(unsure=True, ago=timedelta(minutes=-10)))


async def test_an_answer_that_does_not_come_leaves_it_open(account):
    await account.spoil_next_answer("cut")
    with pytest.raises((WriteUnsure, ProviderUnavailable)):
        await act(account, new_contact())


async def test_nothing_is_said_to_who_is_gone(account):
    gone = await account.act("archive")

    with pytest.raises(NotThere):
        await act(account, AddNote(contact_id=gone, body="Hello?"))


async def test_what_was_not_granted_is_not_written(account):
    scope = account.provider.actions["create_contact"].scopes[0][0]
    if account.provider.name == "pipedrive":
        scope = next(each for each in account.grant.scopes if each == scope)
    await account.connect(without_scope=scope)

    with pytest.raises(ProviderRefused) as refused:
        await act(account, new_contact())

    assert scope in str(refused.value)
    assert account.provider.actions["create_contact"].lacks(account.grant.scopes) == (scope,)


async def test_zendesk_sends_no_mail_to_who_is_written(account):
    if account.provider.name != "zendesk":
        pytest.skip("it is Zendesk that does")

    done = await act(account, new_contact())

    assert msgspec.json.decode(done.page.contacts[0].raw)["user"]["verified"] is True
