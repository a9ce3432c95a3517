"""A whole house for journeys: started as a person would start it, with the sandbox in the providers' place."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from lead.client import Gateway

from e2e.house import House, embedded


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything running, on ports of its own, ended and left without a trace afterwards."""
    with embedded(Path(tmp_path_factory.mktemp("house"))) as running:
        yield running


@pytest.fixture
async def gateway(house: House) -> AsyncIterator[Gateway]:
    """A newly registered person's session."""
    async with Gateway(house.gateway_url) as session:
        await session.sign_in(f"{uuid4().hex[:12]}@example.com", "correct horse battery staple")
        yield session
