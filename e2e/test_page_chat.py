"""What a person does with the assistant beside the page: ask, follow a source, approve, come back, stop."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from lead.client import Gateway
from playwright.async_api import Browser, Locator, Page, expect

from e2e.browsing import come_in, violations
from e2e.chatting import person_of, script
from e2e.chromium import Complaints
from e2e.house import House
from e2e.journey import act, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SALES = "hubspot:111111"
NOTES = "/crm/objects/2026-03/notes"
NOTES_OF_CONTACTS = "/crm/associations/2026-09/contacts/notes"
UNDER_WAY = "Approved. What comes of it is shown here as soon as it is known."
SLOW = "Once upon a time there was a list of contacts. " * 12


async def open_contact(browser: Browser, house: House, gateway: Gateway, contact: Any) -> tuple[Page, Complaints]:
    """Come to a contact's page as this person, with the assistant beside it."""
    page, complaints = await come_in(browser, house, gateway)
    await page.goto(f"{house.gateway_url}/app/contacts/{contact.id}")
    await page.get_by_role("button", name="Ask", exact=False).click()
    await expect(panel_of(page).get_by_label("Ask about your contacts")).to_be_visible()
    return page, complaints


def panel_of(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Assistant")


async def ask(page: Page, text: str) -> None:
    """Write a question and send it."""
    await panel_of(page).get_by_label("Ask about your contacts").fill(text)
    await page.keyboard.press("Enter")


def change(contact: Any, title: str) -> dict[str, Any]:
    return {"name": "updateContact", "input": {"contact_id": str(contact.id), "changes": {"job_title": title}}}


def notes_at(house: House) -> int:
    """Count the notes that stand at the provider."""
    account = SALES.replace(":", "/")
    return len(msgspec.json.decode(house.control(f"accounts/{account}/records?kind=notes"))["items"])


async def test_a_person_asks_and_an_answer_leads_to_the_record_it_rests_on(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    look = {"name": "getContactDetails", "input": {"contact_id": str(contact.id)}}
    script(house, {"answers": [{"tools": [look]}, {"text": f"**{contact.email}** is the address."}]})
    page, complaints = await open_contact(browser, house, gateway, contact)

    await ask(page, "How do I reach this person?")

    panel = panel_of(page)
    await expect(panel.get_by_text("A stand-in answers, not a model.")).to_be_visible()
    await expect(panel.get_by_role("strong").filter(has_text=contact.email)).to_be_visible()
    chip = panel.get_by_role("list", name="Sources").get_by_role("link").first
    await expect(chip).to_contain_text("· HubSpot")
    await expect(panel.get_by_role("button", name="Send")).to_be_visible()
    await expect(panel.get_by_role("status")).to_have_text("The assistant has answered.")
    assert await violations(page) == []
    await page.get_by_role("link", name="Settings").click()
    await chip.click()
    await page.wait_for_url(re.compile(f"/app/contacts/{contact.id}\\?source="))
    await expect(page.get_by_role("main").get_by_text(contact.email).first).to_be_visible()
    cited = page.get_by_role("region", name="Sources").locator("[aria-current=true]").locator("visible=true")
    await expect(cited).to_have_count(1)
    assert complaints.heard == []


async def test_a_question_outlasts_its_box_and_a_network_that_is_away(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    script(house, {"answers": [{"text": "As many as you see."}]})
    page, _ = await open_contact(browser, house, gateway, contact)
    box = panel_of(page).get_by_label("Ask about your contacts")

    await box.fill("How many")
    await page.keyboard.press("Escape")
    await expect(box).to_have_value("How many")
    await page.keyboard.press("Control+j")
    await expect(panel_of(page)).to_have_count(0)
    await page.keyboard.press("Control+j")
    await expect(box).to_have_value("How many")
    await page.context.set_offline(True)
    await ask(page, "How many are there?")
    await expect(panel_of(page).get_by_text("cannot be reached")).to_be_visible()
    await panel_of(page).get_by_role("button", name="Try again").click()
    await expect(panel_of(page).get_by_text("How many are there?")).to_be_visible()
    await page.context.set_offline(False)
    await panel_of(page).get_by_role("button", name="Try again").click()

    await expect(panel_of(page).get_by_text("As many as you see.")).to_be_visible()
    said = panel_of(page).get_by_role("list", name="Conversation")
    await expect(said.get_by_text("How many are there?")).to_have_count(1)
    await page.get_by_role("button", name="Conversation: ").click()
    await page.get_by_role("menu").wait_for()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(box).to_be_visible()


async def test_a_person_approves_what_was_proposed_and_takes_it_back(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    script(house, {"answers": [{"text": "I can.", "tools": [change(contact, "Countess")]}, {"text": "It is written."}]})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Make her a countess")

    card = panel_of(page).get_by_role("region", name="Proposal")
    await expect(card.locator("ins")).to_have_text("Countess")
    await page.reload()
    await expect(card.locator("ins")).to_have_text("Countess")
    await card.get_by_role("button", name="Approve").click()

    await expect(card.get_by_text("Approved and done")).to_be_visible()
    await expect(panel_of(page).get_by_text("It is written.")).to_be_visible()

    async def title() -> str | None:
        detail = await gateway.contact(contact.id)
        return detail.fields.get("job_title") if detail else None

    async def is_written() -> bool:
        return await title() == "Countess"

    async def is_taken_back() -> bool:
        return await title() != "Countess"

    await until(is_written, what="the new job title")
    await card.get_by_role("button", name="Undo").click()
    await expect(card.get_by_text("Undone", exact=True)).to_be_visible()
    await until(is_taken_back, what="the job title of before")
    await page.reload()
    await expect(card.get_by_text("Approved and done, then undone")).to_be_visible()
    await expect(card.get_by_text("Undone", exact=True)).to_be_visible()
    await expect(card.get_by_role("button", name="Undo")).to_have_count(0)
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Proposals").click()
    await expect(page.get_by_role("main").get_by_text("Undone since")).to_be_visible()
    assert await violations(page) == []
    assert complaints.heard == []


async def test_what_could_not_be_taken_back_is_not_called_undone(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    script(house, {"answers": [{"text": "I can.", "tools": [change(contact, "Duchess")]}, {"text": "It is written."}]})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Make her a duchess")
    card = panel_of(page).get_by_role("region", name="Proposal")
    await card.get_by_role("button", name="Approve").click()
    await expect(card.get_by_text("Approved and done")).to_be_visible()
    for source in contact.sources:
        act(house, SALES, "edit", {"id": source.provider_id, "properties": {"jobtitle": "Theirs"}})

    await card.get_by_role("button", name="Undo").click()

    await expect(card.get_by_text("changed meanwhile")).to_be_visible()
    await expect(card.get_by_text("Undone", exact=True)).to_have_count(0)
    assert complaints.heard == []


async def test_a_person_edits_what_was_proposed_and_approves_that(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    answers = [{"text": "I can.", "tools": [change(contact, "Countess")]}, {"text": "As you like."}]
    script(house, {"answers": answers})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Make her a countess")
    card = panel_of(page).get_by_role("region", name="Proposal")

    await card.get_by_role("button", name="Edit").click()
    await expect(card.get_by_text("Change job title in HubSpot")).to_be_visible()
    await card.get_by_label("Job title").fill("Baroness")
    assert await violations(page) == []
    await card.get_by_role("button", name="Approve as edited").click()

    await expect(card.get_by_text("Approved and done")).to_be_visible()
    await expect(card.locator("ins")).to_have_text("Baroness")

    async def is_written() -> bool:
        detail = await gateway.contact(contact.id)
        return detail is not None and detail.fields.get("job_title") == "Baroness"

    await until(is_written, what="the title as it was edited")
    await card.get_by_role("button", name="Undo").click()
    await expect(card.get_by_text("Undone", exact=True)).to_be_visible()
    assert complaints.heard == []


async def test_what_takes_long_is_told_in_the_open_conversation_as_soon_as_it_is_over(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    script(house, {"answers": [{"text": "I can.", "tools": [change(contact, "Countess")]}]})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Make her a countess")
    card = panel_of(page).get_by_role("region", name="Proposal")
    house.control("faults", {"kind": "rate_limit", "path": "/crm", "times": 1, "seconds": 25})

    await card.get_by_role("button", name="Edit").click()
    await card.get_by_label("Job title").fill("Baroness")
    await card.get_by_role("button", name="Approve as edited").click()

    await expect(card.get_by_text(UNDER_WAY)).to_be_visible()
    await expect(card.get_by_role("button", name="Approve")).to_have_count(0)
    assert await violations(page) == []
    await expect(card.get_by_text("Approved and done")).to_be_visible()
    await expect(card.locator("ins")).to_have_text("Baroness")
    assert complaints.heard == []


async def test_a_person_finds_out_what_became_of_something_whose_answer_was_lost(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    note = {"name": "addNote", "input": {"contact_id": str(contact.id), "body": "Calls back on Monday"}}
    script(house, {"answers": [{"text": "I can.", "tools": [note]}]})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Note that she calls back")
    await expect(panel_of(page).get_by_role("button", name="Approve")).to_be_visible()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Proposals").click()
    # It is written down there, which nobody hears, and whoever looks for it is told to come back later.
    house.control("faults", {"kind": "cut", "path": NOTES, "method": "POST"})
    house.control("faults", {"kind": "rate_limit", "path": NOTES_OF_CONTACTS, "seconds": 30})
    main = page.get_by_role("main")
    before = notes_at(house)

    await main.get_by_role("button", name="Approve").click()
    await expect(main.get_by_text(UNDER_WAY)).to_be_visible()
    await expect(main.get_by_role("button", name="Find out")).to_have_count(0)
    # To the page it is a while later.
    await page.clock.install(time=datetime.now(UTC) + timedelta(minutes=1))
    await page.reload()
    async with page.expect_response("**/approve") as answer:
        await main.get_by_role("button", name="Find out").click()

    assert (await (await answer.value).json())["state"] == "done"
    await expect(main.get_by_role("listitem").get_by_text("Done", exact=True).first).to_be_visible()
    await expect(panel_of(page).get_by_text("Approved and done")).to_be_visible()
    assert notes_at(house) == before + 1
    assert msgspec.json.decode(house.control("faults"))["items"] == []
    assert complaints.heard == []


async def test_proposals_are_decided_on_their_page_and_the_conversation_knows(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    script(house, {"answers": [{"text": "I can.", "tools": [change(contact, "Nobody")]}, {"text": "Then not."}]})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Make her nobody")
    card = panel_of(page).get_by_role("region", name="Proposal")
    await expect(card.get_by_role("button", name="Approve")).to_be_visible()

    place = page.get_by_role("navigation", name="Main").get_by_role("link", name="Proposals")
    await expect(place).to_contain_text("1 waiting")
    await place.click()
    await expect(page.get_by_role("heading", name="Proposals", level=1)).to_be_visible()
    main = page.get_by_role("main")
    await page.get_by_label("Show").select_option("Open")
    await expect(main.get_by_text("Waits for you")).to_be_visible()
    assert await violations(page) == []
    await main.get_by_role("button", name="Edit").click()
    await main.get_by_role("button", name="Cancel").click()
    await main.get_by_role("button", name="Refuse").click()
    await main.get_by_label("Why not").fill("She is somebody")
    await page.keyboard.press("Enter")

    await expect(main.get_by_text("None of these")).to_be_visible()
    await expect(place).not_to_contain_text("waiting")
    await page.get_by_label("Show").select_option("Refused")
    await expect(main.get_by_text("Because: She is somebody")).to_be_visible()
    await expect(card.get_by_text("Refused; nothing was done")).to_be_visible()
    await expect(panel_of(page).get_by_label("Ask about your contacts")).not_to_be_focused()
    assert complaints.heard == []


async def test_an_answer_goes_on_after_a_reload_and_is_stopped(
    browser: Browser, house: House, gateway: Gateway
) -> None:
    contact = await person_of(gateway, house)
    count = {"name": "countContacts", "input": {}}
    script(house, {"answers": [{"text": "Let me see.", "tools": [count]}, {"text": SLOW, "pause": 0.3}]})
    page, complaints = await open_contact(browser, house, gateway, contact)
    await ask(page, "Tell me a story")
    panel = panel_of(page)
    told = panel.get_by_text(re.compile("Once upon a time"))
    await expect(told).to_be_visible()

    await page.reload()

    await expect(told).to_be_visible()
    before = len(await told.inner_text())

    async def goes_on() -> bool:
        return len(await told.inner_text()) > before

    await until(goes_on, what="the answer to go on")
    await expect(panel.get_by_text("Let me see.")).to_have_count(1)
    await expect(panel.get_by_text("Tell me a story", exact=False)).not_to_have_count(0)
    await panel.get_by_role("button", name="Stop").click()
    await expect(panel.get_by_role("button", name="Send")).to_be_visible()
    script(house, {"answers": [{"text": "Yes, still here."}]})
    await ask(page, "Still there?")
    await expect(panel.get_by_text("Yes, still here.")).to_be_visible()
    assert complaints.heard == []
