"""The PostgreSQL every bench measures on: durable, with room, and nobody else's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from lead.postgres import temporary_postgres
from servicekit.migrations import migrate
from servicekit.serve import rest_collector
from servicekit.testing import ROLE_PREFIX, TEST_SECRET, FreshDatabase

OPTIONS = {"shared_buffers": "1GB", "min_wal_size": "2GB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}

_PAGES = 131_072
"""As many as fit into the shared buffers."""
_WORK = (
    "CREATE TABLE worked (filler text STORAGE PLAIN)",
    f"INSERT INTO worked SELECT repeat('x', 7000) FROM generate_series(1, {_PAGES})",
    "DROP TABLE worked",
    "CHECKPOINT",
    "CHECKPOINT",
)


def work_in(url: str) -> None:
    """Let a server have worked before, so that its WAL files and its shared memory are there.

    The first to write on a new one fills every WAL file with zeros first; whoever is measured next finds them made.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in _WORK:
            conn.execute(statement)


@contextmanager
def bench_server(services: Sequence[str] = ()) -> Iterator[FreshDatabase]:
    """Run a server with the bus and these services' schemas for the length of a bench.

    fsync and synchronous_commit are on. What is measured in this process has its garbage collected as in a service.
    """
    rest_collector()
    with temporary_postgres(OPTIONS) as postgres:
        migrate(postgres.url, role_prefix=ROLE_PREFIX, lead_secret=TEST_SECRET, services=services)
        yield FreshDatabase(postgres.url)
