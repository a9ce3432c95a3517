"""The index says what the records say, whatever came when; and what is asked of it goes by key."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from contracts.event import Event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identity import backlog
from identity.app import NAME
from identity.contacts import reading_queries
from identity.erasure import erasing
from identity.handlers import projections, subscriptions
from identity.search import finding, finding_queries, indexing
from identity.search.documents import values_in
from identity.search.finding import Search, wanted
from identity.search.finding_queries import Page
from identity.search.words import is_spelled, spellings, words_of
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.testing import drain
from sqlalchemy import event, text

NAMES = ["Ada", "Adam", "Lovelace", "Núñez", None]
EMAILS = ["ada@x.org", "ada.king@x.org", "lovelace@y.org"]
PHONES = ["+44 20 7946", "0171 55"]
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


async def contents(db: Database, workspace_id: UUID) -> dict[str, set[tuple[Any, ...]]]:
    """All that the index says."""
    async with db.transaction(workspace_id) as conn:
        documents = await conn.execute(
            text("SELECT golden_id, emails, sources, last_interaction_at, tokens FROM search_document")
        )
        tokens = await conn.execute(text("SELECT token, golden_id FROM search_token"))
        spelt = await conn.execute(text("SELECT spelling, word FROM search_spelling"))
        return {
            "documents": set(map(tuple, documents)),
            "tokens": set(map(tuple, tokens)),
            "spelt": set(map(tuple, spelt)),
        }


async def expect_index_of_records(db: Database, workspace_id: UUID) -> None:
    """Compare the index with what a reader makes of the golden records one by one."""
    said = await contents(db, workspace_id)
    emails, sources, tokens = {}, {}, set()
    async with db.transaction(workspace_id) as conn:
        ids = list((await conn.execute(text("SELECT golden_id FROM golden_record"))).scalars())
        members = await reading_queries.list_members(conn, workspace_id, ids)
    for golden_id, records in members.items():
        living = [record for record in records if not record.gone]
        emails[golden_id] = {email.lower() for record in living for email in record.contact.emails}
        sources[golden_id] = len(living)
        for record in living:
            told = record.contact
            for value in filter(None, (told.first_name, told.last_name, told.company)):
                tokens |= {(word, golden_id) for word in words_of(value) if is_spelled(word)}
            tokens |= {(email.lower(), golden_id) for email in told.emails}
            tokens |= {(email.lower().partition("@")[2], golden_id) for email in told.emails}
    assert {row[0]: set(values_in(row[1])) for row in said["documents"]} == emails
    assert {row[0]: row[2] for row in said["documents"]} == sources
    assert {(token, row[0]) for row in said["documents"] for token in values_in(row[4])} == said["tokens"]
    assert tokens <= said["tokens"]
    words = {token for token, _ in said["tokens"] if is_spelled(token)}
    assert said["spelt"] == {(spelling, word) for word in words for spelling in spellings(word)}


def told(workspace: Any) -> st.SearchStrategy[Event]:
    """Anything that may be told of a few contacts."""
    who, revision = st.integers(1, 4), st.integers(1, 6)
    contact = st.fixed_dictionaries(
        {"first_name": st.sampled_from(NAMES), "company": st.sampled_from(NAMES)},
        optional={"phones": st.lists(st.sampled_from(PHONES), unique=True).map(tuple)},
    )
    some_emails = st.lists(st.sampled_from(EMAILS), unique=True, max_size=2)
    shown = st.builds(
        lambda n, emails, r, c: workspace.fetched(n, *emails, revision=r, **c), who, some_emails, revision, contact
    )
    gone = st.builds(lambda n, r: workspace.gone(n, revision=r), who, revision)
    deals = st.builds(
        lambda n, r, day: workspace.deal(7, n, revision=r, occurred_at=MOMENT.replace(day=day)), who, revision, who
    )
    return st.one_of(shown, shown, gone, deals)


async def publish_each(workspace: Any, events: Sequence[Event], lanes: Sequence[str]) -> None:
    """Let these be published one by one, in either lane, and identity and its index hear some of them at a time."""
    for number, (each, lane) in enumerate(zip(events, lanes, strict=True)):
        async with workspace.publisher.transaction(workspace.id) as conn:
            publish(conn, [each], lane=lane)
        if number % 3 == 2:
            await drain(workspace.db, subscriptions())
        if number % 5 == 4:
            await drain(workspace.db, projections()["search"], consumer="identity_search")
    await workspace.hears()


async def test_the_index_is_what_the_records_are_whatever_came_when(workspace: Any) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(told(workspace), st.sampled_from(["live", "backfill"])), min_size=1, max_size=12))
    def holds(events: list[tuple[Event, str]]) -> None:
        async def run() -> None:
            await publish_each(workspace, [each for each, _ in events], [lane for _, lane in events])
            await expect_index_of_records(workspace.db, workspace.id)

        asyncio.run_coroutine_threadsafe(run(), loop).result()

    await loop.run_in_executor(None, holds)


async def test_a_rebuild_makes_the_same_index_and_mends_a_spoilt_one(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, f"{n}@x.org", first_name=f"Lovelace{n}") for n in range(7)))
    before = await contents(workspace.db, workspace.id)
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text("DELETE FROM search_token WHERE token LIKE 'love%'"))
        await conn.execute(text("DELETE FROM search_spelling"))
        await conn.execute(
            text("UPDATE search_document SET name_key = 'x', tokens = E'\\nstray\\n' WHERE name_key LIKE '%3'")
        )
        await conn.execute(text("INSERT INTO search_rebuild (workspace_id) VALUES (:id)"), {"id": workspace.id})

    async with workspace.db.engine.connect() as conn:
        asked = (await conn.execute(text("SELECT workspaces_to_rebuild()"))).scalars().all()
    while await indexing.rebuild_slice(workspace.db, workspace.id, at_most=3):
        pass

    assert asked == [workspace.id]
    assert await contents(workspace.db, workspace.id) == before
    async with workspace.db.engine.connect() as conn:
        assert (await conn.execute(text("SELECT workspaces_to_rebuild()"))).scalars().all() == []


async def test_a_set_of_records_costs_the_index_a_handful_of_statements(workspace: Any) -> None:
    await workspace.hears(*(workspace.fetched(n, f"{n}@x.org", first_name=f"Lovelace{n}") for n in range(300)))
    statements: list[str] = []

    @event.listens_for(workspace.db.engine.sync_engine, "before_cursor_execute")
    def count(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    async with workspace.db.transaction(workspace.id) as conn:
        ids = (await conn.execute(text("SELECT golden_id FROM golden_record"))).scalars().all()
        statements.clear()
        await indexing.reindex(conn, [indexing.GoldenName(workspace.id, golden_id) for golden_id in ids], unsure=True)

        read = await conn.execute(text("SELECT sum(idx_tup_fetch) + sum(seq_tup_read) FROM pg_stat_xact_user_tables"))

    assert len(statements) <= 11
    # Some twenty for each record; reading the workspace for each would be a hundred times as many.
    assert read.scalar_one() < 300 * 40


async def test_what_is_derived_waits_out_a_rush_though_no_contact_waits_and_a_few_hold_nothing_up(
    workspace: Any,
) -> None:
    await workspace.hears(workspace.fetched(0, "ada@x.org"))
    assert len((await contents(workspace.db, workspace.id))["documents"]) == 1

    rush = [workspace.fetched(number) for number in range(backlog.RUSH)]
    async with workspace.publisher.transaction(workspace.id) as conn:
        publish(conn, rush, lane="backfill")
    # So quickly are they handled here that none waits any more when it is asked.
    with patch.object(backlog, "RUSH_WITHIN", timedelta(minutes=1)):
        await drain(workspace.db, subscriptions())
        with pytest.raises(AssertionError, match="could not be delivered"):
            await drain(workspace.db, projections()["search"], consumer=f"{NAME}_search")
    assert len((await contents(workspace.db, workspace.id))["documents"]) == 1

    with patch.object(backlog, "RUSH_WITHIN", timedelta(0)):
        await workspace.derives()
    assert len((await contents(workspace.db, workspace.id))["documents"]) == backlog.RUSH


_FILL = """
INSERT INTO search_document
SELECT w, g, 'name ' || n, 'e' || n || '@x.org', E'\\ne' || n || E'@x.org\\n', '', 'company ' || n % 1000, '', '', 'de',
       '', E'\\nhubspot\\n', '', 1, now() - n * interval '1 minute', '1970-01-01', E'\\nword' || n % 20000 || E'\\n'
