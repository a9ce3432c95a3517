"""Put the tasks to the model that `ANTHROPIC_API_KEY` or `ANTHROPIC_BASE_URL` leads to, and print how it did.

Other settings of the assistant count too: `AGENT_MODEL`, `AGENT_API_PROFILE=compatible` for a server of your own.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from lead.client import Gateway
from lead.settings import find_checkout, read_env_file

from bench.evals.report import Report, report, show_report
from bench.evals.running import run
from bench.evals.tasks import tasks_of
from bench.evals.world import build
from e2e.house import House, embedded
from e2e.journey import join

MODELS = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
NO_MODEL = """\
There is no model to ask. Set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL to the root of a server that speaks the Messages
API (with AGENT_API_PROFILE=compatible for Ollama, llama.cpp, LM Studio or vLLM, and its model's name in AGENT_MODEL).
--stand-in asks the sandbox's stand-in, which follows a few rules: what it gets right, anything gets right."""
ENOUGH_TOKENS = "1000000000"
STAND_IN = "the sandbox's stand-in"


async def evaluate(house: House, kinds: Sequence[str], *, at_once: int, is_stand_in: bool) -> Report:
    """Ask all tasks, or those of some kinds, as somebody new."""
    async with Gateway(house.gateway_url) as gateway:
        await join(gateway)
        tasks = [task for task in tasks_of(await build(house, gateway)) if not kinds or task.kind in kinds]
        _, usage = await gateway.call("GET", "/usage")
        model = STAND_IN if is_stand_in else str(msgspec.json.decode(usage)["model"])
        return report(model, await run(house, gateway, tasks, at_once=at_once))


def main(argv: Sequence[str] | None = None) -> int:
    """Ask in a house of its own; 2 where there is no model."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kind", action="append", default=[], help="only tasks of this kind; may be given again")
    arguments.add_argument("--at-once", type=int, default=4, help="how many conversations at a time")
    arguments.add_argument("--json", type=Path, help="where to write every answer and what it lacks")
    arguments.add_argument("--stand-in", action="store_true", help="ask the sandbox's stand-in")
    told = arguments.parse_args(argv)
    environ = {**read_env_file(find_checkout() / ".env"), **os.environ}
    if not told.stand_in and not any(environ.get(name) for name in MODELS):
        print(NO_MODEL, file=sys.stderr)
        return 2
    models = dict.fromkeys(MODELS, "") if told.stand_in else {}
    settings = {"AGENT_TOKENS_A_DAY": ENOUGH_TOKENS, "AGENT_TURNS_OF_ONE": str(told.at_once), **models}
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), settings) as house:
        found = asyncio.run(evaluate(house, told.kind, at_once=told.at_once, is_stand_in=told.stand_in))
    show_report(found)
    if told.json:
        told.json.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
