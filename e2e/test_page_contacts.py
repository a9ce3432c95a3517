"""What a person does with the list of contacts: narrow it, keep that, shape it, merge, undo, take it along."""

import csv
import re
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import msgspec
import pytest
from contracts.golden_records import ContactCount
from lead.client import Gateway
from playwright.async_api import Browser, Locator, Page, expect

from e2e.browsing import come_in, name_in, scroll_to_row, violations
from e2e.chromium import Complaints
from e2e.frames import weigh
from e2e.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

ACCOUNTS = ("hubspot:111111", "zendesk:acme")
MOST_BYTES = 250_000
PHONE = {"width": 390, "height": 760}


async def enter(browser: Browser, house: House, session: Gateway) -> tuple[Page, Complaints]:
    """Come to the list as this person, in a browser of their own."""
    page, complaints = await come_in(browser, house, session)
    await expect(rows_of(page).nth(20)).to_be_attached()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page, complaints


def rows_of(page: Page) -> Locator:
    return page.get_by_role("table", name="Contacts").locator("tr[data-index]")


async def count_of(session: Gateway, filter_: str = "") -> int:
    """Ask the interface how many there are."""
    status, body = await session.call(
        "GET", f"/contacts/count?filter={quote(filter_)}" if filter_ else "/contacts/count"
    )
    assert status == 200
    return msgspec.json.decode(body, type=ContactCount).count


async def test_a_person_narrows_the_list_and_keeps_that_as_a_view(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session)
    either = (
        '{"combinator": "and", "rules": [{"combinator": "or", "rules": ['
        '{"field": "company", "operator": "contains", "value": "stone"},'
        '{"field": "provider", "operator": "eq", "value": "zendesk"}]}]}'
    )

    await page.get_by_role("button", name="Add a filter").click()
    await page.get_by_label("Field to filter by").press_sequentially("comp")
    await page.keyboard.press("Enter")
    await page.get_by_label("Value").fill("stone")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="or …, beside Company contains stone").click()
    await page.get_by_label("Field to filter by").press_sequentially("source")
    await page.keyboard.press("Enter")
    await page.get_by_label("Value").select_option(label="Zendesk")
    await page.get_by_role("button", name="Apply").click()
    found = page.get_by_role("status").get_by_text(str(await count_of(session, either)), exact=True)
    await expect(found).to_be_visible()
    await page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    await page.wait_for_url("**&sort=name")

    await page.get_by_role("button", name="View: All contacts").click()
    await page.get_by_role("menuitem", name="Save as a new view").click()
    await page.get_by_label("Name", exact=True).fill("Stones and tickets")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("button", name="View: Stones and tickets")).to_be_visible()
    await page.reload()
    await expect(found).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")

    await page.get_by_role("button", name="Remove the filter: Source is Zendesk").click()
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("button", name="Save changes")).not_to_be_visible()
    await page.get_by_role("button", name="View: Stones and tickets").click()
    await page.get_by_role("menuitem", name="Rename").click()
    await page.get_by_label("Name", exact=True).fill("Stones")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("button", name="View: Stones").click()
    await page.get_by_role("menuitemradio", name="All contacts").click()
    await page.wait_for_url("**/contacts")
    await page.get_by_role("button", name="View: All contacts").click()
    await page.get_by_role("menuitemradio", name="Stones").click()
    await expect(page.get_by_role("button", name="Change the filter: Company contains stone")).to_be_visible()

    await page.get_by_role("button", name="View: Stones").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("button", name="View: All contacts").click()
    await expect(page.get_by_role("menuitemradio", name="Stones")).to_be_visible()
    assert complaints.heard == []


async def test_what_is_tried_in_a_view_is_dropped_and_the_way_back_leads_to_it(
    browser: Browser, house: House, session: Gateway
) -> None:
    view = {"name": "By name", "sort": "name", "columns": ["email", "company"]}
    status, _ = await session.call("POST", "/views", view)
    assert status == 201
    page, _ = await enter(browser, house, session)
    company = page.get_by_role("columnheader", name="Company")
    await page.get_by_role("button", name="View: All contacts").click()
    await page.get_by_role("menuitemradio", name="By name").click()
    await page.wait_for_url("**view=*")

    await page.get_by_role("button", name="Columns").click()
    await page.get_by_label("Company", exact=True).uncheck()
    await page.keyboard.press("Escape")
    await expect(company).to_have_count(0)
    await page.route("**/views/*", lambda route: route.abort())
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("region", name="What was done")).to_contain_text("The view is not saved.")
    await page.unroute("**/views/*")
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Discard")).to_have_count(0)
    await expect(company).to_be_visible()

    await rows_of(page).first.get_by_role("link").press("Enter")
    await page.get_by_role("link", name="Open as a page").click()
    await page.get_by_role("main").get_by_role("link", name="Contacts").click()
    await expect(page.get_by_role("button", name="View: By name")).to_be_visible()
    await expect(page).to_have_url(re.compile("sort=name"))


async def test_a_person_merges_contacts_sees_what_comes_of_it_and_takes_it_back(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session)
    before = await count_of(session)
    boxes = page.get_by_role("checkbox", name="Select ", exact=False)

    await boxes.nth(2).click()
    await boxes.nth(4).click(modifiers=["Shift"])
    await expect(page.get_by_text("3 selected")).to_be_visible()
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_role("region", name="What comes of it")).to_be_visible()
    assert await count_of(session) == before
    await page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    said = page.get_by_role("region", name="What was done")
    await expect(said.get_by_text("3 contacts are one now")).to_be_visible()
    assert await count_of(session) == before - 2
    await rows_of(page).nth(6).get_by_role("link").click()
    await expect(page.get_by_role("complementary")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("complementary")).to_have_count(0)

    await page.get_by_role("button", name="Undo").click()
    await expect(said.get_by_text("Undone", exact=True)).to_be_visible()
    assert await count_of(session) == before
    assert complaints.heard == []


