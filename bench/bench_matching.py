"""How rightly people are told apart, as a user gets it: `python -m bench.bench_matching [FOLDER …]`.

A folder holds `records.csv` (`record_id`, and columns as people name them) and `truth.csv` (`record_id`, `entity_id`).
Without one, populations made up here are measured, each with a trap of its own.

The file is sent to a house of its own, over its public API; once everything is settled the golden records are taken
out by the export. Then a careful person answers every question of the review queue by the truth, until none that is
right is left. All of it twice: with the default rules, and after `POST /rules/relearn`.
"""

import argparse
import asyncio
import csv
import io
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import FormData
from contracts.contacts import Contact
from contracts.decisions import Outcome
from contracts.files import FileTaken
from contracts.golden_records import ContactCount
from contracts.pages import ItemPage
from contracts.rules import RulesView
from contracts.suggestions import SuggestionCount, SuggestionSide, SuggestionView
from lead.client import Gateway
from lead.postgres import temporary_postgres

from bench.figures import figures
from bench.populations import POPULATIONS, population
from bench.server import OPTIONS
from bench.table import show
from e2e.house import House, embedded
from e2e.journey import join, synced

SETTLED_SECONDS = 8.0
"""So long nothing may change any more."""
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 900.0
ANSWERED_AT_ONCE = 50
PEOPLE = 300

HEAD = ["set", "precision", "recall", "F1", "B-cubed F1", "largest", "and accepted: P", "R", "F1", "asked", "seconds"]

Truth = Mapping[str, str]
T = TypeVar("T")


def write(home: Path, name: str, people: int) -> Path:
    """Write a population as a folder; return that."""
    contacts, entities = population(name, people)
    folder = home / name
    folder.mkdir()
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["record_id", *Contact.__struct_fields__])
        rows.writerows([f"r{n}", *map(_cell, msgspec.structs.astuple(each))] for n, each in enumerate(contacts))
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["record_id", "entity_id"], *([f"r{n}", who] for n, who in entities.items())])
    return folder


def _cell(value: object) -> object:
    return ";".join(value) if isinstance(value, tuple) else value


def read_truth(folder: Path) -> Truth:
    """Read which record is whose."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {row["record_id"]: row["entity_id"] for row in csv.DictReader(file)}


async def ask(gateway: Gateway, method: str, path: str, shape: type[T], body: object = None, expect: int = 200) -> T:
    """Ask the API, and read what it answers."""
    status, answer = await gateway.call(method, path, body)
    assert status == expect, (status, answer)
    return msgspec.json.decode(answer, type=shape)


async def send(gateway: Gateway, folder: Path) -> None:
    """Send the file, and wait until it was read."""
    form = FormData()
    form.add_field("file", (folder / "records.csv").read_bytes(), filename=f"{folder.name}.csv")
    form.add_field("key", "record_id")
    taken = await ask_form(gateway, form)
    run = await synced(gateway, taken.connection_id, seconds=PATIENCE_SECONDS)
    assert run.state == "succeeded", run


async def ask_form(gateway: Gateway, form: FormData) -> FileTaken:
    """Hand a file over."""
    status, answer = await gateway.call("POST", "/connections/csv", form=form)
    assert status == 202, (status, answer)
    return msgspec.json.decode(answer, type=FileTaken)


async def settled(gateway: Gateway) -> float:
    """Wait until neither golden records nor questions change any more; seconds until the last change."""
    started = changed = time.monotonic()
    before: tuple[int, int] | None = None
    while time.monotonic() - changed < SETTLED_SECONDS:
        assert time.monotonic() - started < PATIENCE_SECONDS, before
        rules = await ask(gateway, "GET", "/rules", RulesView)
        now = (
            (await ask(gateway, "GET", "/contacts/count", ContactCount)).count,
            (await ask(gateway, "GET", "/suggestions/count", SuggestionCount)).count,
        )
        if now != before or rules.reweighing:
            before, changed = now, time.monotonic()
        await asyncio.sleep(LOOK_SECONDS)
    return changed - started


async def groups(gateway: Gateway) -> list[list[str]]:
    """Take the golden records out, as the file's own ids."""
    status, answer = await gateway.call("GET", "/contacts/export?columns=id,source_records&bom=false")
    assert status == 200, (status, answer)
    rows = csv.DictReader(io.StringIO(answer.decode()))
    return [[each.partition(":")[2] for each in row["source_records"].split("; ")] for row in rows]


