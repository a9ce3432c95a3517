"""What the tests of sync-worker share."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from servicekit.testing import FreshDatabase

sys.path.insert(0, str(Path(__file__).parent))

from shop_world import Neighbours, World


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    """A workspace with one connection, its first sync queued."""
    neighbours = Neighbours()
    async with neighbours.server, ClientSession() as http:
        made = World(fresh, http, neighbours)
        await made.connect()
        yield made
