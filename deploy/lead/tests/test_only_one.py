"""One run per home, and how it is ended from outside."""

import subprocess
import sys
from pathlib import Path

from lead.only_one import end_other

# Takes the lock, and says who it is only a while after.
LATE = """
import fcntl, os, sys, time
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(0.3)
file.write(str(os.getpid()))
file.flush()
time.sleep(60)
"""


def test_nobody_to_end_is_no_trouble(tmp_path: Path) -> None:
    assert end_other(tmp_path) is False


def test_who_has_not_said_yet_who_it_is_is_ended_all_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LATE, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        ended = end_other(tmp_path)

        assert ended
        assert holder.wait(5) != 0
