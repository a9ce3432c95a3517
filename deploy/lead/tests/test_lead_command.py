"""The command itself: the whole house, up and down again, and the sentences when it cannot."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from lead import leftovers
from lead.__main__ import main
from lead.database import open_database
from lead.postgres import EmbeddedPostgres
from lead.settings import load
from servicekit.house import WITH_DATABASE


def free_base(count: int) -> int:
    """The first of so many ports in a row that are free."""
    for base in range(20_000 + os.getpid() % 20_000, 60_000, count):
        with_ports = [socket.socket() for _ in range(count)]
        try:
            for step, probe in enumerate(with_ports):
                probe.bind(("127.0.0.1", base + step))
        except OSError:
            continue
        finally:
            for probe in with_ports:
                probe.close()
        return base
    raise AssertionError("no free ports")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home of its own and ports of its own."""
    base = free_base(10)
    home = tmp_path / "home"
    yield {
        **os.environ,
        "LEAD_HOME": str(home),
        "GATEWAY_PORT": str(base),
        "SANDBOX_PORT": str(base + 9),
        "SANDBOX_PEOPLE": "20",
        "ARGON2_MEMORY_KIB": "64",
    }
    leftovers.end(home)
    postgres = EmbeddedPostgres(home / "postgres")
    postgres.stop()
    shutil.rmtree(postgres.home)


def lead(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lead", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def start(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start everything, and return when it says that it is up."""
    command = [sys.executable, "-m", "lead", "up", "--sandbox"]
    run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if "Ctrl-C ends it" in line:
            return run
    run.wait()
    raise AssertionError(said)


def is_running(environment: Mapping[str, str]) -> bool:
    home = Path(environment["LEAD_HOME"])
    return bool(leftovers.end(home)) or EmbeddedPostgres(home / "postgres").is_running()


@pytest.mark.timeout(300)
def test_a_start_after_a_kill_clears_what_was_left_and_down_ends_everything(environment: dict[str, str]) -> None:
    with start(environment) as killed:
        killed.kill()

    with start(environment) as run:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['GATEWAY_PORT']}/health") as health:
            status = health.status
        again = lead(environment, "up")
        down = lead(environment, "down")

    assert status == 200
    assert (again.returncode, "It runs already" in again.stderr) == (1, True)
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    assert run.returncode == 0
    assert not is_running(environment)


def test_down_with_nothing_to_end_says_so(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEAD_HOME", environment["LEAD_HOME"])

    assert main(["down"]) == 0

    assert capsys.readouterr().out == "Nothing was running.\n"


def test_migrate_rebuild_and_the_bus_leave_nothing_running(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEAD_HOME", environment["LEAD_HOME"])
    commands = (["migrate"], ["rebuild", "search"], ["bus", "lag"], ["bus", "parked"])

    assert [main(command) for command in commands] == [0, 0, 0, 0]

    said = capsys.readouterr().out
    assert all(f"{schema} at " in re.sub(" +", " ", said) for schema in ("bus", *WITH_DATABASE))
    assert "the index of 0 workspaces" in said
    assert said.endswith("Nothing.\nNothing.\n")
    assert not is_running(environment)


def test_a_database_that_does_not_answer_is_a_sentence(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEAD_HOME", environment["LEAD_HOME"])
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    assert main(["migrate"]) == 1

    assert capsys.readouterr().err.startswith("lead: The server of DATABASE_URL does not answer")


@pytest.mark.parametrize(
    ("admin_url", "service_url"),
    [
        ("postgresql://root:secret@db:5433/lead?sslmode=require", "postgresql://db:5433/lead?sslmode=require"),
        ("postgresql://root@/postgres?host=/run/pg&port=1", "postgresql:///postgres?host=%2Frun%2Fpg&port=1"),
    ],
)
def test_services_are_told_the_database_without_the_administrators_credentials(
    environment: dict[str, str], admin_url: str, service_url: str
) -> None:
    with open_database(load({**environment, "DATABASE_URL": admin_url}), print) as database:
        assert database.service_url == service_url
