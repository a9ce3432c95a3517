"""Takes the pictures of `docs/img`: `make screenshots`, on a house of its own with all the sandbox offers.

Each page in light, in dark and on a phone; what opens over a page once. `python -m e2e.pictures chat settings` takes
only those whose names begin so.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from lead.client import Gateway
from lead.settings import find_checkout
from playwright.async_api import Browser, Error, Page

from e2e.browsing import is_built
from e2e.chromium import WAIT_MILLISECONDS, chromium
from e2e.house import House, embedded
from e2e.journey import PASSWORD, until
from e2e.scenes import SCENES, Scene, Stage
from e2e.scenes_set import begin, prepared

WIDE = {"width": 1280, "height": 800}
SMALL = {"width": 390, "height": 800}
SETTLED_SECONDS = 1.2
"""So long until what moved stands still."""

PICTURES = find_checkout() / "docs" / "img"


class Look(msgspec.Struct, frozen=True):
    """How the page is looked at."""

    name: str
    scheme: str
    size: dict[str, int]


LOOKS = (Look("light", "light", WIDE), Look("dark", "dark", WIDE), Look("phone", "light", SMALL))


async def take(house: House, scenes: Sequence[Scene]) -> None:
    """Take the pictures of these scenes."""
    async with Gateway(house.gateway_url) as session, chromium() as running:
        stage = await begin(house, session)
        await until(lambda: is_built(house), what="the page to be built", seconds=180)
        missing = []
        for scene in scenes:
            await prepared(stage, scene.name)
            for look in LOOKS:
                if look.name in scene.looks:
                    try:
                        await shoot(running, stage, scene, look)
                    except (Error, AssertionError) as failed:  # the others are worth having all the same
                        missing.append(f"{scene.name}-{look.name}: {failed}")
    if missing:
        sys.exit("Not taken:\n" + "\n".join(missing))


async def shoot(running: Browser, stage: Stage, scene: Scene, look: Look) -> None:
    """Take one."""
    async with opened(running, stage, scene, look) as page:
        await scene.set(page)
        await page.evaluate("document.fonts.ready")
        await page.mouse.move(0, 0)
        await asyncio.sleep(SETTLED_SECONDS)
        path = PICTURES / f"{scene.name}-{look.name}.png"
        await page.screenshot(path=path)
        sys.stdout.write(f"{path.name}\n")
        sys.stdout.flush()


@asynccontextmanager
async def opened(running: Browser, stage: Stage, scene: Scene, look: Look) -> AsyncIterator[Page]:
    """Open the place of a scene, as the person it shows, if there is one."""
    context = await running.new_context(
        viewport=look.size,  # type: ignore[arg-type]
        color_scheme=look.scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = await context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    await page.goto(f"{stage.house.gateway_url}/app{scene.path.format(**stage.ids)}")
    email = stage.ids.get(scene.person)
    if email:
        await page.get_by_label("Email").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_text("Live", exact=True).wait_for(state="attached")
    try:
        yield page
    finally:
        await context.close()


def chosen(names: Sequence[str]) -> list[Scene]:
    """The scenes whose names begin with one of these, or all."""
    return [scene for scene in SCENES if not names or scene.name.startswith(tuple(names))]


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, embedded(Path(home)) as house:
        asyncio.run(take(house, chosen(sys.argv[1:])))
