"""What the assistant itself adds: from the moment the model says a piece of its answer to when a client hears it.

The stand-in says what time it is, piece by piece and as fast as models speak, and the client compares; both have one
clock. One conversation after the other, and fifty at once, with the agent held to one core; at the agent's own door,
and through the gateway, as the page asks.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

import msgspec
import psutil
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from lead.client import Gateway
from servicekit.house import SERVICES

from bench.table import show
from e2e.house import House, embedded
from e2e.journey import join

AT_ONCE = 50
ALONE = 30
ROUNDS = 3
PIECES = 30
THINKING_SECONDS = 1.0
PAUSE_SECONDS = 0.03
"""A second to the first piece, and then some thirty a second, is how models speak."""
LETTERS_A_PIECE = 12


class Heard(msgspec.Struct):
    """What came of some conversations: milliseconds until each first piece was heard, and each later one."""

    first: list[float] = []
    later: list[float] = []
    asked: list[float] = []
    """From the question to the first piece, without the time that the model takes for it."""


async def hear(http: ClientSession, url: str, token: str, heard: Heard) -> None:
    """Ask once, and note how late each piece is."""
    message = {"id": uuid4().hex, "role": "user", "parts": [{"type": "text", "text": "What time is it?"}]}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = msgspec.json.encode({"id": uuid4().hex, "messages": [message]})
    began, late = time.time(), []
    async with http.post(f"{url}/chat", data=body, headers=headers, raise_for_status=True) as answer:
        async for line in answer.content:
            now = time.time()
            if line.startswith(b'data: {"type":"text-delta"'):
                told = msgspec.json.decode(line.removeprefix(b"data: "))["delta"]
                late += [1000 * (now - float(each)) for each in told.split()]
                if len(late) == 1:
                    heard.asked.append(1000 * (now - began - THINKING_SECONDS))
    assert len(late) == PIECES, f"{len(late)} pieces of {PIECES} were heard"
    heard.first.append(late[0])
    heard.later += late[1:]


async def measure(house: House) -> None:
    """Measure and print."""
    _speak(house)
    agent = house.process_of("agent")
    _hold_to_one_core(agent)
    port = int(house.gateway_url.rpartition(":")[2]) + 1 + [n for n in SERVICES if n != "gateway"].index("agent")
    doors = {"at the agent": f"http://127.0.0.1:{port}", "through the gateway": house.gateway_url}
    timeout = ClientTimeout(total=300)
    rows = []
    async with (
        Gateway(house.gateway_url) as gateway,
        ClientSession(timeout=timeout, connector=TCPConnector(limit=0)) as http,
    ):
        await join(gateway)
        for name, url in doors.items():
            await hear(http, url, gateway.token, Heard())
            for at_once, rounds in ((1, ALONE), (AT_ONCE, ROUNDS)):
                heard, began, cpu = Heard(), time.monotonic(), _cpu(agent)
                for _ in range(rounds):
                    await asyncio.gather(*(hear(http, url, gateway.token, heard) for _ in range(at_once)))
                took = time.monotonic() - began
                rows.append(_row(f"{name}, {at_once} at once", heard, (_cpu(agent) - cpu) / took, took))
                print(f"{name}, {at_once} at once: {took:.1f} s", file=sys.stderr, flush=True)
    show(
        "From the model's word to the client's, ms",
        ["", "first p50", "first p99", "later p50", "later p99", "question to first p50", "pieces/s", "agent's core %"],
        rows,
    )
    print(f"\nThe agent holds {agent.memory_info().rss / 2**20:.0f} MB.")


def _speak(house: House) -> None:
    turn = {
        "parts": [{"text": "x" * PIECES * LETTERS_A_PIECE}],
        "delay_seconds": THINKING_SECONDS,
        "pause_seconds": PAUSE_SECONDS,
        "stamped": True,
    }
    data = msgspec.json.encode({"turns": [turn], "endless": True})
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{house.sandbox_url}/control/model", data=data, headers=headers)
    urllib.request.urlopen(request, timeout=30).close()


def _hold_to_one_core(process: psutil.Process) -> None:
    core = min(os.sched_getaffinity(process.pid))
    for thread in process.threads():
        os.sched_setaffinity(thread.id, {core})


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _row(name: str, heard: Heard, share: float, took: float) -> list[str]:
    pieces = len(heard.first) + len(heard.later)
    figures = [*_both(heard.first), *_both(heard.later), f"{median(heard.asked):.1f}"]
    return [name, *figures, f"{pieces / took:,.0f}", f"{100 * share:.0f}"]


def _both(late: Sequence[float]) -> tuple[str, str]:
    return f"{median(late):.1f}", f"{quantiles(late, n=100)[98]:.1f}"


def main() -> None:
    """Measure in a house of its own."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    settings = {"AGENT_TOKENS_A_DAY": "1000000000", "AGENT_TURNS_OF_ONE": str(AT_ONCE)}
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), settings) as house:
        asyncio.run(measure(house))


if __name__ == "__main__":
    main()
