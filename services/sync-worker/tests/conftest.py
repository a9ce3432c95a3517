"""What the tests of sync-worker share."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from servicekit.testing import FreshDatabase

sys.path.insert(0, str(Path(__file__).parent))

from shop_world import World


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    """A workspace with one connection, its first sync queued."""
    async with ClientSession() as http:
        made = World(fresh.database("sync-worker"), http)
        await made.connect()
        yield made
