"""The process runner, for real, with tiny programs."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from lead import leftovers
from lead.complaint import Complaint
from lead.processes import Processes, Program

# It tells what it was given and in which order it ends, and serves nothing.
TINY = """
import json, os, signal, sys, time
name, home = sys.argv[1:]
def end(*_):
    with open(home + "/ended", "a") as file: file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("told", json.dumps(dict(os.environ)), flush=True)
open(home + "/" + name + ".up", "w").close()
time.sleep(600)
"""


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        os.sched_yield()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "a home; with % signs # and spaces"
    home.mkdir()
    return home


@pytest.fixture
def processes(home: Path) -> Iterator[Processes]:
    processes = Processes(home)
    yield processes
    processes.stop()


def mark(home: Path) -> dict[str, str]:
    return {leftovers.MARK: str(home)}


def tiny(name: str, home: Path, **environment: str) -> Program:
    return Program(name=name, arguments=("-c", TINY, name, str(home)), environment={**mark(home), **environment})


def start(processes: Processes, home: Path, *names: str) -> dict[str, int]:
    processes.start([tiny(name, home) for name in names], mark(home))
    wait_until(lambda: all((home / f"{name}.up").exists() for name in names))
    return {state.name: state.pid for state in processes.states()}


def test_programs_are_stopped_in_the_opposite_order_and_none_is_left(processes: Processes, home: Path) -> None:
    pids = start(processes, home, "first", "second", "third")

    processes.stop()

    assert (home / "ended").read_text().split() == ["third", "second", "first"]
    assert not [pid for pid in pids.values() if psutil.pid_exists(pid)]


def test_a_program_has_exactly_the_environment_it_was_given(processes: Processes, home: Path) -> None:
    told = {"QUOTED": 'it\'s "so"; 100% # really', "EMPTY": ""}

    processes.start([tiny("tiny", home, **told)], {**mark(home), "SECRET": "the runner's own"})

    log = home / "logs" / "tiny.log"
    wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
    environment = json.loads(log.read_text().removeprefix("told "))
    environment.pop("LC_CTYPE", None)  # Python's own doing
    assert environment == {**mark(home), **told}


def test_a_program_that_died_is_started_again(processes: Processes, home: Path) -> None:
    pids = start(processes, home, "mortal")
    (home / "mortal.up").unlink()

    os.kill(pids["mortal"], signal.SIGKILL)

    wait_until((home / "mortal.up").exists)
    assert [state.pid for state in processes.states()] != [pids["mortal"]]


def test_what_a_killed_runner_left_is_ended_by_the_next_start(processes: Processes, home: Path) -> None:
    pids = start(processes, home, "orphan", "other")
    assert processes.pid is not None
    os.kill(processes.pid, signal.SIGKILL)
    with pytest.raises(Complaint, match="gone"):
        wait_until(processes.check)

    assert leftovers.end(home) == 2

    assert not [pid for pid in pids.values() if psutil.pid_exists(pid)]


def test_the_processes_of_another_home_are_left_alone(processes: Processes, home: Path) -> None:
    pids = start(processes, home, "mine")

    assert leftovers.end(home.parent) == 0

    assert psutil.pid_exists(pids["mine"])


def test_a_program_that_cannot_start_is_a_complaint_with_its_words(processes: Processes, home: Path) -> None:
    refusing = "import sys; print('PORT is not set'); sys.exit(2)"
    processes.start([Program(name="picky", arguments=("-c", refusing), environment=mark(home))], mark(home))

    with pytest.raises(Complaint, match=r"(?s)picky does not start.*PORT is not set"):
        wait_until(processes.check)


def test_a_program_that_was_given_up_is_tried_again_when_asked(processes: Processes, home: Path) -> None:
    needs_a_file = f"open({str(home / 'needed')!r}); open({str(home / 'up')!r}, 'w'); import time; time.sleep(600)"
    program = Program(name="needy", arguments=("-c", needs_a_file), environment=mark(home))
    processes.start([program], mark(home))
    wait_until(lambda: [state.statename for state in processes.states()] == ["FATAL"])
    (home / "needed").touch()

    processes.revive()

    wait_until((home / "up").exists)


def test_a_nice_program_lets_others_go_first(processes: Processes, home: Path) -> None:
    nice = msgspec.structs.replace(tiny("nice", home), niceness=3)
    processes.start([nice, tiny("plain", home)], mark(home))
    wait_until(lambda: (home / "nice.up").exists() and (home / "plain.up").exists())

    pids = {state.name: state.pid for state in processes.states()}

    assert psutil.Process(pids["nice"]).nice() == min(psutil.Process(pids["plain"]).nice() + 3, 19)
