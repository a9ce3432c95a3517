"""The agent's database."""

import pytest
from servicekit.database import Database
from servicekit.testing import FreshDatabase


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    """The database as the agent sees it."""
    return fresh.database("agent")
