"""How a run of the tasks went, as a table for people and as JSON for whoever compares runs."""

from collections.abc import Iterator, Sequence
from statistics import median

import msgspec

from bench.evals.running import Graded
from bench.table import show


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run: which model, and how each task went."""

    model: str
    right: int
    tasks: Sequence[Graded]


def report(model: str, graded: Sequence[Graded]) -> Report:
    """Sum a run up."""
    return Report(model=model, right=sum(each.is_right for each in graded), tasks=graded)


def show_report(told: Report) -> None:
    """Print it: kind by kind, and what each wrong answer lacks."""
    kinds = dict.fromkeys(each.kind for each in told.tasks)
    rows = [_row(kind, [each for each in told.tasks if each.kind == kind]) for kind in kinds]
    show(
        f"{told.model}: answers that are right",
        ["", "tasks", "right", "%", "s (p50)"],
        [*rows, _row("all", told.tasks)],
    )
    for line in _misses(told.tasks):
        print(line)


def _row(name: str, graded: Sequence[Graded]) -> list[str]:
    right = sum(each.is_right for each in graded)
    seconds = median(each.seconds for each in graded)
    return [name, str(len(graded)), str(right), f"{100 * right / len(graded):.0f}", f"{seconds:.1f}"]


def _misses(graded: Sequence[Graded]) -> Iterator[str]:
    for each in graded:
        if not each.is_right:
            yield f"\n- {each.question}\n  {'; '.join(each.misses)}"