FROM generate_series(1, 100000) AS n,
     LATERAL (SELECT CAST(:w AS uuid), CAST(lpad(to_hex(n), 32, '0') AS uuid)) AS r (w, g)
"""

_FILL_TOKENS = """
INSERT INTO search_token SELECT workspace_id, btrim(tokens, E'\\n'), golden_id FROM search_document
"""


async def test_a_hundred_thousand_documents_are_searched_and_listed_by_key(workspace: Any) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text(_FILL), {"w": workspace.id})
        await conn.execute(text(_FILL_TOKENS))
    search = Search(workspace_id=workspace.id, q="word777")

    async with workspace.db.transaction(workspace.id) as conn:
        asked = await wanted(conn, search)
        places, total = await finding_queries.list_some(conn, asked, Page("name", None, 51))
        walked = await finding_queries.list_stretch(
            conn, finding_queries.Wanted(workspace.id), Page("-updated_at", None, 51), finding_queries.STRETCH
        )
        read = await conn.execute(
            text(
                "SELECT relname, seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname LIKE 'search%'"
            )
        )
        tuples = {row.relname: (row.seq_tup_read, row.idx_tup_fetch) for row in read}

    # "word777" begins its own five and "word7770" to "word7779", five each.
    assert (total, len(places), len(walked)) == (55, 51, 51)
    assert tuples["search_token"][0] == tuples["search_document"][0] == 0
    assert tuples["search_token"][1] <= 200
    assert tuples["search_document"][1] <= 55 + finding_queries.STRETCH


async def test_what_thousands_have_is_found_by_key_too(workspace: Any) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text(_FILL), {"w": workspace.id})
        await conn.execute(text(_FILL_TOKENS))

    async with workspace.db.transaction(workspace.id) as conn:
        found = await finding.find(conn, Search(workspace_id=workspace.id, q="word7"), Page("name", None, 51))
        read = await conn.execute(
            text("SELECT sum(seq_tup_read), sum(idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname LIKE 'sea%'")
        )
        passed, fetched = read.one()

    assert (found.total, found.more, len(found.places)) == (5 * 1_111, False, 51)
    # Each of its tokens is counted and read, each document asked, once, after a stretch that did not suffice.
    assert passed == 0
    assert fetched <= 3 * 5 * 1_111 + finding_queries.STRETCH + 100


async def test_what_the_index_is_told_while_its_workspace_is_erased_goes_with_it(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))

    async def erase() -> None:
        async with workspace.db.transaction(workspace.id) as conn:
            await erasing.erase_workspace(conn, workspace.id)

    async with workspace.db.transaction(workspace.id) as conn:
        (golden_id,) = (await conn.execute(text("SELECT golden_id FROM golden_record"))).scalars()
        await conn.execute(text("DELETE FROM search_document"))
        await conn.execute(text("DELETE FROM search_token"))
        await indexing.reindex(conn, [indexing.GoldenName(workspace.id, golden_id)])
        erasure = asyncio.create_task(erase())
        while not await waits_for_a_lock(workspace.db):
            assert not erasure.done()
    await erasure

    assert await contents(workspace.db, workspace.id) == {"documents": set(), "tokens": set(), "spelt": set()}


async def waits_for_a_lock(db: Database) -> bool:
    """Whether a transaction of this database waits for the lock of another."""
    async with db.engine.connect() as conn:
        waiting = text("""
        SELECT EXISTS (
            SELECT FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
        )""")
        return bool((await conn.execute(waiting)).scalar_one())
