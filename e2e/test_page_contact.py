"""What a person does on a contact's page: set a value here or where it lives, split, narrow what happened."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from contracts.golden_records import ContactDetail
from lead.client import Gateway
from playwright.async_api import Browser, Locator, Page, expect

from e2e.browsing import come_in, violations
from e2e.chromium import Complaints
from e2e.house import House
from e2e.journey import golden_records, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

ACCOUNTS = ("hubspot:111111", "zendesk:acme")
PHONE = {"width": 390, "height": 800}


async def of_both(session: Gateway) -> ContactDetail:
    """A contact of one record in each account, with a title that HubSpot says, of which both tell something."""
    for record in await golden_records(session):
        if sorted(source.provider for source in record.sources) == ["hubspot", "zendesk"]:
            found = await session.contact(record.id)
            assert found is not None
            told = {one.provider for one in found.interactions}
            if told == {"hubspot", "zendesk"} and "job_title" in found.fields:
                return found
    raise AssertionError("nobody is in both accounts, with a title and a past")


async def enter(browser: Browser, house: House, session: Gateway, contact: ContactDetail) -> tuple[Page, Complaints]:
    """Come to a contact's page as this person."""
    page, complaints = await come_in(browser, house, session)
    await page.goto(f"{house.gateway_url}/app/contacts/{contact.id}")
    await expect(page.get_by_role("button", name="Change job title")).to_be_visible()
    return page, complaints


async def title_of(session: Gateway, contact: ContactDetail) -> str | None:
    found = await session.contact(contact.id)
    return found.fields.get("job_title") if found else None


def said_of(page: Page) -> Locator:
    return page.get_by_role("region", name="What was done")


