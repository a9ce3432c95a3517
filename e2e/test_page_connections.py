"""What a person does on the page of connections, from sample data to erasing what was kept."""

import json
import re
from uuid import UUID, uuid4

import pytest
from lead.client import Gateway
from playwright.async_api import Browser, Locator, Page, expect

from e2e.browsing import open_page, sign_in, violations
from e2e.house import House
from e2e.journey import PASSWORD, connect, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SAMPLES = {"HubSpot": "acme-sales.example", "Pipedrive": "Acme Partners", "Zendesk": "acme.zendesk.com"}
SALES = "hubspot:111111"
LIMITED = "hubspot:555555"
FILE = """Kundennummer;Name;E-Mail;Farbe
K-1;Nora Newcomer;nora.newcomer@example.net;blau
K-2;Otto Other;otto.other@example.net;rot
kaputt
"""


def card_of(page: Page, account: str) -> Locator:
    return page.get_by_role("listitem", name=account, exact=True)


async def open_panel(card: Locator, name: str) -> Locator:
    await card.get_by_role("button", name=name).click()
    return card.get_by_role("region", name=name)


async def signed_in(browser: Browser, house: House, email: str) -> tuple[Page, list[str]]:
    page, complaints = await open_page(browser, house)
    await page.goto(f"{house.gateway_url}/app/connections")
    await sign_in(page, email)
    return page, complaints.heard


async def connect_samples(page: Page, house: House) -> None:
    await page.get_by_role("button", name="Try it with sample data").click()
    for label in SAMPLES:
        await page.wait_for_url(f"{house.sandbox_url}/**")
        await page.get_by_role("button", name="Allow").click()
        await page.wait_for_url(f"{house.gateway_url}/app/connections?sample=true&connected=*")
        if label != "Zendesk":
            await page.get_by_role("button", name="Continue with").click()


