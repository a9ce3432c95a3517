"""What a killed run left behind is found by the mark in its environment, and ended."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import psutil

MARK = "LEAD_RUN_OF"
"""Every process we start carries its home under this name."""

_RUNNER_SECONDS = 150
_PROGRAM_SECONDS = 20


def end(home: Path) -> int:
    """End every process that was started for this home, the runner first; return how many there were."""
    marked = _find(home)
    # The runner stops its programs in order; without it, whoever is left is asked, then told.
    _end([process for process in marked if _is_runner(process)], _RUNNER_SECONDS)
    _end(_find(home), _PROGRAM_SECONDS)
    return len(marked)


def _find(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # gone meanwhile, or not ours to look at
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home):
                found.append(process)
    return found


def _is_runner(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return "supervisor.supervisord" in process.cmdline()
    return False


def _end(processes: Sequence[psutil.Process], seconds: float) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=seconds)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=seconds)
