"""How well the rules tell people apart, in memory: `python -m bench.bench_rules [PEOPLE] [FOLDER …]`.

A folder holds `records.csv` (`record_id` and columns as below) and `truth.csv` (`record_id`, `entity_id`). Without one,
populations made up here are measured, each with a trap of its own.
"""

import csv
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from contracts.contacts import Contact
from identity.normalise import form_of
from identity.rules.blocking import blocks_of
from identity.rules.learning import learn
from identity.rules.ruleset import DEFAULT, Rules
from identity.rules.scoring import score

from bench.figures import figures
from bench.offline import answered, candidates, prepare, resolve
from bench.populations import POPULATIONS, Labelled, population
from bench.table import show

COLUMNS = {
    "first_name": "first_name", "given_name": "first_name", "surname": "last_name", "last_name": "last_name",
    "company": "company", "dob": "birth_date", "birth_date": "birth_date", "street": "street", "city": "city",
    "postal_code": "postal_code", "region": "region", "country": "country",
}  # fmt: skip

REGION = "GB"

PEOPLE = 1_000

Result = TypeVar("Result")


def read(folder: Path) -> Labelled:
    """Read a labelled set."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        entities = {row["record_id"]: row["entity_id"] for row in csv.DictReader(file)}
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_contact(row) for row in rows], {n: entities[row["record_id"]] for n, row in enumerate(rows)}


def _contact(row: Mapping[str, str]) -> Contact:
    known = {field: row[column] for column, field in COLUMNS.items() if row.get(column)}
    emails, phones = (tuple(filter(None, row.get(field, "").split(";"))) for field in ("email", "phone"))
    return Contact(emails=emails, phones=phones, **known)  # type: ignore[arg-type]


HEAD = ["set", "precision", "recall", "F1", "B-cubed F1", "largest", "and accepted: P", "R", "F1", "asked"]


def measure(name: str, labelled: Labelled, rules: Rules = DEFAULT) -> list[str]:
    """Measure one set with one version of the rules, joined by rule alone and with right suggestions accepted."""
    contacts, truth = labelled
    ready = prepare(contacts, REGION)
    alone = figures(resolve(ready, rules).groups, truth)
    outcome, asked = answered(ready, rules, truth)
    helped = figures(outcome.groups, truth)
    return [name, *alone.cells(), *helped.cells()[:3], str(asked)]


def costs(people: int) -> list[list[str]]:
    """Measure what the rules cost a record and a pair, in CPU time, first and once caches are warm."""
    contacts, _ = population("strangers", people, seed=8)
    rows = []
    forms, cold = timed(lambda: [form_of(contact, REGION) for contact in contacts])
    _, warm = timed(lambda: [form_of(contact, REGION) for contact in contacts])
    rows.append(["a record's form", cold / len(forms), warm / len(forms)])
    _, blocks = timed(lambda: [blocks_of(form) for form in forms])
    rows.append(["a record's blocks", blocks / len(forms), blocks / len(forms)])
    ready = prepare(contacts, REGION)
    pairs = sorted(candidates(ready, DEFAULT))
    weigh = lambda: sum(score(forms[a], forms[b], DEFAULT, ready.shared).strength for a, b in pairs)  # noqa: E731
    (_, cold), (_, warm) = timed(weigh), timed(weigh)
    rows.append(["a pair's score", cold / len(pairs), warm / len(pairs)])
    _, learning = timed(lambda: learn(ready.forms, ready.shared))
    rows.append([f"learning, a record of {len(forms):,}", learning / len(forms), learning / len(forms)])
    return [[what, f"{first * 1e6:.1f}", f"{again * 1e6:.1f}"] for what, first, again in rows]


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Do some work, and count the seconds of CPU it takes."""
    started = time.process_time()
    return work(), time.process_time() - started


def main() -> None:
    """Measure the sets named, or our own; a number says how many people these have."""
    people = next((int(each) for each in sys.argv[1:] if each.isdigit()), PEOPLE)
    sets = {Path(folder).name: read(Path(folder)) for folder in sys.argv[1:] if not folder.isdigit()}
    rows = []
    for name, labelled in (sets or {name: population(name, people) for name in POPULATIONS}).items():
        rows.append(measure(f"{name}, defaults", labelled))
        ready = prepare(labelled[0], REGION)
        rows.append(measure(f"{name}, learned", labelled, learn(ready.forms, ready.shared)))
    show("Who is who, by the rules alone", HEAD, rows)
    show("What the rules cost, µs of CPU", ["", "first", "again"], costs(people))


if __name__ == "__main__":
    main()
