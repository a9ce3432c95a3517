"""Takes the pictures of the README: `python -m e2e.pictures`, on a house of its own with all the sandbox offers."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from lead.client import Gateway
from lead.settings import find_checkout
from playwright.async_api import Browser, Page

from e2e.chromium import chromium
from e2e.house import House, embedded
from e2e.journey import connect, settled, synced
from e2e.pictures_list import take_list

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
WIDE = {"width": 1280, "height": 760}
SMALL = {"width": 390, "height": 760}
ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
SLOW_CONTACTS = 20_000
"""So many that a picture can be taken while they are read."""

PICTURES = find_checkout() / "docs" / "img"


async def take(house: House) -> None:
    """Take them all."""
    async with Gateway(house.gateway_url) as session, chromium() as running:
        await session.sign_in(EMAIL, PASSWORD)
        for account in ACCOUNTS:
            await synced(session, (await connect(session, account)).id)
        await settled(session, house, *ACCOUNTS)
        await take_contacts(running, house)
        await take_list(partial(open_page, running, house), save)
        await take_contact(running, house, session)
        await take_phone(running, house, session)
        await take_connections(running, house, session)


async def take_contacts(running: Browser, house: House) -> None:
    """Take the list."""
    page = await open_page(running, house, "/contacts", scheme="light")
    await page.locator("a[data-row]").nth(20).wait_for()
    await save(page, "contacts-light")


async def take_contact(running: Browser, house: House, session: Gateway) -> None:
    """Take a contact of several sources, and how it came to be."""
    page = await open_page(running, house, f"/contacts/{await joined(session)}", scheme="dark")
    await page.get_by_role("tab", name="History").click()
    await page.get_by_text("First seen", exact=True).wait_for()
    await page.locator("summary").first.click()
    await save(page, "contact-dark")


async def take_phone(running: Browser, house: House, session: Gateway) -> None:
    """Take a contact as it is on a phone."""
    page = await open_page(running, house, f"/contacts/{await joined(session)}", scheme="light", size=SMALL)
    await page.locator("dl").wait_for()
    await save(page, "phone-light")


async def take_connections(running: Browser, house: House, session: Gateway) -> None:
    """Take the connections while one is being read for the first time."""
    account = {"provider": "hubspot", "account_id": "333333", "name": "Acme Archive", "contacts": SLOW_CONTACTS}
    house.control("accounts", account)
    fresh = await connect(session, "hubspot:333333")
    page = await open_page(running, house, f"/connections?connected={fresh.id}", scheme="light")
    await page.get_by_text("left", exact=False).first.wait_for()
    await save(page, "connections-light")


async def joined(session: Gateway) -> str:
    """Find a contact of as many sources as there are."""
    records = await session.contacts()
    return str(
        max(
            records, key=lambda record: (len({one.provider for one in record.sources}), len(record.sources), record.id)
        ).id
    )


async def open_page(running: Browser, house: House, path: str, *, scheme: str, size: dict[str, int] = WIDE) -> Page:
    """Open a place of the page, signed in."""
    context = await running.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{house.gateway_url}/app{path}")
    await page.get_by_label("Email").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("Live", exact=True).wait_for(state="attached")
    return page


async def save(page: Page, name: str) -> None:
    """Save what is seen, with the pointer out of the way."""
    await page.evaluate("document.fonts.ready")
    await page.mouse.move(0, 0)
    await asyncio.sleep(2.5)
    await page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, embedded(Path(home)) as house:
        asyncio.run(take(house))
