"""The PostgreSQL every bench measures on: durable, with room, and nobody else's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lead.postgres import temporary_postgres
from servicekit.migrations import migrate
from servicekit.serve import rest_collector
from servicekit.testing import ROLE_PREFIX, TEST_SECRET, FreshDatabase

OPTIONS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}


@contextmanager
def bench_server(services: Sequence[str] = ()) -> Iterator[FreshDatabase]:
    """Run a server with the bus and these services' schemas for the length of a bench.

    fsync and synchronous_commit are on. What is measured in this process has its garbage collected as in a service.
    """
    rest_collector()
    with temporary_postgres(OPTIONS) as postgres:
        migrate(postgres.url, role_prefix=ROLE_PREFIX, lead_secret=TEST_SECRET, services=services)
        yield FreshDatabase(postgres.url)
