"""Waiting until every program says that it is ready."""

import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from lead.complaint import Complaint
from lead.processes import Processes, end_of_log
from lead.settings import SANDBOX, Settings

_READY_SECONDS = 120
_PAUSE_SECONDS = 0.1
_CHECK_SECONDS = 1.0


def wait(names: Sequence[str], processes: Processes, settings: Settings) -> None:
    """Return when all programs are ready; raises Complaint if one refuses to start, or none comes in time."""
    deadline = time.monotonic() + _READY_SECONDS
    waiting = list(names)
    checked_at = 0.0
    while waiting:
        time.sleep(_PAUSE_SECONDS)
        waiting = [name for name in waiting if not _is_ready(name, settings)]
        if time.monotonic() - checked_at > _CHECK_SECONDS:
            processes.check()
            checked_at = time.monotonic()
        if waiting and checked_at > deadline:
            ends = "\n".join(end_of_log(settings.lead_home, name) for name in waiting)
            raise Complaint(f"Not ready after {_READY_SECONDS} seconds: {', '.join(waiting)};\n{ends}")


def _is_ready(name: str, settings: Settings) -> bool:
    path = "/control/usage" if name == SANDBOX else "/health/ready"
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.port_of(name)}{path}", timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        answer.close()
        return False
    except OSError:
        return False
