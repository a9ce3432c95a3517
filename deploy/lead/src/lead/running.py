"""The whole house, running for the length of a `with`."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from servicekit.house import SERVICES

from lead import environments, leftovers, ports, readiness
from lead.database import Database, open_database
from lead.only_one import only_one
from lead.processes import Processes, Program
from lead.settings import SANDBOX, Settings
from lead.web_build import building

Say = Callable[[str], None]

NICENESS = {"sync-worker": 9}
"""A sync takes all it can get. On a small machine, who makes contacts of what it fetched, and the page, go first. So do
weighing and indexing, also before the fetch that a webhook asked for, or an action. At 5 a machine of two
cores was idle for longer, while the one waited for the other; at 13 and 15 no less than at 9."""


class House:
    """What is running, and how to see that it stays so."""

    def __init__(self, database: Database, processes: Processes) -> None:
        self._database = database
        self._processes = processes

    def watch(self) -> None:
        """Bring back what died for good; raises Complaint if the process runner did."""
        self._database.revive()
        self._processes.revive()


@contextmanager
def running(settings: Settings, *, sandbox: bool, say: Say = print) -> Iterator[House]:
    """Start everything, hand over when it is ready, and end everything in order afterwards.

    Raises Complaint for what a person can mend: a taken port, a second start, a server too old.
    """
    began = time.monotonic()
    with ExitStack() as undo:
        undo.enter_context(only_one(settings.lead_home))
        if left := leftovers.end(settings.lead_home):
            say(f"Ended {left} processes that an earlier run had left behind.")
        ports.check(settings, sandbox=sandbox)
        undo.enter_context(building(settings, say))
        database = undo.enter_context(open_database(settings, say))
        database.migrate()
        processes = Processes(settings.lead_home)
        undo.callback(processes.stop)
        programs = _programs(settings, database.service_url, sandbox=sandbox)
        processes.start(programs, environments.of_machine(settings))
        readiness.wait([program.name for program in programs], processes, settings)
        say(f"Everything is up after {time.monotonic() - began:.1f} s: {', '.join(p.name for p in programs)}.")
        try:
            yield House(database, processes)
        finally:
            say("\nStopping …")


def _programs(settings: Settings, database_url: str, *, sandbox: bool) -> list[Program]:
    """All programs, in the order of their start."""
    services = [
        Program(
            name=name,
            arguments=("-m", name.replace("-", "_")),
            environment=environments.of_service(name, settings, database_url=database_url, sandbox=sandbox),
            niceness=NICENESS.get(name, 0),
        )
        for name in SERVICES
    ]
    if not sandbox:
        return services
    stand_in = Program(name=SANDBOX, arguments=("-m", "sandbox"), environment=environments.of_sandbox(settings))
    return [stand_in, *services]
