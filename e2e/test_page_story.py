"""A day of somebody who begins with nothing: connects, looks, decides, asks, writes back, and leaves."""

import csv
import io
from uuid import UUID, uuid4

import msgspec
import pytest
from contracts.golden_records import ContactDetail, ContactSummary
from contracts.suggestions import SuggestionCount
from lead.client import Gateway
from playwright.async_api import Browser, Locator, Page, expect

from e2e.accounts import true_records
from e2e.browsing import allow, open_page
from e2e.chatting import script
from e2e.house import House
from e2e.journey import PASSWORD, golden_records, settled, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SALES, PIPELINE, HELP = ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
FILE = "customers.csv"


async def test_a_person_s_first_day(browser: Browser, house: House) -> None:
    page, complaints = await open_page(browser, house)
    email = await register(page)
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        await connect_three(page, house)
        await see_them_read(page)
        everybody = await settled(session, house, *ACCOUNTS, seconds=150)
        await find_and_filter(page, everybody)
        somebody = await of_two(session, everybody)
        await pin_and_let_go(page, house, session, somebody)
        await merge_and_undo(page, session)
        await review(page, session)
        await ask_and_approve(page, house, session, somebody)
        await split_and_undo(page, house, session, somebody)
        await hand_over_a_file_and_undo_what_it_joined(page, house, session, somebody)
        await take_along_and_erase(page, house, session, somebody)
        await leave(page, session)
    assert complaints.heard == []


async def register(page: Page) -> str:
    """Make an account; return its email."""
    email = f"{uuid4().hex[:12]}@example.com"
    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_label("First name").fill("Ada")
    await page.get_by_label("Last name").fill("Lovelace")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", name="Connect your first source")).to_be_visible()
    return email


async def connect_three(page: Page, house: House) -> None:
    """Say yes at each of the three."""
    await page.get_by_role("button", name="Connect HubSpot").click()
    await allow(page, house)
    await page.get_by_role("button", name="Connect Pipedrive").click()
    await allow(page, house)
    await page.get_by_role("button", name="Connect Zendesk").click()
    await page.get_by_label("Subdomain").fill("acme")
    await page.get_by_role("button", name="Continue to Zendesk").click()
    await allow(page, house)


async def see_them_read(page: Page) -> None:
    """Watch the first sync come to its end."""
    cards = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Disconnect"))
    await expect(cards).to_have_count(len(ACCOUNTS))
    await expect(cards.get_by_text("Up to date")).to_have_count(len(ACCOUNTS), timeout=90_000)


async def find_and_filter(page: Page, everybody: list[ContactSummary]) -> None:
    """Find one by the beginning of a name, and all of the help desk by a filter."""
    known = next(one for one in everybody if one.first_name and one.last_name and one.email)
    await go(page, "Contacts")
    await page.get_by_role("searchbox").press_sequentially(f"{known.first_name} {known.last_name}")
    await expect(rows_of(page).get_by_role("link", name=f"{known.first_name} {known.last_name}").first).to_be_visible()
    await page.get_by_role("searchbox").fill("")

    await page.get_by_role("button", name="Add a filter").click()
    await page.get_by_label("Field to filter by").fill("Source")
    await page.keyboard.press("Enter")
    await page.get_by_label("Value").select_option(label="Zendesk")
    await page.get_by_role("button", name="Apply").click()
    of_help = sum(any(source.provider == "zendesk" for source in one.sources) for one in everybody)
    await expect(page.get_by_role("status").get_by_text(str(of_help), exact=True)).to_be_visible()
    await page.get_by_role("button", name="Remove the filter").click()


async def of_two(session: Gateway, everybody: list[ContactSummary]) -> ContactDetail:
    """Somebody of one record at HubSpot and one elsewhere, with an email and a title."""
    for one in everybody:
        providers = [source.provider for source in one.sources]
        if len(providers) == 2 and providers.count("hubspot") == 1 and one.email and one.job_title and one.last_name:
            found = await session.contact(one.id)
            assert found is not None
            return found
    raise AssertionError("nobody is in two accounts")


async def pin_and_let_go(page: Page, house: House, session: Gateway, somebody: ContactDetail) -> None:
    """Set a value by hand, and take that back."""
    await open_contact(page, house, somebody.id)
    await page.get_by_role("button", name="Change job title").click()
    await page.get_by_label("Job title", exact=True).fill("Countess")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_text("Set here by hand")).to_be_visible()
    assert await title_of(session, somebody.id) == "Countess"
    await undo_what_was_said(page)
    await expect(page.get_by_text("Set here by hand")).to_have_count(0)
    assert await title_of(session, somebody.id) == somebody.fields["job_title"]


