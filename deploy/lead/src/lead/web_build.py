"""Building the page beside the house while it comes up, so that nobody waits for it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from lead import environments, web
from lead.settings import Settings


@contextmanager
def building(settings: Settings, say: Callable[[str], None]) -> Iterator[None]:
    """Build the page in the background if its sources changed, and say when it is there.

    A house without it is a house all the same, and nobody waits for it.
    """
    sources = web.folder()
    if sources is None or settings.environ.get(web.WEB_ROOT) or web.is_current(sources):
        yield
        return
    log = settings.lead_home / "logs" / "web.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    say("The page is being built meanwhile …")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lead", "web"],
            env={**environments.of_machine(settings), **environments.of_build(settings)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    stopped = threading.Event()

    def tell() -> None:
        failed = process.wait() != 0
        if not stopped.is_set():
            say(
                f"The page could not be built; {log} says why."
                if failed
                else f"The page is ready: {settings.public_url}"
            )

    waiting = threading.Thread(target=tell, name="web-build")
    waiting.start()
    try:
        yield
    finally:
        stopped.set()
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        waiting.join()
