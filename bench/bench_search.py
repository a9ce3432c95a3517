"""How quickly golden records are found and listed, and what the index of them costs.

The records are made up, with the names, companies, towns and mail hosts of a seeded Faker, few of them frequent and
most rare. Those of the first size are written into identity's own tables, and the index of them is made by the code
that follows the events, slice by slice as a rebuild does. A further size is made of these by copying all their rows
under other ids, in SQL. Then identity is asked over HTTP by somebody signed in.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from resource import RUSAGE_SELF, getrusage
from statistics import quantiles
from uuid import UUID, uuid4

import msgspec
import psycopg
from aiohttp import ClientSession
from contracts.contacts import Contact, ContactFetched
from faker import Faker
from identity.app import NAME
from identity.cursors import Cursors
from identity.resolution.golden import row_of
from identity.resolution.records import told_by
from identity.routes import ROUTES
from identity.search import indexing
from identity.settings import Settings
from servicekit.app import service_app
from servicekit.arrays import columns, moments, texts, uuids
from servicekit.database import Database
from servicekit.testing import FreshDatabase, TestKeys, bearer, served, user_token

from bench.server import bench_server
from bench.table import show

SIZES = (100_000, 1_000_000)
AT_ONCE = 5_000
TIMES = 15
START = datetime(2024, 1, 1, tzinfo=UTC)
HOSTS = ["gmail.com", "outlook.com", "yahoo.com"]


class People:
    """Makes contacts up, the same ones in every run: few names and companies are frequent, most are rare."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id, self.connection_id = workspace_id, UUID(int=7)
        self._random = random.Random(7)
        fake = Faker(["en_US", "de_DE", "fr_FR", "pl_PL"])
        fake.seed_instance(7)
        self._first = sorted({fake.first_name() for _ in range(1_500)})
        self._last = sorted({fake.last_name() for _ in range(5_000)})
        self._companies = sorted({fake.company() for _ in range(8_000)})
        self._cities = sorted({fake.city() for _ in range(1_000)})
        self._titles = sorted({fake.job() for _ in range(500)})

    def _one(self, of: Sequence[str]) -> str:
        return of[int(len(of) * self._random.random() ** 2.5)]

    def contact(self, number: int) -> Contact:
        """Make a contact."""
        first, last, company = self._one(self._first), self._one(self._last), self._one(self._companies)
        host = self._one(HOSTS) if self._random.random() < 0.3 else f"{company.split()[0].strip(',').lower()}.example"
        return Contact(
            first_name=first,
            last_name=last,
            emails=(f"{first}.{last}{number % 97}@{host}".replace(" ", "").lower(),),
            phones=(f"+49 {self._random.randrange(10**9, 10**10)}",) if self._random.random() < 0.6 else (),
            company=company,
            job_title=self._one(self._titles),
            city=self._one(self._cities),
            country=self._one(["DE", "FR", "US", "PL", "GB"]),
            owner=f"Owner {self._random.randrange(12)}",
            updated_at=START + timedelta(seconds=self._random.randrange(60_000_000)),
        )

    def fetched(self, number: int) -> ContactFetched:
        """Make the event that tells of it."""
        return ContactFetched(
            workspace_id=self.workspace_id,
            connection_id=self.connection_id,
            provider="hubspot",
            provider_id=str(number),
            revision=1,
            first_seen_at=START + timedelta(seconds=number),
            contact=self.contact(number),
        )


_RECORDS = """
INSERT INTO source_identity SELECT w, c, p, s, 'hubspot', f, 1, 0, t, '{}'
FROM unnest(%(workspace_id)s, %(connection_id)s, %(provider_id)s, %(source_id)s, %(first_seen_at)s, %(contact)s)
    AS r (w, c, p, s, f, t)
"""

_GOLDEN = """
INSERT INTO golden_record SELECT w, g, e, f, l, p, c, j, '{hubspot}', u
FROM unnest(%(workspace_id)s, %(golden_id)s, %(email)s, %(first_name)s, %(last_name)s, %(phone)s, %(company)s,
            %(job_title)s, %(updated_at)s) AS r (w, g, e, f, l, p, c, j, u)
"""

_GOLDEN_TEXTS = ("email", "first_name", "last_name", "phone", "company", "job_title")


async def fill(db: Database, people: People, size: int) -> None:
    """Make golden records of one source record each."""
    for start in range(0, size, AT_ONCE):
        records = [told_by(people.fetched(n)) for n in range(start, min(start + AT_ONCE, size))]
        rows = [row_of(record.source_id, [record]) for record in records]
        given = columns(
            records,
            {"workspace_id": uuids, "connection_id": uuids, "provider_id": texts, "source_id": uuids,
             "first_seen_at": moments},
        )  # fmt: skip
        given["contact"] = texts([msgspec.json.encode(record.contact) for record in records])
        kinds = {"workspace_id": uuids, "golden_id": uuids, "updated_at": moments}
        async with db.transaction(people.workspace_id) as conn:
            await conn.exec_driver_sql(_RECORDS, given)
            await conn.exec_driver_sql(_GOLDEN, columns(rows, {**kinds, **dict.fromkeys(_GOLDEN_TEXTS, texts)}))


