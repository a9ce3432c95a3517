"""A whole house for journeys, with the sandbox in the providers' place: `E2E_TARGET` says which."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from lead.client import Gateway
from playwright.async_api import Browser

from e2e.chromium import chromium
from e2e.house import House
from e2e.journey import connect, join, settled, synced
from e2e.target import EMBEDDED, open_house, target_of

LOGS = pytest.StashKey[Path]()
"""Where the house left its logs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what reaches into a house where the house is not ours to reach into."""
    target = target_of(os.environ)
    for item in items:
        if target != EMBEDDED and item.get_closest_marker("embedded"):
            item.add_marker(pytest.mark.skip(reason=f"needs the embedded house, and E2E_TARGET is {target}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Tell where to look when something failed."""
    logs = config.stash.get(LOGS, None)
    if exitstatus and logs and any(logs.iterdir()):
        terminalreporter.write_line(f"The logs of the house are in {logs}")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[House]:
    """Everything running, on ports of its own, ended and left without a trace afterwards."""
    home = tmp_path_factory.mktemp("house")
    request.config.stash[LOGS] = home
    with open_house(os.environ, home) as running:
        yield running


@pytest.fixture
async def gateway(house: House) -> AsyncIterator[Gateway]:
    """A newly registered person's session."""
    async with Gateway(house.gateway_url) as session:
        await join(session)
        yield session


@pytest.fixture
async def session(house: House, gateway: Gateway, request: pytest.FixtureRequest) -> Gateway:
    """The session of a person of the module's accounts, all of whose contacts are there."""
    for account in request.module.ACCOUNTS:
        await synced(gateway, (await connect(gateway, account)).id)
    await settled(gateway, house, *request.module.ACCOUNTS)
    return gateway


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real browser, that was never here."""
    async with chromium() as running:
        yield running
