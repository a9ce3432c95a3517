"""The embedded server, for real: made, found, stopped, and brought back after being killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
from lead.complaint import Complaint
from lead.postgres import EmbeddedPostgres, temporary_postgres

FAST = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with temporary_postgres(FAST) as server:
        yield server


@pytest.fixture
def postgres(server: EmbeddedPostgres) -> EmbeddedPostgres:
    server.start()
    return server


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="lead-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def answer(url: str, query: str) -> object:
    with psycopg.connect(url) as conn:
        row = conn.execute(query).fetchone()
    assert row is not None
    return row[0]


def postmaster_pid(postgres: EmbeddedPostgres) -> int:
    return int((postgres.data / "postmaster.pid").read_text().splitlines()[0])


def test_a_started_server_has_postgres_own_utf8_and_our_settings(
    postgres: EmbeddedPostgres,
) -> None:
    url = postgres.start()

    assert answer(url, "SHOW server_version_num") >= "180000"
    assert answer(url, "SELECT datlocprovider::text || datlocale FROM pg_database LIMIT 1") == "bC.UTF-8"
    assert answer(url, "SELECT upper('ä')") == "Ä"
    assert answer(url, "SHOW listen_addresses") == ""
    assert answer(url, "SHOW shared_buffers") == "16MB"


def test_a_stranger_without_the_password_is_refused(postgres: EmbeddedPostgres) -> None:
    password = (postgres.home / "password").read_text()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url.replace(password, "guess"))


def test_a_second_start_finds_the_running_server(postgres: EmbeddedPostgres) -> None:
    pid = postmaster_pid(postgres)

    EmbeddedPostgres(postgres.home, FAST).start()

    assert postmaster_pid(postgres) == pid


def test_what_was_committed_is_there_after_a_stop_and_a_start(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 7 AS number")

    postgres.stop()

    assert not postgres.is_running()
    assert answer(postgres.start(), "SELECT number FROM kept") == 7


def test_any_instance_stops_the_server_and_leaves_no_process(postgres: EmbeddedPostgres) -> None:
    process = psutil.Process(postmaster_pid(postgres))
    family = [process, *process.children(recursive=True)]

    EmbeddedPostgres(postgres.home, FAST).stop()

    assert not [member for member in family if member.is_running()]


def test_a_killed_server_starts_again(postgres: EmbeddedPostgres) -> None:
    os.kill(postmaster_pid(postgres), signal.SIGKILL)

    assert answer(postgres.start(), "SELECT 1") == 1


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(postgres: EmbeddedPostgres) -> None:
    pid_file = postgres.data / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    postgres.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *left[1:]]))

    assert answer(postgres.start(), "SELECT 1") == 1
    assert psutil.pid_exists(os.getppid())


def test_starts_that_race_end_with_one_server(folder: Path) -> None:
    racers = [EmbeddedPostgres(folder / "race", FAST) for _ in range(4)]
    try:
        with ThreadPoolExecutor(4) as threads:
            urls = set(threads.map(EmbeddedPostgres.start, racers))

        assert len(urls) == 1
        assert answer(urls.pop(), "SELECT 1") == 1
    finally:
        for racer in racers:
            racer.stop()


def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / ("long" * 30), FAST)
    try:
        assert answer(postgres.start(), "SELECT 1") == 1
    finally:
        postgres.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another account")
def test_where_the_unprivileged_account_cannot_go_the_data_lie_elsewhere(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed / "postgres", FAST)
    try:
        assert answer(postgres.start(), "SELECT 1") == 1
        assert postgres.home.parent == Path("/var/tmp")
    finally:
        postgres.stop()
        shutil.rmtree(postgres.home)


def test_a_setting_that_postgres_refuses_is_a_complaint_with_its_words(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder, {**FAST, "max_connections": "many"})

    with pytest.raises(Complaint, match="max_connections"):
        postgres.start()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("waiting", ["time.sleep(60)", "asyncio.run(asyncio.sleep(60))"])
def test_whoever_is_told_to_end_takes_a_temporary_server_along(number: signal.Signals, waiting: str) -> None:
    script = (
        "import asyncio, time\nfrom lead.postgres import temporary_postgres\n"
        f"with temporary_postgres({FAST!r}) as postgres:\n    print(postgres.home, flush=True)\n    {waiting}"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        assert program.stdout is not None
        home = Path(program.stdout.readline().decode().strip())
        server = psutil.Process(int((home / "data" / "postmaster.pid").read_text().splitlines()[0]))

        program.send_signal(number)
        program.wait(30)

    assert not server.is_running()
    assert not home.exists()


def test_data_of_another_version_are_refused_and_left_alone(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(Complaint, match="PostgreSQL 17"):
        postgres.start()

    (postgres.data / "PG_VERSION").write_text("18\n")
