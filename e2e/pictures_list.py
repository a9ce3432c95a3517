"""The pictures of the list of contacts and what opens over it, taken by `e2e.pictures`."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

Open = Callable[..., Awaitable[Page]]
Save = Callable[[Page, str], Awaitable[None]]
SMALL = {"width": 390, "height": 760}


async def take_list(open_page: Open, save: Save) -> None:
    """Take the list with a contact open, several selected, narrowed, searched from everywhere, and on a phone."""
    page = await open_page("/contacts", scheme="dark")
    await page.locator("tr[data-index]").nth(15).wait_for()
    await page.locator("a[data-row]").nth(3).click()
    await page.get_by_role("complementary").get_by_role("heading", level=2).first.wait_for()
    await save(page, "contacts-open-dark")
    await page.get_by_role("button", name="Close").click()

    page = await open_page("/contacts", scheme="light")
    await page.locator("tr[data-index]").nth(15).wait_for()
    await narrow(page)
    await save(page, "contacts-filters-light")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("mar")
    await page.get_by_role("option").nth(4).wait_for()
    await save(page, "palette-light")
    await page.keyboard.press("Escape")
    await select(page)
    await page.get_by_role("button", name="Merge").click()
    await page.get_by_role("region", name="What comes of it").wait_for()
    await save(page, "merge-light")

    page = await open_page("/contacts", scheme="dark", size=SMALL)
    await page.locator("tr[data-index]").nth(10).wait_for()
    await save(page, "contacts-phone-dark")


async def narrow(page: Page) -> None:
    """Ask for companies of a name, or people of the help desk."""
    await page.get_by_role("button", name="Add a filter").click()
    await page.get_by_label("Field to filter by").fill("Company")
    await page.keyboard.press("Enter")
    await page.get_by_label("Value").fill("stone")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=re.compile("^or …, beside")).click()
    await page.get_by_label("Field to filter by").fill("Source")
    await page.keyboard.press("Enter")
    await page.get_by_label("Value").select_option(label="Zendesk")
    await page.get_by_role("button", name="Apply").click()
    await page.get_by_role("button", name="Change the filter: Source is Zendesk").wait_for()


async def select(page: Page) -> None:
    """Select a few."""
    boxes = page.get_by_role("checkbox", name=re.compile("^Select "))
    await boxes.nth(2).click()
    await boxes.nth(4).click(modifiers=["Shift"])
