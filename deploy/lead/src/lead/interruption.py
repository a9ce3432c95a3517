"""Ctrl-C, `kill` and a closed terminal all mean the same: stop everything, in order, and leave with 0."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_once() -> None:
    """Let the first such signal raise KeyboardInterrupt, and those after it not disturb the stopping."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, interrupt)


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """For the length of a `with`, let SIGTERM and SIGHUP end us as Ctrl-C does: what was begun is undone on the way.

    Who has a way of their own with a signal, or ignores it, keeps that.
    """
    # Only the main thread may say what a signal does; whoever begins something in another one sees to its end there.
    mine = threading.current_thread() is threading.main_thread()
    taken = [each for each in _SIGNALS if mine and signal.getsignal(each) == signal.SIG_DFL]

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in taken:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in taken:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def own_ctrl_c() -> Iterator[None]:
    """Under make, take Ctrl-C to ourselves: make would die of it and call a clean end an error.

    The terminal sends Ctrl-C to its foreground process group, so we form one of our own and bring it there, as
    a shell does with a job. Without a terminal, or in the background, nothing is done.
    """
    terminal = _terminal() if "MAKELEVEL" in os.environ else None
    group = os.getpgrp()
    if terminal is None or os.tcgetpgrp(terminal) != group or os.getpid() == group:
        yield
        return
    # To touch the terminal from its background would stop us, and nobody waits here for a stopped job.
    for number in (signal.SIGTTOU, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(terminal, group)


def _terminal() -> int | None:
    try:
        return os.open("/dev/tty", os.O_RDWR)
    except OSError:  # there is none: started by a program, not by a person
        return None
