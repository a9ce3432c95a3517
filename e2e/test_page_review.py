"""What a person does with the questions that wait for them, and with what happened."""

import msgspec
import pytest
from contracts.suggestions import SuggestionCount
from lead.client import Gateway
from playwright.async_api import Browser, Page, expect

from e2e.browsing import come_in, violations
from e2e.chromium import Complaints
from e2e.house import House
from e2e.journey import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
PHONE = {"width": 390, "height": 800}


async def enter(browser: Browser, house: House, session: Gateway, place: str) -> tuple[Page, Complaints]:
    """Come to a place of the page as this person."""
    page, complaints = await come_in(browser, house, session)
    await page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
    await expect(page.get_by_role("heading", name=place, level=1)).to_be_visible()
    return page, complaints


async def count_of(session: Gateway) -> int:
    """Ask the interface how many questions wait."""
    status, body = await session.call("GET", "/suggestions/count")
    assert status == 200
    return msgspec.json.decode(body, type=SuggestionCount).count


async def press(page: Page, key: str) -> None:
    """Answer by a key, once the answer before has come through: until then keys are for a question not yet seen."""
    await expect(page.get_by_role("button", name="Later")).to_have_attribute("aria-disabled", "false")
    await page.keyboard.press(key)


async def test_a_person_answers_questions_by_keys_and_takes_an_answer_back(
    browser: Browser, house: House, session: Gateway
) -> None:
    waiting = await count_of(session)
    assert waiting > 2
    page, complaints = await enter(browser, house, session, "Review")
    left = page.get_by_role("status").filter(has_text="left")
    await expect(left).to_have_text(f"{waiting} left")
    await expect(page.get_by_role("toolbar", name="Your answer")).to_be_visible()
    assert await violations(page) == []

    await press(page, "d")
    await expect(left).to_have_text(f"{waiting - 1} left · 1 answered")
    assert await count_of(session) == waiting - 1
    await press(page, "u")
    await expect(left).to_have_text(f"{waiting} left")
    assert await count_of(session) == waiting

    await press(page, "l")
    await expect(left).to_have_text(f"{waiting - 1} left · 1 answered")
    await press(page, "s")
    await expect(left).to_contain_text("2 answered")
    different = page.get_by_role("button", name="Different", exact=False).first
    await different.focus()
    await press(page, "Enter")
    await expect(left).to_contain_text("3 answered")
    await expect(different).to_be_focused()

    await page.get_by_role("button", name="Show what was put off").click()
    put_off = page.get_by_role("list", name="Questions put off").get_by_role("listitem")
    await expect(put_off).to_have_count(1)
    await put_off.get_by_role("button", name="Ask now").click()
    await expect(page.get_by_text("Nothing was put off")).to_be_visible()
    await expect(page.get_by_role("region", name="The question")).not_to_contain_text(" bits")

    decided: list[str] = []
    page.on("request", lambda request: decided.append(request.url) if "/decision" in request.url else None)
    await press(page, "g")
    await page.keyboard.press("s")
    await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    assert decided == []

    await page.get_by_role("link", name="Activity").click()
    await expect(page.get_by_role("heading", name="Activity", level=1)).to_be_visible()
    await expect(page.get_by_text("By you").first).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="records joined").first.click()
    await expect(page.get_by_role("region", name="What comes of it")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Undo", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await count_of(session) == waiting - 1
    assert complaints.heard == []


async def test_the_pair_that_one_comes_for_is_asked_about_and_stays(
    browser: Browser, house: House, session: Gateway
) -> None:
    status, body = await session.call("GET", "/suggestions?limit=200")
    assert status == 200
    first, *_, last = msgspec.json.decode(body)["items"]
    wanted = last["sides"][0]["contact"]["id"]
    page, complaints = await come_in(browser, house, session)
    question = page.get_by_role("region", name="The question")

    await page.goto(f"{house.gateway_url}/app/contacts/{wanted}")
    await page.get_by_role("main").get_by_role("link", name="Review").click()
    await expect(question.locator(f"a[href$='/contacts/{wanted}']")).to_be_visible()

    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    result = await question.get_by_role("row").nth(1).get_by_role("cell").last.bounding_box()
    assert result is not None
    assert result["x"] + result["width"] <= PHONE["width"]

    # A colleague answers something else, and the list is looked at again as somebody comes back to the page.
    said = {"decision": "different", "version": first["version"], "dry_run": False}
    status, _ = await session.call("POST", f"/suggestions/{first['id']}/decision", said)
    assert status == 200
    looked: list[str] = []
    page.on("response", lambda answer: looked.append(answer.url) if "/suggestions?" in answer.url else None)

    async def is_looked_at_again() -> bool:
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
        return looked != []

    await until(is_looked_at_again, what="the list to be asked for again")
    await expect(question.locator(f"a[href$='/contacts/{wanted}']")).to_be_visible()
    assert complaints.heard == []