async def test_sample_data_shows_what_there_is_to_know_of_an_account(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        page, complaints = await signed_in(browser, house, email)
        await connect_samples(page, house)
        for account in SAMPLES.values():
            await expect(card_of(page, account).get_by_text("Up to date")).to_be_visible(timeout=90_000)
        card = card_of(page, SAMPLES["HubSpot"])
        await expect(card.get_by_text(re.compile(r"^all .+ of HubSpot")).first).to_be_visible()

        counts = await open_panel(card, "Counts")
        await expect(counts.get_by_role("row", name="Contacts")).to_contain_text("none")
        syncs = await open_panel(card, "Syncs")
        await syncs.get_by_role("row").nth(1).get_by_role("button").click()
        await expect(syncs.get_by_text("took")).to_be_visible()
        await expect(await open_panel(card, "Not read")).to_contain_text("could be read")
        await expect(await open_panel(card, "Limits")).to_contain_text("HubSpot's daily limit")
        access = await open_panel(card, "Access")
        await expect(access.get_by_text("Read deals", exact=True)).to_be_visible()
        assert await violations(page) == []

        await page.get_by_role("button", name=f"Pause {SAMPLES['Zendesk']}").click()
        await expect(card_of(page, SAMPLES["Zendesk"]).get_by_text("Paused", exact=True)).to_be_visible()
        await page.get_by_role("button", name=f"Resume {SAMPLES['Zendesk']}").click()
        await expect(page.get_by_role("button", name=f"Pause {SAMPLES['Zendesk']}")).to_be_visible()
    assert complaints == []


async def test_what_was_written_back_is_listed_and_undone(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        page, complaints = await signed_in(browser, house, email)
        await page.get_by_role("button", name="Try it with sample data").click()
        await page.get_by_role("button", name="Allow").click()
        card = card_of(page, SAMPLES["HubSpot"])
        await expect(card.get_by_text("Up to date")).to_be_visible()
        [connection] = await session.connections()
        await synced(session, connection.id)
        contact_id = next(
            source.provider_id
            for record in await settled(session, house, SALES)
            for source in record.sources
            if source.connection_id == connection.id
        )
        written = await open_panel(card, "Written back")
        await expect(written).to_contain_text("Nothing was written back")

        title = f"Head of Engines {uuid4().hex[:6]}"
        await change_title(session, connection.id, contact_id, title)
        await expect(written.get_by_text("Done", exact=True)).to_be_visible()
        await expect(written).to_contain_text(title)
        await written.get_by_role("button", name="Undo").click()
        await expect(written.get_by_text("A change taken back")).to_be_visible()
        await expect(written.get_by_text("Undone", exact=True)).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("link", name="written back").click()
        await expect(page.get_by_text("acme-sales.example").first).to_be_visible()
    assert complaints == []


async def change_title(session: Gateway, connection_id: UUID, contact_id: str, title: str) -> None:
    _, raw = await session.call("GET", f"/sources/{connection_id}/{contact_id}")
    record = json.loads(raw)
    seen = record.get("contact", record)["properties"]["jobtitle"]
    action = {
        "kind": "update_contact",
        "contact_id": contact_id,
        "changes": {"job_title": title},
        "expected": {"job_title": seen},
    }
    status, body = await session.call(
        "POST",
        "/actions",
        {"connection_id": str(connection_id), "action": action},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert status == 202, body


async def test_a_file_is_looked_at_mapped_read_kept_and_erased(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        page, complaints = await signed_in(browser, house, email)
        chosen = {"name": "kunden.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
        await page.get_by_label("Choose a file").set_input_files(chosen)
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("region", name="First people")).to_contain_text("Nora Newcomer")
        await expect(dialog.get_by_label("What E-Mail is")).to_have_value("emails")
        await expect(dialog).to_contain_text("Line 4")

        await dialog.get_by_label("What Farbe is").select_option("Job title")
        await dialog.get_by_label("What names a row").select_option("Kundennummer")
        await expect(dialog.get_by_role("region", name="First people")).to_contain_text("blau")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="Read the file").click()
        card = card_of(page, "kunden.csv")
        await expect(card.get_by_text("Up to date")).to_be_visible()
        await card.get_by_text("1 could not be read").click()
        skipped = card.get_by_role("region", name="Not read")
        await skipped.get_by_text("Line 4").click()
        await expect(skipped.get_by_text("kaputt")).to_be_visible()
        async with page.expect_download() as downloading:
            await skipped.get_by_role("button", name="Download all").click()
        downloaded = (await (await downloading.value).path()).read_text("utf-8-sig")
        assert [line.split(",")[0] for line in downloaded.splitlines()] == ["line", "4"]

        async def both_are_known() -> bool:
            emails = {record.email for record in await session.contacts()}
            return emails == {"nora.newcomer@example.net", "otto.other@example.net"}

        await until(both_are_known, what="the people of the file")

        await page.get_by_role("button", name="Disconnect kunden.csv").click()
        await page.get_by_role("button", name="Disconnect", exact=True).click()
        await expect(card_of(page, "kunden.csv")).to_contain_text("its records were kept")
        await page.get_by_role("button", name="Erase the records of kunden.csv").click()
        await page.get_by_role("button", name="Erase the records", exact=True).click()
        await expect(page.get_by_text("kunden.csv")).to_have_count(0)
        assert await session.connections() == []
    assert complaints == []


async def test_an_account_at_its_limit_says_until_when(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    provider, _, account_id = LIMITED.partition(":")
    house.control("accounts", {"provider": provider, "account_id": account_id, "name": "Busy", "contacts": 30})
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        connection = await connect(session, LIMITED)
        await synced(session, connection.id)
        page, complaints = await signed_in(browser, house, email)
        card = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Disconnect"))
        await expect(card.get_by_text("Up to date")).to_be_visible()

        house.control("faults", {"kind": "daily_limit", "path": "/crm", "times": 1, "seconds": 1800})
        await page.get_by_role("button", name="Sync now").click()
        await expect(card.get_by_text("Limited until")).to_be_visible()
        await expect(card.get_by_text("HubSpot's daily limit is used up")).to_be_visible()
    assert complaints == []
