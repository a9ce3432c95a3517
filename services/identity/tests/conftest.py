import pytest
from servicekit.database import Database
from servicekit.testing import FreshDatabase


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    """The database as identity sees it."""
    return fresh.database("identity")


@pytest.fixture
def sync_worker(fresh: FreshDatabase) -> Database:
    """The database as those see it who publish source records."""
    return fresh.database("sync-worker")