async def index(db: Database, admin: psycopg.AsyncConnection, workspace_id: UUID) -> tuple[float, float]:
    """Have the index made; return the seconds that took, and those that Python worked."""
    await admin.execute("INSERT INTO identity.search_rebuild VALUES (%s, NULL) ON CONFLICT DO NOTHING", [workspace_id])
    started, worked = time.perf_counter(), time.process_time()
    while await indexing.rebuild_slice(db, workspace_id):
        pass
    return time.perf_counter() - started, time.process_time() - worked


_COPY = (
    """CREATE TEMPORARY TABLE twin AS
    SELECT golden_id, n, CAST(substr(golden_id::text, 1, 18) || substr(gen_random_uuid()::text, 19) AS uuid) AS twin
    FROM identity.search_document, generate_series(2, %s) AS n""",
    "CREATE INDEX ON twin (golden_id)",
    "ANALYZE twin",
    """INSERT INTO identity.source_identity
    SELECT workspace_id, connection_id, provider_id || '-' || n, twin, provider, first_seen_at, shown_revision,
           gone_revision, contact, keys
    FROM twin JOIN identity.source_identity s ON s.source_id = golden_id""",
    """INSERT INTO identity.golden_record
    SELECT workspace_id, twin, email, first_name, last_name, phone, company, job_title, providers, updated_at
    FROM twin JOIN identity.golden_record g USING (golden_id)""",
    """INSERT INTO identity.search_document
    SELECT workspace_id, twin, name_key, email_key, emails, phones, company_key, job_title_key, city_key, country_key,
           owner_key, d.providers, connections, sources, d.updated_at + n * interval '1 second', last_interaction_at,
           tokens
    FROM twin JOIN identity.search_document d USING (golden_id)""",
    """INSERT INTO identity.search_token
    SELECT workspace_id, token, twin FROM twin JOIN identity.search_token t USING (golden_id) ORDER BY token, twin""",
    "DROP TABLE twin",
)


async def copy(admin: psycopg.AsyncConnection, times: int) -> None:
    """Have so many times the records there are."""
    for statement in _COPY:
        await admin.execute(statement, [times] if "%s" in statement else None)


def one(field: str, operator: str, value: object = None) -> str:
    """Write a filter of one condition."""
    return json.dumps({"combinator": "and", "rules": [{"field": field, "operator": operator, "value": value}]})


QUESTIONS: dict[str, dict[str, str]] = {
    "the newest": {},
    "by name": {"sort": "name"},
    "one letter: a": {"q": "a"},
    "beginning, frequent: ma": {"q": "ma"},
    "beginning, rare: zwei": {"q": "zwei"},
    "a word: schmidt": {"q": "schmidt"},
    "two words: anna schmidt": {"q": "anna schmidt"},
    "a whole email": {"q": "anna.schmidt5@gmail.com"},
    "a phone's beginning": {"q": "+49 123 4"},
    "a typing error: schmitd": {"q": "schmitd"},
    "two words, one wrong: anna schmitd": {"q": "anna schmitd"},
    "nothing near: qqqqxxx": {"q": "qqqqxxx"},
    "company is (rare)": {"filter": one("company", "eq", "Zimmermann GmbH")},
    "company contains, frequent: gmbh": {"filter": one("company", "contains", "gmbh")},
    "company contains, rare: nnekenrieg": {"filter": one("company", "contains", "nnekenrieg")},
    "city is (rare)": {"filter": one("city", "eq", "Zwiesel")},
    "country is (frequent)": {"filter": one("country", "eq", "DE"), "sort": "name"},
    "no phone, by company": {"filter": one("has_phone", "eq", value=False), "sort": "company"},
    "changed since, by name": {"filter": one("updated_at", "after", "2025-11-20"), "sort": "name"},
    "owner is, with a word": {"filter": one("owner", "eq", "Owner 3"), "q": "schmidt"},
}


async def ask(http: ClientSession, token: str, query: dict[str, str]) -> tuple[float, dict[str, object]]:
    """Ask once; return the milliseconds and the answer."""
    started = time.perf_counter()
    async with http.get("/contacts", params=query, headers=bearer(token)) as answer:
        told = await answer.json()
        assert answer.status == 200, told
    return (time.perf_counter() - started) * 1000, told


