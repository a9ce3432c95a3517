"""Measures the page: `python -m e2e.frames --contacts 100000`, on a house of its own.

Prints how long the gateway takes to answer what the list asks, what the first load weighs and when its table is there,
how long frames take while the list is scrolled to its end and while words are typed, and how long a search takes from
the last letter to the rows.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from lead.client import Gateway
from playwright.async_api import Page

from e2e.answers import measure_answers
from e2e.browsing import is_built, sign_in
from e2e.chromium import chromium
from e2e.house import House, embedded
from e2e.journey import PASSWORD, connect, lag_of, synced, until

EMAIL = "ada@example.com"
ACCOUNT = "hubspot:444444"
SECONDS_FOR_A_CONTACT = 0.02
WIDE = {"width": 1440, "height": 860}
WORDS = ("mar", "anders", "stone", "ricci", "noble de")
GRACE_SECONDS = 300
MOST_SECONDS_BESIDE = 900
"""After so long what follows from a first sync (records weighed, names indexed) is not waited for any more."""
REST_SECONDS = 120
"""Then the server still vacuums what was written; after so long it is done."""

SCROLL = """async ([seconds, step]) => {
  const list = document.querySelector("[aria-label=Contacts]").parentElement;
  const frames = [];
  let before = performance.now();
  const end = before + seconds * 1000;
  while (performance.now() < end) {
    list.scrollTop += step;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - before);
    before = now;
  }
  const rows = [...document.querySelectorAll("tr[data-index]")];
  return [frames, Number(rows.at(-1).dataset.index)];
}"""
"""Scroll by a step a frame; tell how long each frame took, and how far that led."""

TYPE = """async (words) => {
  const input = document.querySelector("input[type=search]");
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const type = (text) => {
    set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const frames = [];
  let before = performance.now();
  const rest = async (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - before);
      before = now;
    }
  };
  for (let length = 1; length <= words.length; length++) {
    type(words.slice(0, length));
    await rest(90);
  }
  await rest(800);
  type("");
  await rest(800);
  return frames;
}"""
"""Type words as somebody does who types fast, and take them away again; tell how long each frame took."""

FIND = """async (words) => {
  const input = document.querySelector("input[type=search]");
  const rows = () => document.querySelector("[aria-label=Contacts] tbody")?.innerText;
  const isLooking = () => document.querySelector("progress[aria-label='Looking for contacts']") !== null;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = rows();
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  set.call(input, words);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  const began = performance.now();
  const isOld = () => rows() === before || isLooking();
  while (isOld() && performance.now() - began < 10000) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
"""Type words, and tell how long it takes until other rows are there."""


class Weight(msgspec.Struct):
    """What came over the line for a page."""

    requests: int
    bytes: int
    table_ms: float


async def weigh(page: Page, url: str) -> Weight:
    """Load the list as a browser does that was never here, but whose person is signed in."""
    client = await page.context.new_cdp_session(page)
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    client.on("Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"])))
    await page.goto(url)
    await page.locator("tr[data-index]").first.wait_for()
    table_ms = await page.evaluate("performance.now()")
    await page.wait_for_timeout(1_000)
    await client.detach()
    return Weight(len(sizes), sum(sizes), table_ms)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def at(values: Sequence[float], share: float) -> float:
    """The value that this share of all is below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measure(page: Page, url: str) -> None:
    """Measure, and print."""
    weight = await weigh(page, url)
    kilobytes = weight.bytes / 1000
    say(f"first load     {kilobytes:8.0f} kB in {weight.requests} requests, table after {weight.table_ms:.0f} ms")
    for step in (40, 400, 4000):
        frames, reached = await page.evaluate(SCROLL, [6, step])
        say(
            f"{step:5} px/frame {at(frames, 0.5):8.1f} ms p50, {at(frames, 0.95):.1f} p95, {at(frames, 0.99):.1f} p99,"
            f" {max(frames):.0f} at most; row {reached}"
        )
    typed = [frame for words in WORDS for frame in await page.evaluate(TYPE, words)]
    say(
        f"typing         {at(typed, 0.5):8.1f} ms p50, {at(typed, 0.95):.1f} p95, {at(typed, 0.99):.1f} p99,"
        f" {max(typed):.0f} at most"
    )
    took = [await page.evaluate(FIND, words) for words in WORDS]
    say(f"search         {at(took, 0.5):8.0f} ms p50, {max(took):.0f} at most, with the 200 that typing rests")


async def left_to_do(session: Gateway, seconds: float) -> int | None:
    """Wait a while for identity to do what follows beside the path; tell how many events still wait then, if it can."""

    async def is_quiet() -> bool:
        return await lag_of(session, "identity") == 0

    with suppress(AssertionError):
        await until(is_quiet, what="what follows to be done", seconds=seconds)
    return await lag_of(session, "identity")


async def run(house: House, contacts: int) -> None:
    """Have that many contacts, and look at them."""
    provider, _, account_id = ACCOUNT.partition(":")
    account = {"provider": provider, "account_id": account_id, "name": "Acme Archive", "contacts": contacts}
    house.control("accounts", account)
    async with Gateway(house.gateway_url) as session, chromium() as running:
        await session.sign_in(EMAIL, PASSWORD)
        began = time.monotonic()
        patience = GRACE_SECONDS + contacts * SECONDS_FOR_A_CONTACT
        connection = await connect(session, ACCOUNT)
        await synced(session, connection.id, seconds=patience)
        say(f"contacts       {await session.count_contacts():8} after {time.monotonic() - began:.0f} s")
        left = await left_to_do(session, MOST_SECONDS_BESIDE)
        await asyncio.sleep(REST_SECONDS)
        say(f"measured after {time.monotonic() - began:8.0f} s, {left} events left; load {os.getloadavg()[0]:.1f}")
        for name, took in (await measure_answers(session)).items():
            say(f"{name:24}{at(took, 0.5):8.1f} ms p50, {at(took, 0.99):.1f} p99, of {len(took)}")
        page = await (await running.new_context(viewport=WIDE)).new_page()  # type: ignore[arg-type]
        await until(lambda: is_built(house), what="the page to be built", seconds=180)
        await page.goto(f"{house.gateway_url}/app/contacts")
        await sign_in(page, EMAIL)
        await page.locator("tr[data-index]").first.wait_for()
        await measure(page, f"{house.gateway_url}/app/contacts?sort=name")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    arguments = parser.parse_args()
    # Without a provider's limits: how long the contacts take to come is not what is measured.
    with tempfile.TemporaryDirectory() as home, embedded(Path(home), {"SANDBOX_RATE_LIMITS": "off"}) as house:
        asyncio.run(run(house, arguments.contacts))
