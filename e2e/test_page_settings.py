"""What a person sets: the rules, tried out before they hold, their sessions, and tokens for programs of theirs."""

import msgspec
import pytest
from aiohttp import ClientSession
from contracts.rules import RulesView
from lead.client import Gateway
from playwright.async_api import Browser, Page, expect

from e2e.browsing import come_in, violations
from e2e.chromium import Complaints
from e2e.house import House
from e2e.journey import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

ACCOUNTS = ("hubspot:111111", "zendesk:acme")
TRIED_MILLISECONDS = 120_000
"""How long trying rules out on every record may take on a busy machine."""


async def enter(browser: Browser, house: House, session: Gateway) -> tuple[Page, Complaints]:
    """Come to the settings as this person."""
    page, complaints = await come_in(browser, house, session)
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    await expect(page.get_by_role("button", name="Save the rules")).to_be_visible()
    return page, complaints


async def rules_of(session: Gateway) -> RulesView:
    status, body = await session.call("GET", "/rules")
    assert status == 200
    return msgspec.json.decode(body, type=RulesView)


async def holds(session: Gateway, join: int) -> bool:
    """Whether records are joined from so many tenths of a bit, and all of them are settled by that."""
    rules = await rules_of(session)
    return rules.join == join and rules.reweighing is None


async def test_a_person_sets_the_rules_and_ends_a_session(browser: Browser, house: House, session: Gateway) -> None:
    for _ in range(2):
        await come_in(browser, house, session)
    page, complaints = await enter(browser, house, session)
    await expect(page.get_by_text("This one", exact=True)).to_be_visible()
    assert await violations(page) == []

    await page.get_by_label("Country of phones").fill("de")
    await page.get_by_role("button", name="Save the rules").click()
    await expect(page.get_by_role("region", name="What was done")).to_contain_text("The rules are changed")
    await expect(page.get_by_label("Country of phones")).to_have_value("DE")

    ends = page.get_by_role("button", name="End the session")
    before = await ends.count()
    assert before > 0
    await ends.first.click()
    await expect(ends).to_have_count(before - 1)
    await page.get_by_role("button", name="End all").click()
    await expect(ends).to_have_count(0)
    await expect(page.get_by_text("This one", exact=True)).to_be_visible()
    assert complaints.heard == []


async def test_a_person_tries_rules_out_has_them_hold_and_has_earlier_ones_back(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session)
    preview = page.get_by_role("region", name="Preview")
    began = await rules_of(session)

    await page.get_by_label("Join from").fill("90")
    await page.get_by_label("Company", exact=True).select_option(label="Longest")
    await page.get_by_role("button", name="Preview", exact=True).click()
    await expect(preview).to_be_focused()
    await expect(preview.get_by_role("heading")).to_be_in_viewport()
    await expect(preview.get_by_role("button", name="Apply")).to_be_enabled(timeout=TRIED_MILLISECONDS)
    assert (await rules_of(session)).version == began.version
    await preview.get_by_role("button", name="would show another value").click()
    await expect(preview.get_by_role("list", name="Which these are").get_by_role("link").first).to_be_visible()
    assert await violations(page) == []
    await preview.get_by_role("button", name="Apply").click()
    await expect(preview).to_have_count(0)
    await until(lambda: holds(session, 900), what="the new rules")
    held = page.get_by_role("region", name="Rules that held").get_by_role("listitem")
    await expect(held.first).to_contain_text("join from 90")
    await expect(held.first).to_contain_text("Holds")

    await held.filter(has_text="The defaults").get_by_role("button", name="Restore").click()
    await expect(held.first).to_contain_text("the defaults again")
    await expect(held.nth(1).get_by_role("button", name="Restore")).to_be_visible()
    await expect(page.get_by_label("Join from")).to_have_value(str(began.join / 10).removesuffix(".0"))
    await until(lambda: holds(session, began.join), what="the earlier rules")
    assert complaints.heard == []


async def test_a_person_sees_what_learning_leads_to_and_drops_it(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session)
    preview = page.get_by_role("region", name="Preview")

    await page.get_by_role("button", name="Learn from the records").click()
    await expect(preview.get_by_role("button", name="Apply")).to_be_enabled(timeout=TRIED_MILLISECONDS)
    await preview.get_by_role("button", name="Drop").click()
    await expect(preview).to_have_count(0)
    assert not (await rules_of(session)).learned
    assert complaints.heard == []


async def test_a_person_makes_a_token_that_works_until_it_is_revoked(
    browser: Browser, house: House, session: Gateway
) -> None:
    page, complaints = await enter(browser, house, session)

    await page.get_by_role("button", name="New token").click()
    await page.get_by_label("Name", exact=True).fill("Nightly report")
    await page.get_by_label("Ends after").select_option(label="30 days")
    assert await violations(page) == []
    await page.get_by_role("button", name="Make the token").click()
    token = await page.get_by_label("The token", exact=True).input_value()
    assert await exchanged(house, token) == 200
    await page.get_by_role("button", name="Done").click()

    listed = page.get_by_role("list", name="Access tokens").get_by_role("listitem")
    await expect(listed).to_contain_text("Nightly report")
    assert token not in await page.content()
    await listed.get_by_role("button", name="Revoke").click()
    asked = page.get_by_role("dialog", name="Revoke the token")
    await asked.get_by_role("button", name="Cancel").click()
    assert await exchanged(house, token) == 200
    await listed.get_by_role("button", name="Revoke").click()
    await asked.get_by_role("button", name="Revoke").click()
    await expect(listed).to_have_count(0)
    assert await exchanged(house, token) == 401
    assert complaints.heard == []


async def exchanged(house: House, token: str) -> int:
    """Ask for a short token in exchange, as programs do; tell what the answer was."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        ClientSession(headers=headers) as http,
        http.post(f"{house.gateway_url}/auth/tokens/exchange") as answer,
    ):
        return answer.status
