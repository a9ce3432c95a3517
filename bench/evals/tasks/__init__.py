"""The tasks, kind by kind; each module makes its own of a world."""

from bench.evals.task import Task
from bench.evals.tasks import absence, counting, disagreement, lookup, namesakes, orders, proposals, timeline, whole
from bench.evals.world import World

KINDS = (lookup, counting, disagreement, timeline, namesakes, orders, proposals, absence, whole)


def tasks_of(world: World) -> list[Task]:
    """Make all tasks. Raises LookupError where the world has nobody for one."""
    return [task for kind in KINDS for task in kind.tasks(world)]
