"""Whether the ports we are about to use are free."""

import errno
import socket

from servicekit.house import SERVICES

from lead.complaint import Complaint
from lead.settings import GATEWAY, SANDBOX, Settings


def check(settings: Settings, *, sandbox: bool) -> None:
    """Raise Complaint for a port that is taken, with the setting that moves it."""
    owners: dict[int, str] = {}
    for name in (*SERVICES, *([SANDBOX] if sandbox else [])):
        port = settings.port_of(name)
        host = settings.gateway_host if name == GATEWAY else "127.0.0.1"
        if port in owners:
            raise Complaint(f"{owners[port]} and {name} would both use port {port}: set {_setting_of(name)}.")
        owners[port] = name
        if not _is_free(host, port):
            free = f"{_setting_of(name)}={_free_port(port)}"
            raise Complaint(f"Port {port} ({name}) is taken by another program. Choose another: {free} make …")


def _setting_of(name: str) -> str:
    return {GATEWAY: "GATEWAY_PORT", SANDBOX: "SANDBOX_PORT"}.get(name, "INNER_PORT_BASE")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what we ran a moment ago is no obstacle
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                return False
            raise Complaint(f"Port {port} cannot be used on {host}: {problem.strerror}.") from problem
    return True


def _free_port(taken: int) -> int:
    """A port to propose: the first of the next tens that is free, with room for the inner ones after it."""
    candidates = range(taken + 10, taken + 1000, 10)
    return next(port for port in candidates if all(_is_free("127.0.0.1", port + step) for step in range(6)))
