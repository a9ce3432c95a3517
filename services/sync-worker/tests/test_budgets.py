"""Budgets of accounts: on a real PostgreSQL, against the sandbox's own counting."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession
from contracts.connections import ConnectionAuthorized
from providers.http import open_session
from providers.pipedrive_api import call
from providers.quota import Told
from providers.registry import PROVIDERS, SOURCES
from providers.source import Access, RateLimited
from servicekit.errors import RetryLater
from servicekit.testing import FreshDatabase, TestKeys, bearer, served, user_token
from shop_world import EVERY, Neighbours, World
from sqlalchemy import event
from sync_worker import budget_queries, gauges
from sync_worker.app import create_app
from sync_worker.budgets import Budgets, forget_idle
from sync_worker.worker import Syncer

ServeSandbox = Callable[..., str]
ACCOUNTS = "pipedrive:7:Acme:40,pipedrive:8:Other:40"
SECONDS = 6.0
A_BURST, BURST_SECONDS = 80, 2


async def granted(http: ClientSession, sandbox_url: str, account_id: str) -> str:
    """Connect an account of Pipedrive's stand-in as a person would, and return the access token."""
    pipedrive = PROVIDERS["pipedrive"]
    app = pipedrive.environment(
        {
            "PIPEDRIVE_CLIENT_ID": "sandbox-pipedrive",
            "PIPEDRIVE_CLIENT_SECRET": "sandbox-pipedrive-secret",
            "PIPEDRIVE_AUTHORIZE_URL": f"{sandbox_url}/pipedrive/oauth/authorize",
            "PIPEDRIVE_API_URL": f"{sandbox_url}/pipedrive",
        }
    )
    assert app
    back = "http://localhost/callback"
    url = pipedrive.authorize_url(app, redirect_uri=back, state="s", code_challenge="")
    form = {"account": account_id, "decision": "allow"}
    async with http.post(url, data=form, allow_redirects=False) as answer:
        (code,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    return (await pipedrive.exchange(http, app, code=code, redirect_uri=back, code_verifier="")).access_token


class Bench:
    """The sandbox's accounts, and workers that call them."""

    def __init__(self, fresh: FreshDatabase, http: ClientSession, url: str) -> None:
        self.fresh = fresh
        self.db = fresh.database("sync-worker")
        self.http = http
        self.url = url
        self.tokens: dict[str, str] = {}

    def address(self, account_id: str) -> str:
        return f"{self.url}/pipedrive/{account_id}"

    async def token(self, account_id: str) -> str:
        if account_id not in self.tokens:
            self.tokens[account_id] = await granted(self.http, self.url, account_id)
        return self.tokens[account_id]

    async def worker(self, account_id: str) -> Access:
        """Access to an account, metered as one more worker would."""
        return Access(
            access_token=await self.token(account_id),
            token_type="Bearer",
            api_url=self.address(account_id),
            account_id=account_id,
            meter=Budgets(self.db, SOURCES).meter("pipedrive", account_id),
        )

    async def stages(self, access: Access) -> None:
        await call(self.http, access, "/api/v2/stages", scope="deals:read")

    async def counted(self, account_id: str = "7", window: str = "burst") -> dict[str, int]:
        async with self.http.get(f"{self.url}/control/limits") as answer:
            items = (await answer.json())["items"]
        found = [each for each in items if (each["account"], each["window"]) == (f"pipedrive:{account_id}", window)]
        return found[0] if found else {"taken": 0, "refused": 0, "fullest": 0}

    async def order(self, what: str, **fields: Any) -> None:
        async with self.http.post(f"{self.url}/control/{what}", json=fields) as answer:
            assert answer.ok, await answer.text()

    async def count_anew(self) -> None:
        async with self.http.delete(f"{self.url}/control/limits") as answer:
            assert answer.ok

    async def write(self, statement: str) -> None:
        async with self.db.engine.connect() as conn:
            await conn.exec_driver_sql(statement)


@pytest.fixture
async def bench(fresh: FreshDatabase, serve_sandbox: ServeSandbox) -> AsyncIterator[Bench]:
    url = serve_sandbox(accounts=ACCOUNTS)
    async with open_session() as http:
        yield Bench(fresh, http, url)


@asynccontextmanager
async def caller(bench: Bench, token: str, seconds: float) -> AsyncIterator[Process]:
    settings = {name.upper(): str(value) for name, value in bench.fresh.settings().items()}
    told = {"CALLER_TOKEN": token, "CALLER_URL": bench.address("7"), "CALLER_SECONDS": str(seconds)}
    script = str(Path(__file__).with_name("caller.py"))
    started = await asyncio.create_subprocess_exec(
        sys.executable, script, env=os.environ | settings | told, stdin=PIPE, stdout=PIPE
    )
    assert started.stdout
    try:
        assert await started.stdout.readline() == b"ready\n"
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def test_two_processes_use_an_account_s_limit_and_never_more(bench: Bench) -> None:
    """Some windows long, because what is used is a share of several."""
    token = await bench.token("7")
    async with caller(bench, token, SECONDS) as one, caller(bench, token, SECONDS) as other:
        await bench.count_anew()
        done = [await asyncio.gather(one.communicate(b"go\n"), other.communicate(b"go\n"))]

    counted = await bench.counted()
    assert counted["refused"] == 0
    assert counted["taken"] > 0.8 * A_BURST * SECONDS / BURST_SECONDS
    assert counted["fullest"] <= A_BURST
    assert sum(int(out) for pair in done for out, _ in pair) == counted["taken"]


async def test_what_a_killed_worker_had_leased_is_lost_for_less_than_a_window(bench: Bench) -> None:
    token = await bench.token("7")
    survivor = await bench.worker("7")
    async with caller(bench, token, 60) as doomed:
        assert doomed.stdin
        doomed.stdin.write(b"go\n")
        while (await bench.counted())["taken"] < A_BURST // 2:
            pass
        doomed.kill()
        await doomed.wait()

    began = time.monotonic()
    await bench.stages(survivor)

    assert time.monotonic() - began < BURST_SECONDS
    assert (await bench.counted())["refused"] == 0


async def test_a_429_stops_every_worker_of_the_account_and_no_other(bench: Bench) -> None:
    one, other, elsewhere = await bench.worker("7"), await bench.worker("7"), await bench.worker("8")
    await bench.stages(other)
    await bench.order("faults", kind="rate_limit", path="/pipedrive/7/api", times=100, seconds=40)
    with pytest.raises(RateLimited):
        await bench.stages(one)
    await bench.count_anew()

    for worker in (one, other, await bench.worker("7")):
        with pytest.raises(RateLimited, match="limit of calls in two seconds is used up") as limited:
            await bench.stages(worker)
        assert 30 < limited.value.after_seconds <= 40
    began = time.monotonic()
    for _ in range(40):
        await bench.stages(elsewhere)

    assert time.monotonic() - began < BURST_SECONDS
    assert (await bench.counted("8"))["taken"] == 40
    async with bench.http.get(f"{bench.url}/control/faults") as answer:
        assert (await answer.json())["items"][0]["times"] == 99


async def test_a_limit_is_learned_from_the_headers_and_known_to_all(bench: Bench) -> None:
    await bench.order("rate-limits", on=False)
    first, second = await bench.worker("7"), await bench.worker("7")
    statements: list[str] = []
    event.listen(bench.db.engine.sync_engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    await bench.stages(first)

    began = time.monotonic()
    for _ in range(300):
        await bench.stages(second)
    seconds = time.monotonic() - began

    assert 300 / seconds > 2 * A_BURST / BURST_SECONDS
    assert len(statements) < 60


async def test_who_shares_the_account_from_elsewhere_is_left_room(bench: Bench) -> None:
    meter = Budgets(bench.db, SOURCES).meter("zendesk", "acme")
    other = Budgets(bench.db, SOURCES).meter("zendesk", "acme")
    await meter.spend({"minute": 1})

    await meter.learn([Told(name="minute", most=200, left=100, resets_after_seconds=50.0)])
    began = time.monotonic()
    await other.spend({"minute": 1})
    assert time.monotonic() - began > 0.4
    await meter.learn([Told(name="minute", most=200, left=0, resets_after_seconds=45.0)])

    with pytest.raises(RateLimited, match="Zendesk's limit of calls in a minute is used up") as limited:
        await other.spend({"minute": 1})
    assert 40 < limited.value.after_seconds <= 45


async def test_what_is_counted_for_one_record_leaves_the_others_alone(bench: Bench) -> None:
    meter = Budgets(bench.db, SOURCES).meter("zendesk", "acme")
    price = {"minute": 1, "update_user:1": 1}
    for _ in range(2):
        await meter.spend(price)

    with pytest.raises(RateLimited, match="changes to one person"):
        await meter.spend(price)

    await meter.spend({"minute": 1, "update_user:2": 1})


async def test_a_spent_day_is_asked_after_by_one_worker_and_goes_on_for_all(bench: Bench) -> None:
    one, other = await bench.worker("7"), await bench.worker("7")
    await bench.order("faults", kind="daily_limit", path="/pipedrive/7/api", times=2)
    with pytest.raises(RateLimited, match="daily budget"):
        await bench.stages(one)
    with pytest.raises(RateLimited, match="daily budget") as spent:
        await bench.stages(other)
    await bench.write("UPDATE budget SET free_at = clock_timestamp() WHERE is_spent")

    with pytest.raises(RateLimited):  # it asks, and hears that nothing is left yet
        await bench.stages(one)
    with pytest.raises(RateLimited) as again:
        await bench.stages(other)
    await bench.write("UPDATE budget SET free_at = clock_timestamp() WHERE is_spent")
    await other.meter.spend({"daily": 5})
    with pytest.raises(RateLimited) as asking:  # while the other one asks
        await one.meter.spend({"daily": 5})
    await other.meter.learn([Told(name="daily", most=1000, left=900)])
    await bench.stages(one)

    assert [each.value.after_seconds for each in (spent, again)] == pytest.approx([3600, 3600], abs=30)
    assert asking.value.after_seconds < 61
    async with bench.http.get(f"{bench.url}/control/faults") as answer:
        assert (await answer.json())["items"] == []


async def test_a_day_s_end_is_seen_before_a_call_is_refused(fresh: FreshDatabase, serve_sandbox: ServeSandbox) -> None:
    async with open_session() as http:
        bench = Bench(fresh, http, serve_sandbox(accounts=ACCOUNTS, pipedrive_tokens_per_day=52))
        worker = await bench.worker("7")  # its handshake cost two

        for _ in range(10):
            await bench.stages(worker)
        with pytest.raises(RateLimited):
            await bench.stages(worker)

        assert (await bench.counted(window="daily"))["refused"] == 0


async def test_a_run_waits_for_the_next_day_says_so_and_goes_on(
    fresh: FreshDatabase, serve_sandbox: ServeSandbox
) -> None:
    url = serve_sandbox(accounts=ACCOUNTS, pipedrive_tokens_per_day=60)
    neighbours = Neighbours()
    async with neighbours.server, open_session() as http:
        bench = Bench(fresh, http, url)
        neighbours.provider, neighbours.account_id = "pipedrive", "7"
        neighbours.token, neighbours.api_url = await bench.token("7"), bench.address("7")
        world = World(fresh, http, neighbours)
        desk = world.desk_with(Budgets(world.db, SOURCES).meter)
        world.syncer = Syncer(world.db, http, desk, SOURCES, every=EVERY)
        await world.tell(
            ConnectionAuthorized(
                workspace_id=world.workspace_id,
                connection_id=world.connection_id,
                provider="pipedrive",
                account_id="7",
                account_name="Acme",
            )
        )

        with pytest.raises(RetryLater):
            await world.sync()
        waiting = await world.last_run()
        app = create_app(world.settings, keys=TestKeys())
        async with served(app) as client:
            client.headers.update(bearer(user_token(workspace_id=world.workspace_id)))
            async with client.get(f"/connections/{world.connection_id}/budget") as answer:
                shown = {each["name"]: each for each in (await answer.json())["items"]}
            client.headers.update(bearer(user_token(workspace_id=world.connection_id)))
            async with client.get(f"/connections/{world.connection_id}/budget") as answer:
                assert answer.status == 404
        rounds = 0
        while (await world.last_run()).state != "succeeded":
            rounds += 1
            assert rounds < 20
            await bench.order("new-day")
            await bench.write("UPDATE budget SET free_at = clock_timestamp() WHERE is_spent")
            try:
                await world.sync()
            except RetryLater:
                continue

    assert waiting.state == "waiting"
    assert waiting.retry_at
    assert timedelta(minutes=55) < waiting.retry_at - datetime.now(UTC) < timedelta(minutes=61)
    assert waiting.problem
    at = f"it goes on at {waiting.retry_at:%H:%M} UTC"
    assert waiting.problem.startswith(f"Pipedrive's daily budget of this account is used up; {at}")
    assert (shown["daily"]["most"], shown["daily"]["waits_until"] is not None) == (60, True)
    assert shown["daily"]["used"] + shown["daily"]["left"] == 60
    assert (shown["burst"]["most"], shown["burst"]["seconds"], shown["search"]["used"]) == (80, 2.0, 0)


async def test_of_a_pool_counts_what_was_spent_and_not_what_was_drawn_ahead(bench: Bench) -> None:
    meter = (await bench.worker("7")).meter
    with patch.object(gauges, "DRAWN_LIVES_SECONDS", 0.5):
        for _ in range(3):  # each draws anew
            await meter.spend({"daily": 5})
            await asyncio.sleep(0.6)

    async with bench.db.engine.connect() as conn:
        (used,) = [row.used for row in await budget_queries.list_windows(conn, "pipedrive", "7") if row.name == "daily"]
    # The last one's is counted with the next draw; the handshake cost two.
    assert 10 <= used <= 12


async def test_windows_that_nobody_takes_of_are_forgotten(bench: Bench) -> None:
    await (await bench.worker("7")).meter.spend({"burst": 1, "daily": 5})
    await bench.write("UPDATE budget SET free_at = now() - interval '8 days' WHERE name = 'daily'")
    await bench.write("UPDATE budget SET used_since = now() - interval '8 days' WHERE name = 'daily'")

    await forget_idle(bench.db)

    async with bench.db.engine.connect() as conn:
        assert (await conn.exec_driver_sql("SELECT name FROM budget")).scalars().all() == ["burst"]
