"""The database of the house: our own server, or the one that DATABASE_URL names."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from servicekit.migrations import ServerTooOld, migrate
from sqlalchemy import URL, make_url
from sqlalchemy.exc import OperationalError

from lead.complaint import Complaint
from lead.only_one import only_one
from lead.postgres import EmbeddedPostgres
from lead.settings import Settings


class Database:
    """Where the data are; `embedded` is the server if it is ours to run."""

    def __init__(self, settings: Settings, admin_url: str, embedded: EmbeddedPostgres | None) -> None:
        self._settings = settings
        self._embedded = embedded
        self.admin_url = admin_url

    @property
    def service_url(self) -> str:
        """The address without credentials: each service has its own."""
        url = make_url(self.admin_url)
        bare = URL.create("postgresql", host=url.host, port=url.port, database=url.database, query=url.query)
        return bare.render_as_string()

    def migrate(self) -> dict[str, str]:
        """Bring every schema to its newest revision, and tell which that is; raises Complaint."""
        settings = self._settings
        try:
            return migrate(self.admin_url, role_prefix=settings.role_prefix, lead_secret=settings.lead_secret)
        except ServerTooOld as problem:
            raise Complaint(f"{problem} (it is the one of DATABASE_URL).") from problem
        except OperationalError as problem:
            raise Complaint(f"The server of DATABASE_URL does not answer: {problem.orig}") from problem

    def revive(self) -> None:
        """Start our own server again if it died."""
        if self._embedded is not None and not self._embedded.is_alive():
            self._embedded.start()


@contextmanager
def open_database(settings: Settings, say: Callable[[str], None]) -> Iterator[Database]:
    """Have a server that answers; ours is stopped afterwards."""
    if settings.database_url is not None:
        yield Database(settings, settings.database_url, None)
        return
    embedded = _embedded(settings)
    directory = settings.lead_home / "postgres"
    if embedded.home != directory:
        say(f"PostgreSQL's data are in {embedded.home}: the account it runs under cannot enter {directory}.")
    try:
        yield Database(settings, embedded.start(), embedded)
    finally:
        embedded.stop()


@contextmanager
def borrow_database(settings: Settings) -> Iterator[Database]:
    """Use the server that runs, and leave it running; where none does, have one for the while."""
    if settings.database_url is None and (embedded := _embedded(settings)).is_running():
        yield Database(settings, embedded.url, None)
        return
    with only_one(settings.lead_home), open_database(settings, _remark) as database:
        yield database


def _remark(text: str) -> None:
    print(text, file=sys.stderr)  # what the command answers goes to stdout, perhaps into a pipe


def _embedded(settings: Settings) -> EmbeddedPostgres:
    options = {}
    if settings.postgres_port is not None:
        options = {"port": str(settings.postgres_port), "listen_addresses": "127.0.0.1"}
    return EmbeddedPostgres(settings.lead_home / "postgres", options)
