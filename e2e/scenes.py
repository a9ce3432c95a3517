"""What the pictures show: each page and what opens over it, and how one comes there."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from lead.client import Gateway
from playwright.async_api import Page

from e2e.house import House

EVERY_LOOK = ("light", "dark", "phone")


class Stage(msgspec.Struct):
    """Where the pictures are taken; `ids` are the people and records that scenes name."""

    house: House
    session: Gateway
    ids: dict[str, str]
    connections: dict[str, Any]


class Scene(msgspec.Struct, frozen=True):
    """A picture: whose page, where, and what is to be there before it is taken."""

    name: str
    path: str
    set: Callable[[Page], Awaitable[None]]
    looks: tuple[str, ...] = EVERY_LOOK
    person: str = "ada"


async def signing_in(page: Page) -> None:
    await page.get_by_role("button", name="Sign in").wait_for()


async def registering(page: Page) -> None:
    await page.get_by_label("First name").fill("Ada")
    await page.get_by_label("Last name").fill("Lovelace")
    await page.get_by_label("Email").fill("ada@example.org")
    await page.get_by_label("Password").fill("qwertyqwerty")
    await page.get_by_role("button", name="Create account").click()
    await page.get_by_text("attacker would try").first.wait_for()


async def first_run(page: Page) -> None:
    await page.get_by_role("button", name="Try it with sample data").wait_for()


async def contacts(page: Page) -> None:
    await page.locator("tr[data-index]").nth(10).wait_for()


async def nobody_found(page: Page) -> None:
    await page.get_by_role("searchbox").fill("quagga")
    await page.get_by_text("Nobody", exact=False).first.wait_for()


async def contact_beside(page: Page) -> None:
    await contacts(page)
    await page.locator("a[data-row]").nth(3).click()
    await page.get_by_role("complementary").get_by_role("heading", level=2).first.wait_for()


async def narrowed(page: Page) -> None:
    """Companies of a name, or people of the help desk."""
    await contacts(page)
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


async def palette(page: Page) -> None:
    await contacts(page)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("mar")
    await page.get_by_role("option").nth(4).wait_for()


async def merging(page: Page) -> None:
    await contacts(page)
    boxes = page.get_by_role("checkbox", name=re.compile("^Select "))
    await boxes.nth(2).click()
    await boxes.nth(4).click(modifiers=["Shift"])
    await page.get_by_role("button", name="Merge").click()
    await page.get_by_role("region", name="What comes of it").wait_for()


async def contact(page: Page) -> None:
    await page.get_by_role("list", name="What happened").wait_for()


async def contact_history(page: Page) -> None:
    await page.get_by_role("tab", name="History").click()
    await page.get_by_text("First seen", exact=True).wait_for()


async def contact_why(page: Page) -> None:
    await page.get_by_role("tab", name="Why one?").click()
    await page.get_by_role("region", name="What holds them together").wait_for()


async def editing(page: Page) -> None:
    await page.get_by_role("button", name="Change job title").click()
    form = page.get_by_role("dialog", name="Change job title")
    await form.get_by_label("Job title", exact=True).fill("Countess of Engines")
    await form.get_by_role("radio").nth(1).check()


async def reviewing(page: Page) -> None:
    await page.get_by_role("toolbar", name="Your answer").wait_for()


async def connections(page: Page) -> None:
    await page.get_by_role("button", name="Disconnect").first.wait_for()


async def first_sync(page: Page) -> None:
    await page.get_by_text("left", exact=False).first.wait_for()


async def uploading(page: Page) -> None:
    rows = "Number;Name;E-Mail;Town\nK-1;Nora Newcomer;nora@example.net;Oslo\nK-2;Otto Other;otto@example.net;Graz\n"
    chosen = {"name": "customers.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    await page.get_by_label("Choose a file").set_input_files(chosen)  # type: ignore[arg-type]
    await page.get_by_role("region", name="First people").wait_for()


async def written_back(page: Page) -> None:
    await page.get_by_text("Done", exact=True).first.wait_for()


async def chat(page: Page) -> None:
    await page.get_by_role("button", name="Ask").click()
    panel = page.get_by_role("complementary", name="Assistant")
    await panel.get_by_label("Ask about your contacts").fill("What do we know of this person? Correct the title.")
    await page.keyboard.press("Enter")
    await panel.get_by_role("button", name="Approve").wait_for()


async def proposals(page: Page) -> None:
    await page.get_by_role("heading", name="Proposals", level=1).wait_for()
    await page.get_by_role("button", name="Approve").first.wait_for()


async def activity(page: Page) -> None:
    await page.get_by_role("button", name="Undo").nth(1).wait_for()


async def usage(page: Page) -> None:
    await page.get_by_role("progressbar").nth(3).wait_for()


async def settings(page: Page) -> None:
    await page.get_by_role("button", name="Save the rules").wait_for()


async def preview(page: Page) -> None:
    panel = page.get_by_role("region", name="Preview")
    await panel.get_by_text("With the new rules").wait_for(timeout=120_000)
    await panel.get_by_role("button", name="would show another value").click()
    await panel.get_by_role("list", name="Which these are").get_by_role("link").first.wait_for()
    await page.get_by_role("heading", name="Matching").evaluate("heading => heading.scrollIntoView()")


async def token(page: Page) -> None:
    await page.get_by_role("button", name="New token").click()
    await page.get_by_label("Name", exact=True).fill("Nightly report")


async def offline(page: Page) -> None:
    await contacts(page)
    await page.context.set_offline(True)
    await page.get_by_text("You are offline").wait_for()


SCENES = (
    Scene("sign-in", "/sign-in", signing_in, person=""),
    Scene("register", "/register", registering, ("light", "phone"), person=""),
    Scene("first-run", "/contacts", first_run, person="newcomer"),
    Scene("contacts", "/contacts", contacts),
    Scene("contacts-none", "/contacts", nobody_found, ("light",)),
    Scene("contacts-open", "/contacts", contact_beside, ("light", "dark")),
    Scene("contacts-filters", "/contacts", narrowed, ("light", "phone")),
    Scene("contacts-merge", "/contacts", merging, ("light",)),
    Scene("contacts-offline", "/contacts", offline, ("light",)),
    Scene("palette", "/contacts", palette, ("light", "phone")),
    Scene("contact", "/contacts/{joined}", contact),
    Scene("contact-history", "/contacts/{joined}", contact_history, ("light", "dark")),
    Scene("contact-why", "/contacts/{joined}", contact_why, ("light", "phone")),
    Scene("contact-edit", "/contacts/{joined}", editing, ("light", "phone")),
    Scene("review", "/review", reviewing),
    Scene("activity", "/activity", activity),
    Scene("chat", "/contacts/{joined}", chat),
    Scene("proposals", "/proposals", proposals),
    Scene("usage", "/usage", usage),
    Scene("settings", "/settings", settings),
    Scene("settings-token", "/settings", token, ("light",)),
    Scene("settings-preview", "/settings", preview),
    Scene("written-back", "/connections/written-back", written_back),
    Scene("connections-upload", "/connections", uploading, ("light", "phone")),
    Scene("connections", "/connections", connections),
    Scene("connections-first", "/connections?connected={slow}", first_sync, ("light", "dark")),
)
"""In the order in which they are taken: each leaves the stage so that the next ones are as they should."""