async def merge_and_undo(page: Page, session: Gateway) -> None:
    """Make two of the list one, having seen what comes of it, and two again."""
    before = await session.count_contacts()
    await go(page, "Contacts")
    await page.get_by_role("checkbox", name="Select ").nth(2).click()
    await page.get_by_role("checkbox", name="Select ").nth(3).click()
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_role("region", name="What comes of it")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    await expect(said_of(page)).to_contain_text("2 contacts are one now")
    assert await session.count_contacts() == before - 1
    await undo_what_was_said(page)
    assert await session.count_contacts() == before


async def review(page: Page, session: Gateway) -> None:
    """Answer by a key and take that back, then several at once, and take those back too."""
    waiting = await count_questions(session)
    assert waiting > 2
    await go(page, "Review")
    left = page.get_by_role("status").filter(has_text="left")
    await expect(page.get_by_role("toolbar", name="Your answer")).to_be_visible()
    queue = page.get_by_role("complementary", name="The queue")
    ahead = await queue.get_by_role("listitem").count()
    await page.keyboard.press("d")
    await expect(left).to_contain_text("1 answered")
    await page.keyboard.press("u")
    await expect(left).to_have_text(f"{waiting} left")
    await expect(queue.get_by_role("listitem")).to_have_count(ahead)

    await queue.get_by_role("checkbox", name="Select ").nth(1).check()
    await queue.get_by_role("checkbox", name="Select ").nth(2).check()
    await queue.get_by_role("button", name="All different").click()
    await expect(said_of(page)).to_contain_text("2 questions answered")
    await expect(left).to_contain_text(f"{waiting - 2} left")
    await undo_what_was_said(page)
    await expect(left).to_contain_text(f"{waiting} left")


async def ask_and_approve(page: Page, house: House, session: Gateway, somebody: ContactDetail) -> None:
    """Ask the assistant, follow what it cites, and approve what it proposes: then the provider has it."""
    look = {"name": "getContactDetails", "input": {"contact_id": str(somebody.id)}}
    title = f"Countess {uuid4().hex[:6]}"
    write = {
        "name": "updateContact",
        "input": {"contact_id": str(somebody.id), "provider": "hubspot", "changes": {"job_title": title}},
    }
    said = [{"tools": [look]}, {"text": "This I know.", "tools": [write]}, {"text": "It is written."}]
    script(house, {"answers": said})
    await open_contact(page, house, somebody.id)
    await page.get_by_role("button", name="Ask").click()
    panel = page.get_by_role("complementary", name="Assistant")
    await panel.get_by_label("Ask about your contacts").fill("Who is this? Make her a countess.")
    await page.keyboard.press("Enter")
    await panel.get_by_role("list", name="Sources").get_by_role("link").first.click()
    await page.wait_for_url("**?source=*")
    await panel.get_by_role("button", name="Approve").click()
    await expect(panel.get_by_text("It is written.")).to_be_visible()
    await panel.get_by_role("button", name="Close").click()

    connection = next(one for one in await session.connections() if one.provider == "hubspot")
    record = next(source for source in somebody.sources if source.provider == "hubspot")
    there = next(one for one in true_records(house, connection) if one.id == record.provider_id)
    assert title in str(there.record)


