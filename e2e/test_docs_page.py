"""The page that describes the interface, as a person sees it who is to call it."""

import re

import pytest
from playwright.async_api import Browser, expect

from e2e.browsing import violations
from e2e.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]


async def test_a_stranger_learns_how_to_get_in_and_what_a_token_opens(browser: Browser, house: House) -> None:
    page = await browser.new_page()
    await page.goto(f"{house.gateway_url}/docs")

    about = page.locator("#about")
    await expect(about.get_by_role("listitem").filter(has_text="POST /auth/login")).to_have_count(1)
    await expect(about.get_by_role("code").filter(has_text=re.compile("^/mcp$"))).to_be_visible()
    listed = page.locator("details").filter(has=page.get_by_text("List golden records", exact=True))
    await expect(listed.get_by_text("token: contacts:read")).to_be_visible()
    await expect(page.locator("details").filter(has_text="Change rules;").get_by_text("signed in")).to_be_visible()
    await listed.locator("summary").click()
    names = listed.get_by_role("listitem").filter(has_text="job_title")
    await expect(names.get_by_role("code").filter(has_text="starts_with")).to_be_visible()
    assert "`" not in await page.locator("body").inner_text()
    assert await violations(page) == []
    await page.close()
