"""One run per home, known by a lock that dies with its holder."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import psutil

from lead.complaint import Complaint

_END_SECONDS = 200


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the one that runs this home; raises Complaint if another does."""
    with _lock_file(home) as file:
        if not _take(file):
            raise Complaint(f"It runs already, from {home}; `make down` ends it.")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def end_other(home: Path) -> bool:
    """End the run of this home and wait until it is over; return False if there was none.

    Raises Complaint if it does not end.
    """
    with _lock_file(home) as file:
        if _take(file):
            return False
        told = ""
        deadline = time.monotonic() + _END_SECONDS
        while not _take(file):
            if time.monotonic() > deadline:
                raise Complaint(f"It did not end within {_END_SECONDS} seconds; see {home / 'logs'}.")
            told = _tell(file, told)
            time.sleep(0.05)
    return True


def _tell(file: TextIOWrapper, told: str) -> str:
    """Tell the holder to end, once; who has only just begun, or is at its end, has not said who it is."""
    file.seek(0)
    holder = file.read()
    if holder and holder != told:
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(int(holder)).terminate()
    return holder or told


def _lock_file(home: Path) -> TextIOWrapper:
    return (home / "lock").open("a+")


def _take(file: TextIOWrapper) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