async def test_a_person_walks_through_the_list_by_keys(browser: Browser, house: House, session: Gateway) -> None:
    page, complaints = await enter(browser, house, session)
    third, fourth = [await name_in(rows_of(page).nth(number)) for number in (2, 3)]

    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("complementary", name=third)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("complementary", name=fourth)).to_be_visible()
    await page.get_by_role("button", name="Previous contact").click()
    await expect(page.get_by_role("complementary", name=third)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("complementary")).to_have_count(0)
    await rows_of(page).nth(2).get_by_role("link").focus()
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await expect(page.get_by_text("3 selected")).to_be_visible()
    await page.get_by_role("button", name="Sort: ").click()
    await page.get_by_role("menu").wait_for()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(page.get_by_text("3 selected")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("3 selected")).not_to_be_visible()

    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").press_sequentially(fourth)
    await page.get_by_role("option", name=fourth).first.wait_for()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(fourth)
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connections")
    await page.keyboard.press("?")
    alone = page.get_by_role("dialog", name="Keys").get_by_label("Keys that are pressed alone")
    await alone.uncheck()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.keyboard.press("?")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").press_sequentially("show the keys")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connections")
    await page.keyboard.press("Enter")
    await alone.check()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    assert complaints.heard == []


async def test_the_table_is_as_a_person_left_it_and_can_be_taken_along(
    browser: Browser, house: House, session: Gateway, tmp_path: Path
) -> None:
    page, complaints = await enter(browser, house, session)
    heads = page.get_by_role("columnheader")

    await page.get_by_role("button", name="Columns").click()
    await page.get_by_label("Company", exact=True).uncheck()
    await page.get_by_role("button", name="Move Phone before").click()
    await page.keyboard.press("Escape")
    edge = page.get_by_role("separator", name="Width of Email")
    await edge.focus()
    width = int(await edge.get_attribute("aria-valuenow") or 0)
    await page.keyboard.press("ArrowRight")
    await page.reload()
    await expect(heads.filter(has_text="Company")).to_have_count(0)
    assert [(await heads.nth(at).inner_text()).strip() for at in range(6)] == [
        *("Name", "Email", "Sources", "Last in touch", "Phone", "Title"),
    ]
    await expect(page.get_by_role("separator", name="Width of Email")).to_have_attribute(
        "aria-valuenow", str(width + 16)
    )

    await heads.filter(has_text="Title").drag_to(heads.filter(has_text="Sources"))
    await expect(heads.nth(2)).to_contain_text("Title")

    async with page.expect_download() as told:
        await page.get_by_role("button", name="Export").click()
    await (await told.value).save_as(tmp_path / "all.csv")
    taken = list(csv.reader((tmp_path / "all.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert taken[0][:3] == ["first_name", "last_name", "email"]
    assert "company" not in taken[0]
    assert len(taken) == await count_of(session) + 1

    await page.get_by_role("checkbox", name=re.compile("^Select ")).nth(1).click()
    await page.get_by_role("checkbox", name=re.compile("^Select ")).nth(5).click(modifiers=["Shift"])
    async with page.expect_download() as told:
        await page.get_by_role("toolbar").get_by_role("button", name="Export").click()
    await (await told.value).save_as(tmp_path / "some.csv")
    assert len((tmp_path / "some.csv").read_text(encoding="utf-8-sig").splitlines()) == 5 + 1
    assert complaints.heard == []


async def test_only_the_rows_in_sight_are_there_however_far_one_scrolls(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session)
    last = await count_of(session) - 1

    await scroll_to_row(page, last)

    assert last > 300
    assert await rows_of(page).count() < 80
    await expect(page.locator(f"tr[data-index='{last}']")).to_have_attribute("aria-rowindex", str(last + 2))
    assert complaints.heard == []


async def test_the_first_load_is_light(browser: Browser, house: House, session: Gateway) -> None:
    page, _ = await enter(browser, house, session)

    weight = await weigh(page, f"{house.gateway_url}/app/contacts")

    assert weight.bytes <= MOST_BYTES


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_that_opens_over_the_list_can_be_seen_and_heard(
    browser: Browser, house: House, session: Gateway, scheme: Literal["light", "dark"]
) -> None:
    page, _ = await enter(browser, house, session)
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    await rows_of(page).nth(1).get_by_role("link").click()
    await expect(page.get_by_role("complementary").get_by_role("heading", level=2).first).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("checkbox", name=re.compile("^Select ")).nth(1).click()
    await page.get_by_role("checkbox", name=re.compile("^Select ")).nth(2).click()
    assert await violations(page) == []
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_role("region", name="What comes of it")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    for button in ("Add a filter", "Columns", "Sort: ", "View: "):
        await page.get_by_role("button", name=button).click()
        assert await violations(page) == [], button
        await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.get_by_role("option").first.wait_for()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await page.get_by_role("dialog", name="Keys").wait_for()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await expect(rows_of(page).first.get_by_text("@")).to_be_visible()
    assert await violations(page) == []