async def test_a_person_writes_a_value_where_it_lives_and_takes_it_back(
    browser: Browser, house: House, session: Gateway
) -> None:
    contact = await of_both(session)
    page, complaints = await enter(browser, house, session, contact)
    title = f"Head of Engines {uuid4().hex[:6]}"
    before = contact.fields["job_title"]

    await page.get_by_role("button", name="Change job title").click()
    form = page.get_by_role("dialog", name="Change job title")
    await form.get_by_label("Job title", exact=True).fill(title)
    sales = form.get_by_role("radio", name="acme-sales")
    await sales.check()
    await expect(form.locator("del")).to_have_text(before)
    await expect(form.locator("ins")).to_have_text(title)
    assert await violations(page) == []
    await form.get_by_role("button", name="Write it there").click()
    await expect(said_of(page)).to_contain_text("Job title is written to HubSpot")
    await expect(form).to_have_count(0)

    async def is_written() -> bool:
        return await title_of(session, contact) == title

    async def is_taken_back() -> bool:
        return await title_of(session, contact) == before

    await until(is_written, what="the title as the provider has it")
    await expect(page.locator("dl").get_by_text(title)).to_be_visible()
    await said_of(page).get_by_role("button", name="Undo").click()
    await until(is_taken_back, what="the title of before")

    await page.get_by_role("link", name="Activity").click()
    main = page.get_by_role("main")
    written = main.get_by_role("listitem").filter(has_text="Contact changed").filter(has_text=title)
    await expect(written.get_by_text("Undone")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("What", exact=True).select_option(label="Syncs")
    await expect(main.get_by_text("acme-sales.example was read").first).to_be_visible()
    await expect(written).to_have_count(0)
    await page.get_by_label("What", exact=True).select_option(label="Written back")
    await expect(main.get_by_text("was read")).to_have_count(0)
    await written.get_by_role("link", name=f"{contact.fields['first_name']}").click()
    await page.wait_for_url(f"**/contacts/{contact.id}")
    assert complaints.heard == []


async def test_a_value_that_changed_there_meanwhile_is_seen_before_it_is_written_over(
    browser: Browser, house: House, session: Gateway
) -> None:
    contact = await of_both(session)
    page, complaints = await enter(browser, house, session, contact)
    await page.get_by_role("button", name="Change job title").click()
    form = page.get_by_role("dialog", name="Change job title")
    await form.get_by_label("Job title", exact=True).fill("Mine")
    await form.get_by_role("radio", name="acme-sales").check()
    before = contact.fields["job_title"]
    await write_beside(session, contact, before, "Theirs")

    await form.get_by_role("button", name="Write it there").click()

    await expect(form.get_by_text("changed there meanwhile")).to_be_visible()
    await expect(form.locator("del")).to_have_text("Theirs")
    await form.get_by_role("button", name="Write it there").click()
    await expect(said_of(page)).to_contain_text("is written")
    await said_of(page).get_by_role("button", name="Undo").click()
    await expect(said_of(page).get_by_text("Undone")).to_be_visible()
    await write_beside(session, contact, "Theirs", before)
    assert complaints.heard == []


async def write_beside(session: Gateway, contact: ContactDetail, before: str, title: str) -> None:
    """Write a title to HubSpot beside the page, where another stood before, and wait until it is there."""
    changes, expected = {"job_title": title}, {"job_title": before}
    await act_beside(session, contact, {"kind": "update_contact", "changes": changes, "expected": expected})


async def act_beside(session: Gateway, contact: ContactDetail, action: dict[str, Any]) -> None:
    """Do something with a contact's record in HubSpot beside the page, and wait until it is done."""
    source = next(one for one in contact.sources if one.provider == "hubspot")
    wish = {"connection_id": str(source.connection_id), "action": action | {"contact_id": source.provider_id}}
    status, body = await session.call("POST", "/actions", wish, headers={"Idempotency-Key": uuid4().hex})
    assert status == 202, body
    asked = msgspec.json.decode(body)["id"]

    async def is_done() -> bool:
        _, body = await session.call("GET", f"/actions/{asked}")
        return bool(msgspec.json.decode(body)["state"] == "succeeded")

    await until(is_done, what="what was written beside the page")


async def test_what_is_pressed_without_a_network_is_said_and_never_done_later(
    browser: Browser, house: House, session: Gateway
) -> None:
    contact = await of_both(session)
    page, _ = await enter(browser, house, session, contact)
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Erase this person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("I want this person erased").check()
    await expect(dialog.get_by_text("are forgotten")).to_be_visible()

    await page.context.set_offline(True)
    await dialog.get_by_role("button", name="Erase").click()
    await expect(dialog.get_by_text("cannot be reached")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await page.keyboard.press("Control+k")
    await expect(said_of(page)).to_contain_text("could not be fetched")
    await page.context.set_offline(False)

    await expect(page.get_by_text("You are offline")).to_have_count(0)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_label("Search contacts, pages and actions")).to_be_visible()
    assert await session.contact(contact.id) is not None


async def test_a_form_that_is_open_does_not_go_over_to_another_person(
    browser: Browser, house: House, session: Gateway
) -> None:
    contact = await of_both(session)
    other = next(one for one in await golden_records(session) if one.id != contact.id and one.email)
    page, complaints = await enter(browser, house, session, contact)
    await page.keyboard.press("Control+k")
    await page.get_by_label("Search contacts, pages and actions").press_sequentially(str(other.email))
    await page.get_by_role("option", name=str(other.email)).click()
    await page.wait_for_url(f"**/contacts/{other.id}")
    await page.get_by_role("button", name="Change email").click()
    form = page.get_by_role("dialog", name="Change email")
    await form.get_by_label("Email", exact=True).fill("not-theirs@example.com")

    await page.go_back()

    await expect(page.get_by_role("button", name="Change job title")).to_be_visible()
    await expect(form).to_have_count(0)
    assert complaints.heard == []


async def test_a_person_says_what_no_source_says_and_takes_it_back(
    browser: Browser, house: House, session: Gateway
) -> None:
    contact = await of_both(session)
    page, complaints = await enter(browser, house, session, contact)
    empty = next(name for name in ("street", "city", "region", "country") if name not in contact.fields)

    await page.get_by_role("button", name="Add a value").click()
    form = page.get_by_role("dialog", name="Add a value")
    await form.get_by_label("Field").select_option(label=empty.capitalize())
    await expect(form.get_by_role("button", name="Set", exact=True)).to_be_disabled()
    await form.get_by_label(empty.capitalize(), exact=True).fill("Ockham")
    assert await violations(page) == []
    await form.get_by_role("button", name="Set", exact=True).click()

    await expect(page.locator("dl").get_by_text("Ockham")).to_be_visible()
    await said_of(page).get_by_role("button", name="Undo").click()
    await expect(page.locator("dl").get_by_text("Ockham")).to_have_count(0)
    assert complaints.heard == []


async def test_a_long_note_can_be_read_to_its_end(browser: Browser, house: House, session: Gateway) -> None:
    contact = await of_both(session)
    lines = [f"Point {number} of what was agreed" for number in range(1, 13)]
    await act_beside(session, contact, {"kind": "add_note", "body": "\n".join(lines)})

    async def is_told() -> bool:
        return await count_of(session, contact, kind="note") > 0

    await until(is_told, what="the note in the timeline")
    page, complaints = await enter(browser, house, session, contact)
    note = page.get_by_role("list", name="What happened").get_by_role("listitem").filter(has_text="what was agreed")
    short = await height_of(note)

    await note.get_by_role("button", name="Show all").click()

    await expect(note.get_by_role("button", name="Show less")).to_be_visible()
    assert await height_of(note) > 1.5 * short
    await note.get_by_role("button", name="Show less").click()
    await expect(note.get_by_role("button", name="Show all")).to_be_visible()
    assert complaints.heard == []


async def test_on_a_phone_what_happened_comes_before_the_sources(
    browser: Browser, house: House, session: Gateway
) -> None:
    contact = await of_both(session)
    page, complaints = await enter(browser, house, session, contact)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    last = page.get_by_role("button", name="Change last name")

    await expect(last).to_be_hidden()
    past = await top_of(page.get_by_role("tabpanel"))
    assert past < await top_of(page.get_by_role("region", name="Sources"))
    await page.get_by_role("button", name="Show all").first.click()
    await expect(last).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert await violations(page) == []
    assert complaints.heard == []


async def top_of(found: Locator) -> float:
    box = await found.bounding_box()
    assert box is not None
    return box["y"]


async def height_of(found: Locator) -> float:
    box = await found.first.bounding_box()
    assert box is not None
    return box["height"]


async def test_a_dialog_that_is_called_off_gives_the_focus_back(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session, await of_both(session))
    split = page.get_by_role("button", name="Split off the record").first
    await split.click()

    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    await expect(split).to_be_focused()
    assert complaints.heard == []


async def test_the_server_narrows_what_happened(browser: Browser, house: House, session: Gateway) -> None:
    contact = await of_both(session)
    page, complaints = await enter(browser, house, session, contact)
    entries = page.get_by_role("list", name="What happened").get_by_role("listitem")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await page.get_by_label("From").select_option(label="Zendesk")
    await expect(entries.filter(has_text="HubSpot")).to_have_count(0)
    assert await entries.count() == await count_of(session, contact, source="zendesk")
    await page.get_by_label("What", exact=True).select_option(label="Ticket")
    await expect(entries).to_have_count(await count_of(session, contact, source="zendesk", kind="ticket"))

    assert any("source=zendesk" in url and "kind=ticket" in url for url in asked)
    assert complaints.heard == []


async def count_of(session: Gateway, contact: ContactDetail, **wanted: Any) -> int:
    """Ask how many entries the first page of a narrowed timeline has."""
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    status, body = await session.call("GET", f"/contacts/{contact.id}/timeline?{query}")
    assert status == 200
    return len(msgspec.json.decode(body)["items"])