async def split_and_undo(page: Page, house: House, session: Gateway, somebody: ContactDetail) -> None:
    """Say that one of the two records is another person, and that it is not."""
    await open_contact(page, house, somebody.id)
    await page.get_by_role("button", name="Split off the record").locator("visible=true").last.click()
    await expect(page.get_by_role("region", name="What comes of it")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Split off").click()
    await expect(said_of(page)).to_contain_text("The record is a contact of its own")
    assert len(await sources_of(session, somebody.id)) == 1
    await undo_what_was_said(page)
    assert len(await sources_of(session, somebody.id)) == 2


async def hand_over_a_file_and_undo_what_it_joined(
    page: Page, house: House, session: Gateway, somebody: ContactDetail
) -> None:
    """Read a file whose first row is somebody known; then undo what the rules joined in the last minute."""
    known = [somebody.fields[name] for name in ("first_name", "last_name", "email")]
    rows = [["First name", "Last name", "Email"], known, ["Nora", "Newcomer", "nora@example.net"]]
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    chosen = {"name": FILE, "mimeType": "text/csv", "buffer": written.getvalue().encode()}
    await go(page, "Connections")
    since = await page.evaluate(
        "new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16)"
    )
    await page.get_by_label("Choose a file").set_input_files(chosen)  # type: ignore[arg-type]
    await page.get_by_role("dialog").get_by_role("button", name="Read the file").click()

    async def is_joined() -> bool:
        return "csv_file" in await sources_of(session, somebody.id)

    async def is_apart() -> bool:
        return "csv_file" not in await sources_of(session, somebody.id)

    await until(is_joined, what="the row of the file to join")
    await go(page, "Activity")
    await page.get_by_role("button", name="Undo joins since").click()
    await page.get_by_label("Since", exact=True).fill(since)
    await page.get_by_role("button", name="See what would happen").click()
    await expect(page.get_by_role("region", name="What comes of it")).to_be_visible()
    await page.get_by_role("button", name="Undo them").click()
    await expect(said_of(page)).to_contain_text("undone")
    await until(is_apart, what="the row of the file to be somebody else")


async def take_along_and_erase(page: Page, house: House, session: Gateway, somebody: ContactDetail) -> None:
    """Take all that is known of a person along, and have them forgotten."""
    await open_contact(page, house, somebody.id)
    await page.get_by_role("button", name="More").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("menuitem", name="Export all that is known").click()
    taken = (await (await downloading.value).path()).read_text()
    assert somebody.fields["email"] in taken

    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Erase this person").click()
    # What was joined by rules within the same minute was undone with what the file brought.
    records = len(await sources_of(session, somebody.id))
    await expect(page.get_by_role("dialog")).to_contain_text(f"{records} record")
    await page.get_by_label("I want this person erased").check()
    await page.get_by_role("dialog").get_by_role("button", name="Erase").click()
    await expect(said_of(page)).to_contain_text("The person is erased")
    assert await session.contact(somebody.id) is None


async def leave(page: Page, session: Gateway) -> None:
    """Disconnect all of it, and have what came from there erased."""
    await go(page, "Connections")
    buttons = page.get_by_role("button", name="Disconnect ")
    await expect(buttons).to_have_count(len(ACCOUNTS) + 1)
    for left in reversed(range(len(ACCOUNTS) + 1)):
        await buttons.first.click()
        await page.get_by_label("Erase the records").check()
        await page.get_by_role("button", name="Disconnect and erase").click()
        await expect(buttons).to_have_count(left)

    async def nobody_is_left() -> bool:
        return await golden_records(session) == []

    await until(nobody_is_left, what="all to be erased")
    await go(page, "Contacts")
    await expect(page.get_by_role("button", name="Connect HubSpot")).to_be_visible()


# What these steps share.


async def go(page: Page, place: str) -> None:
    """Go to a place by the navigation."""
    await page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
    await expect(page.get_by_role("heading", name=place, level=1)).to_be_visible()


async def open_contact(page: Page, house: House, id_: UUID) -> None:
    await page.goto(f"{house.gateway_url}/app/contacts/{id_}")
    await expect(page.get_by_role("button", name="More")).to_be_visible()


async def undo_what_was_said(page: Page) -> None:
    """Press the way back that is offered after a deed, and wait until it was taken."""
    await said_of(page).get_by_role("button", name="Undo").last.click()
    await expect(said_of(page).get_by_text("Undone", exact=True)).to_be_visible()
    await said_of(page).get_by_role("button", name="Dismiss").last.click()


def said_of(page: Page) -> Locator:
    return page.get_by_role("region", name="What was done")


def rows_of(page: Page) -> Locator:
    return page.get_by_role("table", name="Contacts").locator("tr[data-index]")


async def title_of(session: Gateway, id_: UUID) -> str | None:
    found = await session.contact(id_)
    return found.fields.get("job_title") if found else None


async def sources_of(session: Gateway, id_: UUID) -> list[str]:
    found = await session.contact(id_)
    assert found is not None
    return [source.provider for source in found.sources]


async def count_questions(session: Gateway) -> int:
    status, body = await session.call("GET", "/suggestions/count")
    assert status == 200
    return msgspec.json.decode(body, type=SuggestionCount).count
