"""Steps that a person takes in the browser, whichever page a journey is about."""

import msgspec
from aiohttp import ClientSession
from lead import web
from lead.client import Gateway
from playwright.async_api import Browser, Locator, Page, expect

from e2e.chromium import WAIT_MILLISECONDS, Complaints
from e2e.house import House
from e2e.journey import PASSWORD, until

expect.set_options(timeout=WAIT_MILLISECONDS)


async def is_built(house: House) -> bool:
    """Whether the page is there."""
    async with ClientSession() as http, http.get(f"{house.gateway_url}/app/") as answer:
        return answer.status == 200


async def open_page(browser: Browser, house: House) -> tuple[Page, Complaints]:
    """Open the page in a browser that was never here, as soon as it is built."""
    await until(lambda: is_built(house), what="the page to be built", seconds=180)
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    complaints = Complaints(page)
    await page.goto(house.gateway_url)
    return page, complaints


async def sign_in(page: Page, email: str) -> None:
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def come_in(browser: Browser, house: House, session: Gateway) -> tuple[Page, Complaints]:
    """Sign in on the page as the person of a session, in a browser of their own."""
    page, complaints = await open_page(browser, house)
    status, user = await session.call("GET", "/auth/me")
    assert status == 200
    await sign_in(page, msgspec.json.decode(user)["email"])
    await expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return page, complaints


async def allow(page: Page, house: House) -> None:
    """Say yes at the provider, and come back."""
    await page.wait_for_url(f"{house.sandbox_url}/**")
    await page.get_by_role("button", name="Allow").click()
    await page.wait_for_url(f"{house.gateway_url}/app/connections?connected=*")


async def scroll_to_row(page: Page, index: int) -> None:
    """Scroll the list of contacts until a row is there, through as many pages of it as that takes."""
    wanted = page.locator(f"tr[data-index='{index}']")

    async def is_there() -> bool:
        await page.get_by_role("table", name="Contacts").evaluate(
            "(table, index) => table.parentElement.scrollTo(0, table.tHead.offsetHeight + (index - 5) * 40)", index
        )
        return await wanted.count() > 0

    await until(is_there, what=f"row {index}")


async def name_in(row: Locator) -> str:
    """Read whom a row of the list is about, without what it says of them to those who only hear it."""
    return (await row.get_by_role("link").inner_text()).partition("\n")[0]


async def violations(page: Page) -> list[str]:
    """Ask axe what of the page somebody could not see, hear or reach: WCAG's rules, as far as a machine can tell."""
    sources = web.folder()
    assert sources is not None
    web.install(sources, for_development=True)
    await page.evaluate((sources / "node_modules" / "axe-core" / "axe.min.js").read_text() + "; 0")
    found: list[str] = await page.evaluate(
        "axe.run().then((result) => result.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))"
    )
    return found
