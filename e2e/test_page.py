"""What a person does in the browser, from registering to disconnecting."""

import re
from pathlib import Path
from typing import Literal
from uuid import uuid4

import msgspec
import pytest
from lead import web
from lead.client import Gateway
from playwright.async_api import Browser, expect

from e2e.browsing import allow, name_in, open_page, scroll_to_row, sign_in, violations
from e2e.house import House
from e2e.journey import PASSWORD, act, connect, expected, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SALES = "hubspot:111111"
HELP = "zendesk:acme"
PAUSE_IN_TYPING = 300
"""Milliseconds, longer than the page waits before it searches."""

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 800}
PLACES = {
    "/contacts": "Contacts",
    "/review": "Review",
    "/connections": "Connections",
    "/connections/written-back": "Written back",
    "/activity": "Activity",
    "/proposals": "Proposals",
    "/usage": "Usage",
    "/settings": "Settings",
}
"""Where there is a page of its own, and what stands above it."""

SOON = 4_000
"""Milliseconds in which a list that takes itself for old has asked anew."""


async def test_a_person_registers_connects_looks_around_and_disconnects(browser: Browser, house: House) -> None:
    page, complaints = await open_page(browser, house)
    email = f"{uuid4().hex[:12]}@example.com"

    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_label("First name").fill("Ada")
    await page.get_by_label("Last name").fill("Lovelace")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill("qwertyqwerty")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_text("not among the first an attacker would try")).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()

    await expect(page.get_by_role("heading", name="Connect your first source")).to_be_visible()
    await page.get_by_role("button", name="Connect HubSpot").click()
    await allow(page, house)
    card = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Disconnect"))
    await expect(page.get_by_role("progressbar", name="Progress of the sync")).to_be_visible()
    await expect(card.get_by_text("Up to date")).to_be_visible()
    await expect(card.get_by_role("definition").first).to_contain_text("added")

    await page.get_by_role("link", name="Contacts").click()
    counted = expected(house, SALES)
    numbers = "|".join(map(str, range(counted.people, counted.golden_records + 1)))
    await expect(page.get_by_text(re.compile(f"^({numbers})$")).first).to_be_visible()
    await page.reload()  # while it is read for the first time, a list is allowed to grow under one's hands
    rows = page.get_by_role("table", name="Contacts").get_by_role("row")
    await expect(rows.nth(20)).to_be_attached()
    name = await name_in(rows.nth(3))
    await rows.nth(1).get_by_role("link").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("complementary", name=name)).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await page.get_by_role("button", name="as it came").locator("visible=true").first.click()
    await expect(page.get_by_role("dialog")).to_contain_text('"properties"')
    await page.keyboard.press("Escape")
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("First seen", exact=True)).to_be_visible()

    await page.get_by_role("link", name="Connections").click()
    await page.get_by_role("button", name="Disconnect").click()
    await page.get_by_label("Erase the records").check()
    await page.get_by_role("button", name="Disconnect and erase").click()
    await expect(page.get_by_text("Connect your first source")).to_be_visible()
    await page.get_by_role("link", name="Contacts").click()
    await expect(page.get_by_role("button", name="Connect HubSpot")).to_be_visible()

    assert complaints.heard == []


async def test_who_comes_back_is_known_and_who_leaves_is_not(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
    page, complaints = await open_page(browser, house)
    await page.goto(f"{house.gateway_url}/app/connections")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill("not the password at all")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("The email or the password is wrong.")

    await sign_in(page, email)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connections")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connections")
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "ey" not in stored

    other = await page.context.new_page()
    await other.goto(f"{house.gateway_url}/app/contacts")
    await expect(other.get_by_role("heading", level=1)).to_have_text("Contacts")
    await page.get_by_role("button", name="Account of").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    await page.goto(f"{house.gateway_url}/app/contacts")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    assert complaints.heard == []


