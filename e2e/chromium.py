"""A real browser: the Chromium of this machine, driven by Playwright, which fetches none of its own."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Root has no sandbox of its own, and nothing here is to call anybody but the house.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
WAIT_MILLISECONDS = 30_000


def find_chromium() -> str:
    """Find the browser, `CHROMIUM` or a known name; skip the test where there is none."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: install one (Debian: apt install chromium), or name it in CHROMIUM")
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the browser for the length of a `with`."""
    path = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


class Complaints:
    """What a page complained of: scripts that failed, and what its policy forbade."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))

    def _hear(self, kind: str, text: str) -> None:
        # The browser itself notes every answer that is no success; nobody is signed in at first, for one.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.heard.append(text)
