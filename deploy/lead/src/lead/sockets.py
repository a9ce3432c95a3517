"""Folders for Unix sockets, whose addresses are short."""

import hashlib
import os
from pathlib import Path

_LONGEST = 80  # an address has 104 bytes on macOS and 108 on Linux, the socket's name included


def socket_folder(wanted: Path) -> Path:
    """Return `wanted`, or the folder of /tmp that stands in for it if its path is too long for a socket."""
    if len(os.fsencode(wanted)) <= _LONGEST:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    return Path(f"/tmp/lead-{digest}")  # noqa: S108 - who makes it checks that it is ours