async def measure_questions(http: ClientSession, token: str, records: int) -> None:
    """Ask everything some times and print it."""
    rows = []
    for name, query in QUESTIONS.items():
        asked = [await ask(http, token, query) for _ in range(TIMES + 2)]
        total = asked[0][1]["total"]
        found = f"{total:,}" if asked[0][1]["total_is_exact"] else f"over {total:,}"
        rows.append([name, found, *_figures([taken for taken, _ in asked[2:]])])
    rows.append(["by name, page 200 on", "", *_figures(await deep(http, token, {"sort": "name"}))])
    rows.append(
        ["country is, by name, page 200 on", "", *_figures(await deep(http, token, QUESTIONS["country is (frequent)"]))]
    )
    show(f"Finding among {records:,} golden records", ["", "found", "p50 ms", "p99 ms"], rows)


async def deep(http: ClientSession, token: str, query: dict[str, str]) -> list[float]:
    """Read two hundred pages, and tell how long the pages behind them take."""
    taken, cursor = [], {}
    for _ in range(200 + TIMES):
        milliseconds, told = await ask(http, token, {**query, **cursor})
        taken.append(milliseconds)
        if not told["next_cursor"]:
            break
        cursor = {"cursor": str(told["next_cursor"])}
    return taken[-TIMES:]


async def measure_exports(http: ClientSession, token: str, records: int) -> None:
    """Write all contacts out, with all columns and with those that a list shows."""
    rows = []
    for name, query in (
        ("all columns", {}),
        ("a list's columns", {"columns": "id,first_name,last_name,email,company"}),
    ):
        started, read = time.perf_counter(), 0
        async with http.get("/contacts/export", params=query, headers=bearer(token)) as answer:
            async for chunk in answer.content.iter_any():
                read += len(chunk)
        seconds = time.perf_counter() - started
        rows.append([name, f"{read / 1e6:.0f}", f"{seconds:.1f}", f"{records / seconds:,.0f}"])
    memory = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    show(f"Exports of {records:,} golden records", ["", "MB", "s", "rows/s"], rows)
    print(f"\nAt most {memory:.0f} MB in the process that asks and answers.")


def _figures(taken: list[float]) -> list[str]:
    parts = quantiles(taken, n=100)
    return [f"{parts[49]:.1f}", f"{parts[98]:.1f}"]


_TABLES = ("search_document", "search_token", "search_spelling")


def print_speed(records: int, seconds: float, worked: float) -> None:
    """Print how quickly the index was made."""
    print(
        f"\nThe index of {records:,} in {seconds:.0f} s: {records / seconds:,.0f} golden records a second,"
        f" {worked / records * 1e6:.0f} µs of Python's CPU for each.",
        flush=True,
    )


async def print_size(admin: psycopg.AsyncConnection, records: int) -> None:
    """Print what the index takes."""
    rows = []
    for table in _TABLES:
        cursor = await admin.execute(
            f"SELECT count(*), pg_table_size('identity.{table}'), pg_indexes_size('identity.{table}')"
            f" FROM identity.{table}"
        )
        count, heap, indexes = await cursor.fetchone() or (0, 0, 0)
        size = heap + indexes
        rows.append([table, f"{count:,}", f"{heap / 1e6:.0f}", f"{indexes / 1e6:.0f}", f"{size / records:.0f}"])
    show(f"The index of {records:,}", ["table", "rows", "MB", "MB of indexes", "bytes a record"], rows)


async def measure(fresh: FreshDatabase, sizes: Sequence[int]) -> None:
    """Measure each size, on what the one before left."""
    db, settings = fresh.database("identity"), Settings(**fresh.settings())
    app = service_app(
        name=NAME,
        settings=settings,
        routes=ROUTES,
        db=Database.connect(settings, NAME),
        dependencies={"cursors": Cursors(settings.lead_secret)},
        keys=TestKeys(),
    )
    people, filled = People(uuid4()), 0
    token = user_token(workspace_id=people.workspace_id)
    async with (
        await psycopg.AsyncConnection.connect(fresh.admin_url, autocommit=True) as admin,
        served(app) as http,
    ):
        for size in sizes:
            if filled:
                await copy(admin, size // filled)
            else:
                await fill(db, people, size)
                print_speed(size, *await index(db, admin, people.workspace_id))
            await admin.execute("VACUUM ANALYZE")
            await print_size(admin, size)
            await measure_questions(http, token, size)
            await measure_exports(http, token, size)
            filled = size
    await fresh.close()


def main() -> None:
    """Measure on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="each a multiple of the one before")
    with bench_server([NAME]) as fresh:
        asyncio.run(measure(fresh, parser.parse_args().sizes))


if __name__ == "__main__":
    main()
