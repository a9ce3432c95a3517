"""A house for tests: where it answers, what a test does to it from outside, and the embedded one's start and end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from types import MappingProxyType

import msgspec
import psutil
import psycopg
from lead.interruption import ending_in_order
from lead.leftovers import MARK
from lead.postgres import EmbeddedPostgres

START_SECONDS = 120
STOP_SECONDS = 60
INNER_PORTS = 8

# A test asks more often than people do.
FOR_TESTS = {
    "RATE_PER_MINUTE": "100000",
    "ADDRESS_RATE_PER_MINUTE": "100000",
    "SIGN_IN_RATE_PER_MINUTE": "1000",
    "REGISTRATIONS_PER_ADDRESS": "1000",
}


class House(msgspec.Struct, frozen=True):
    """Where a running house answers; in `home` are its logs."""

    home: Path
    gateway_url: str
    sandbox_url: str

    def control(self, path: str, body: Mapping[str, object] | None = None) -> bytes:
        """Order something of the sandbox, or ask it when there is no body."""
        data = None if body is None else msgspec.json.encode(body)
        request = urllib.request.Request(
            f"{self.sandbox_url}/control/{path}", data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            content: bytes = answer.read()
            return content

    def kill(self, service: str) -> int:
        """End a service's process as a power cut would, in an embedded house; return its number."""
        process = self.process_of(service)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        return process.pid

    def cut(self, random: Random, *, share: float) -> int:
        """Let the database of an embedded house end some of its connections at once; return how many."""
        with psycopg.connect(EmbeddedPostgres(self.home / "postgres").url, autocommit=True) as conn:
            found = conn.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid"
            ).fetchall()
            chosen = random.sample([pid for (pid,) in found], round(share * len(found)))
            conn.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [chosen])
        return len(chosen)

    def process_of(self, service: str) -> psutil.Process:
        """Find the process of a service of this embedded house."""
        package = service.replace("-", "_")
        for process in psutil.process_iter(["cmdline", "environ"]):
            environ, command = process.info["environ"] or {}, process.info["cmdline"] or []
            if environ.get(MARK) == str(self.home) and command[-2:] == ["-m", package]:
                return process
        raise LookupError(f"{service} does not run")


def free_ports(count: int) -> int:
    """Find a run of free ports; return the first."""
    for base in range(20_000 + os.getpid() % 1_000 * 10, 60_000, count):
        if all(_is_free(port) for port in range(base, base + count)):
            return base
    raise OSError("no free ports")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def embedded(home: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[House]:
    """Run `lead up --sandbox` for the length of a `with`, also where a signal cuts that short."""
    base = free_ports(INNER_PORTS + 1)
    gateway, sandbox = base, base + INNER_PORTS
    environment = {
        **os.environ,
        "LEAD_HOME": str(home),
        "GATEWAY_PORT": str(gateway),
        "SANDBOX_PORT": str(sandbox),
        "PUBLIC_URL": f"http://localhost:{gateway}",
        **FOR_TESTS,
        **settings,
    }
    with ending_in_order():
        log = (home / "house.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "lead", "up", "--sandbox"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            house = House(home, f"http://localhost:{gateway}", f"http://localhost:{sandbox}")
            await_health(house, is_over=lambda: process.poll() is not None, read_log=(home / "house.log").read_text)
            yield house
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(STOP_SECONDS)
            log.close()
            _remove_data(home)
    if status:
        raise RuntimeError(f"the house ended with {status}:\n{(home / 'house.log').read_text()[-2000:]}")


def _remove_data(home: Path) -> None:
    """Remove the database where it had to lie outside of the house, with which it would have gone."""
    data = EmbeddedPostgres(home / "postgres").home
    if not data.is_relative_to(home.resolve()):
        shutil.rmtree(data)


def await_health(house: House, *, is_over: Callable[[], bool], read_log: Callable[[], str]) -> None:
    """Wait until the gateway and all behind it are fit, and the sandbox answers; raises RuntimeError."""
    deadline = time.monotonic() + START_SECONDS
    while not (_answers(f"{house.gateway_url}/health") and _answers(f"{house.sandbox_url}/control/usage")):
        if is_over() or time.monotonic() > deadline:
            raise RuntimeError(f"the house did not start:\n{read_log()[-3000:]}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            fit: bool = answer.status == 200
            return fit
    except OSError:
        return False