async def test_what_changes_shows_itself_without_moving_a_row(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        connection = await connect(session, SALES)
        await synced(session, connection.id)
        records = {str(record.id): record for record in await settled(session, house, SALES)}
        page, complaints = await open_page(browser, house)
        await sign_in(page, email)
        # A list that was opened before its stream is asked for once more when the stream is there: come to it again.
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await page.get_by_role("link", name="Connections").click()
        await page.get_by_role("link", name="Contacts").click()
        links = page.get_by_role("table", name="Contacts").locator("tbody").get_by_role("link")
        await expect(links.nth(20)).to_be_visible()
        order = await links.evaluate_all("links => links.map((link) => link.getAttribute('href'))")
        twentieth = records[order[20].rpartition("/")[2]]

        edit = {"id": twentieth.sources[0].provider_id, "properties": {"company": "Analytical Engines"}}
        act(house, SALES, "edit", edit)

        async def shows_the_change() -> bool:
            await session.sync(connection.id)
            return await page.get_by_text("Analytical Engines").count() > 0

        await until(shows_the_change, what="the row to change in place")
        now = await links.evaluate_all("links => links.map((link) => link.getAttribute('href'))")
        assert now[: len(order)] == order
        assert await page.get_by_text("(gone)").count() == 0

        await page.get_by_label("Search contacts").fill("nobody is called this")
        await expect(page.get_by_text("Nobody matches")).to_be_visible()
        await page.get_by_role("link", name="Show everybody").click()
        await expect(links.nth(20)).to_be_visible()
    assert complaints.heard == []


async def test_a_person_types_a_search_and_goes_back_and_forth_with_it(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        connection = await connect(session, SALES)
        await synced(session, connection.id)
        records = await settled(session, house, SALES)
    page, complaints = await open_page(browser, house)
    await sign_in(page, email)
    name = next(
        one.last_name for one in records if one.last_name and one.last_name.isascii() and one.last_name.isalpha()
    )
    box = page.get_by_label("Search contacts")
    rows = page.get_by_role("table", name="Contacts").locator("tbody").get_by_role("row")
    await expect(rows.nth(20)).to_be_attached()

    await page.keyboard.press("/")
    for letter in name:
        await page.keyboard.type(letter)
        await page.wait_for_timeout(PAUSE_IN_TYPING)

    await expect(box).to_have_value(name)
    await expect(box).to_be_focused()
    await page.wait_for_url(f"**/contacts?q={name}")
    await expect(rows.nth(20)).to_have_count(0)
    await expect(rows.first).to_contain_text(name)
    await page.get_by_role("button", name="Clear the search").click()
    await page.wait_for_url("**/contacts")
    await box.press_sequentially("nobody is called this")
    await expect(page.get_by_text("Nobody matches")).to_be_visible()
    await page.get_by_role("link", name="Show everybody").click()
    await expect(box).to_have_value("")
    await page.go_back()
    await expect(box).to_have_value("nobody is called this")
    assert complaints.heard == []


@pytest.mark.embedded
async def test_the_list_stands_while_the_stream_goes_and_comes(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        connection = await connect(session, SALES)
        await synced(session, connection.id)
        await settled(session, house, SALES)
    page, complaints = await open_page(browser, house)
    await page.goto(f"{house.gateway_url}/app/connections")
    await sign_in(page, email)
    light = page.get_by_role("status")
    await expect(light.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Contacts").click()
    rows = page.get_by_role("table", name="Contacts").locator("tr[data-index]")
    await expect(rows.nth(20)).to_be_attached()
    await scroll_to_row(page, 120)
    row = page.locator("tr[data-index='120']")
    name = await name_in(row)

    house.kill("gateway")

    await expect(light.get_by_text("Live", exact=True)).not_to_be_visible()
    await expect(light.get_by_text("Live", exact=True)).to_be_visible(timeout=60_000)
    await expect(page.get_by_role("button", name="Show what is new")).to_be_visible()
    await page.wait_for_timeout(SOON)
    await expect(row.get_by_role("link")).to_contain_text(name)
    await page.get_by_role("button", name="Show what is new").click()
    await expect(page.get_by_role("button", name="Show what is new")).not_to_be_visible()
    await expect(page.locator("tr[data-index='0']")).to_be_visible()
    assert complaints.heard == []


async def test_an_account_is_connected_by_a_token_typed_by_hand(browser: Browser, house: House) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
    page, complaints = await open_page(browser, house)
    await page.goto(f"{house.gateway_url}/app/connections")
    await sign_in(page, email)

    await page.get_by_role("button", name="Connect Zendesk").click()
    await page.get_by_role("button", name="Connect by API token instead").click()
    await page.get_by_label("Subdomain").press_sequentially("https://acme.zendesk.com/")
    await page.get_by_label("Email").press_sequentially("robin@acme-help.example")
    token = page.get_by_label("API token")
    await token.press_sequentially("a token")
    await token.press("Enter")
    assert await token.evaluate("input => [input.validity.patternMismatch, input.title]") == [
        True,
        "The token, from Zendesk's Admin Center.",
    ]
    await token.fill("")
    await token.press_sequentially("sandbox-zendesk-token")
    await token.press("Enter")
    await expect(page.get_by_text("Zendesk ends API tokens on")).to_be_visible()
    await page.get_by_role("button", name="Disconnect").click()
    await expect(page.get_by_role("dialog")).to_contain_text("only you can delete it")
    await page.keyboard.press("Escape")
    assert complaints.heard == []


async def test_an_account_that_withdrew_its_consent_is_connected_again_as_itself(
    browser: Browser, house: House
) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        await synced(session, (await connect(session, HELP)).id)
    page, complaints = await open_page(browser, house)
    await page.goto(f"{house.gateway_url}/app/connections")
    await sign_in(page, email)
    await expect(page.get_by_text("Up to date")).to_be_visible()

    act(house, HELP, "withdraw", {})
    await page.get_by_role("button", name="Sync now").click()
    await page.get_by_role("button", name="Reconnect").click()
    subdomain = page.get_by_label("Subdomain")
    await expect(subdomain).to_have_value("acme")
    await expect(subdomain).not_to_be_editable()
    await page.get_by_role("button", name="Continue to Zendesk").click()
    await allow(page, house)
    await expect(page.get_by_text("Up to date")).to_be_visible()
    await expect(page.get_by_role("button", name="Disconnect")).to_have_count(1)
    assert complaints.heard == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_seen_and_heard(
    browser: Browser, house: House, scheme: Literal["light", "dark"]
) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(email, PASSWORD)
        connection = await connect(session, SALES)
        await synced(session, connection.id)
        records = await settled(session, house, SALES)
    page, _ = await open_page(browser, house)
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.get_by_role("button", name="Sign in").wait_for()
    assert await violations(page) == []
    await sign_in(page, email)

    await page.get_by_role("table", name="Contacts").get_by_role("link").nth(20).wait_for()
    assert await violations(page) == []
    await page.goto(f"{house.gateway_url}/app/contacts/{records[0].id}")
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("First seen", exact=True)).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("link", name="Connections").click()
    await expect(page.get_by_text("Up to date")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Connect Zendesk").click()
    await page.get_by_role("button", name="Connect by API token instead").click()
    assert await violations(page) == []

    for size in (WIDE, PHONE):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        for place, heading in PLACES.items():
            await page.goto(f"{house.gateway_url}/app{place}")
            await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
            await expect(page.get_by_text("Loading", exact=True)).to_have_count(0)
            assert await violations(page) == [], (place, size)


async def test_the_page_knows_the_interface_as_it_is_served(house: House, gateway: Gateway) -> None:
    _, served = await gateway.call("GET", "/openapi.json")

    known = Path(web.folder() or "") / "openapi.json"
    assert msgspec.json.decode(served) == msgspec.json.decode(known.read_bytes())
