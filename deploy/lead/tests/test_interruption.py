"""Ctrl-C under make, on a real terminal: everything ends, and make calls it a success."""

import os
import pty
import signal
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
from lead import interruption

interruption.interrupt_once()
try:
    with interruption.own_ctrl_c():
        print("up", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.2)
    print("cleaned", flush=True)
"""


def run_on_a_terminal(command: list[str], folder: Path, keys: bytes) -> tuple[int, str]:
    """Run a command on a terminal of its own, press keys when it says `up`; return its status and what it said."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvp(command[0], command)
    said = b""
    while True:
        try:
            said += os.read(terminal, 1000)
        except OSError:  # Linux' way to say that nobody holds the terminal any more
            break
        if keys and b"up" in said:
            os.write(terminal, keys)
            keys = b""
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


@pytest.mark.parametrize("keys", [b"\x03", b"\x03\x03\x03"], ids=["once", "impatiently"])
def test_ctrl_c_under_make_ends_with_success_and_no_word_of_makes(tmp_path: Path, keys: bytes) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "Makefile").write_text(f"demo:\n\t@exec {sys.executable} program.py\n")

    status, said = run_on_a_terminal(["make", "demo"], tmp_path, keys)

    assert status == 0, said
    assert "cleaned" in said
    assert "***" not in said


def test_a_kill_is_a_clean_end_too(tmp_path: Path) -> None:
    killing = PROGRAM.replace("time.sleep(60)", f"import os; os.kill(os.getpid(), {int(signal.SIGTERM)})")
    (tmp_path / "program.py").write_text(killing)

    status, said = run_on_a_terminal([sys.executable, "program.py"], tmp_path, b"")

    assert (status, "cleaned" in said) == (0, True)