async def answer_rightly(gateway: Gateway, truth: Truth) -> int:
    """Answer all questions by the truth until no right one is left; return how many were asked."""
    answered: dict[tuple[str, ...], None] = {}
    while True:
        questions = await all_questions(gateway)
        right = [each for each in questions if one_person(each, truth)]
        answered |= {tuple(sorted(side.record.provider_id for side in each.sides)): None for each in questions}
        if not right:
            return len(answered)
        # Of several about the same golden record the strongest is answered, and the others asked again after it.
        taken: set[str] = set()
        wishes = []
        for each in right:
            sides = {str(side.contact.id) for side in each.sides}
            if not sides & taken:
                taken |= sides
                wishes.append({"verdict": "same", "left": names(each.sides[0]), "right": names(each.sides[1])})
        for start in range(0, len(wishes), ANSWERED_AT_ONCE):
            body = {"decisions": wishes[start : start + ANSWERED_AT_ONCE]}
            await ask(gateway, "POST", "/decisions", Outcome, body)


async def all_questions(gateway: Gateway) -> list[SuggestionView]:
    """List all that is asked, the strongest first."""
    questions: list[SuggestionView] = []
    cursor = ""
    while True:
        page = await ask(gateway, "GET", f"/suggestions?limit=50{cursor}", ItemPage[SuggestionView])
        questions += page.items
        if page.next_cursor is None:
            return questions
        cursor = f"&cursor={page.next_cursor}"


def one_person(question: SuggestionView, truth: Truth) -> bool:
    """Whether the two records that raise the question are one person's."""
    left, right = (truth[side.record.provider_id] for side in question.sides)
    return left == right


def names(side: SuggestionSide) -> list[object]:
    """Name the records of a side, as a decision takes them."""
    return [{"connection_id": str(m.connection_id), "provider_id": m.provider_id} for m in side.members]


async def measure(house: House, folder: Path, *, learned: bool) -> list[str]:
    """Measure one set in a workspace of its own."""
    truth = read_truth(folder)
    numbers = {record: number for number, record in enumerate(truth)}
    entities = {numbers[record]: entity for record, entity in truth.items()}

    def counted(found: Sequence[Sequence[str]]) -> list[list[int]]:
        assert sum(map(len, found)) == len(truth), "a record is missing"
        return [[numbers[record] for record in group] for group in found]

    async with Gateway(house.gateway_url) as gateway:
        await join(gateway)
        started = time.monotonic()
        await send(gateway, folder)
        seconds = time.monotonic() - started + await settled(gateway)
        if learned:
            await ask(gateway, "POST", "/rules/relearn", RulesView)
            seconds = await settled(gateway)
        alone = figures(counted(await groups(gateway)), entities)
        asked = await answer_rightly(gateway, truth)
        await settled(gateway)
        helped = figures(counted(await groups(gateway)), entities)
    name = f"{folder.name}, {'learned' if learned else 'defaults'}"
    return [name, *alone.cells(), *helped.cells()[:3], str(asked), f"{seconds:.1f}"]


async def measure_all(house: House, folders: Sequence[Path]) -> None:
    """Measure every set, and print it."""
    rows = [await measure(house, folder, learned=learned) for folder in folders for learned in (False, True)]
    show("Who is who, from a file to the export", HEAD, rows)


def main() -> None:
    """Measure on a server and a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many people each population made up here has")
    asked = parser.parse_args()
    with (
        temporary_postgres(OPTIONS) as postgres,
        tempfile.TemporaryDirectory() as folder,
        embedded(Path(folder), {"DATABASE_URL": postgres.url}) as house,
    ):
        folders = asked.folders or [write(Path(folder), name, asked.people) for name in POPULATIONS]
        asyncio.run(measure_all(house, folders))


if __name__ == "__main__":
    main()
