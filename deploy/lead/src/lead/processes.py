"""The programs of the house under `supervisor`: it restarts what died, and stops them in order."""

import contextlib
import http.client
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Sequence
from pathlib import Path

import msgspec
from supervisor.xmlrpc import SupervisorTransport

from lead import leftovers
from lead.complaint import Complaint
from lead.sockets import socket_folder

_START_SECONDS = 15
_STOP_SECONDS = 150
_GIVEN_UP = "FATAL"

# Paths are relative to `run`, or come in by the environment: the file's own quoting cannot hold every path.
_RUNNER = """\
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=supervisord.pid
childlogdir=../logs

[unix_http_server]
file=%(ENV_LEAD_SOCKET)s
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command="%(ENV_LEAD_PYTHON)s" -P -m lead.launch {name}.json
priority={priority}
autorestart=true
startsecs=5
startretries=2
stopwaitsecs=20
stopasgroup=true
redirect_stderr=true
stdout_logfile=../logs/{name}.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
"""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A Python program: its arguments, and the whole of its environment; the nicer, the later its turn on the CPU."""

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    niceness: int = 0


class Processes:
    """The running programs of one home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._run = home / "run"
        self._socket = socket_folder(self._run) / "supervisor.sock"
        self._runner: subprocess.Popen[bytes] | None = None

    def start(self, programs: Sequence[Program], environment: dict[str, str]) -> None:
        """Start the programs, to be stopped in the opposite order; raises Complaint if the runner does not start.

        `environment` is the runner's own; the programs see nothing of it.
        """
        for folder in (self._run, self._home / "logs", self._socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sections = [_RUNNER]
        for priority, program in enumerate(programs, start=1):
            _write_private(self._run / f"{program.name}.json", msgspec.json.encode(program))
            sections.append(_PROGRAM.format(name=program.name, priority=priority))
        configuration = self._run / "supervisord.conf"
        configuration.write_text("".join(sections))
        with (self._home / "logs" / "supervisor.log").open("wb") as log:
            self._runner = subprocess.Popen(  # noqa: S603 - our own
                [sys.executable, "-m", "supervisor.supervisord", "-c", configuration.name],
                cwd=self._run,
                env={**environment, "LEAD_SOCKET": str(self._socket), "LEAD_PYTHON": sys.executable},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for us alone: we stop things in order
            )
        self._await_runner(self._runner)

    def stop(self) -> None:
        """End every program, the last started first, and see that none is left."""
        if self._runner is not None:
            self._runner.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._runner.wait(_STOP_SECONDS)
        leftovers.end(self._home)
        if self._runner is not None:
            self._runner.wait()

    def check(self) -> None:
        """Raise Complaint if the runner is gone, or has given a program up."""
        self._check_runner()
        for state in self.states():
            if state.statename == _GIVEN_UP:
                raise Complaint(f"{state.name} does not start; {end_of_log(self._home, state.name)}")

    def revive(self) -> None:
        """Try what the runner has given up once more; raises Complaint if the runner itself is gone."""
        self._check_runner()
        for state in self.states():
            if state.statename == _GIVEN_UP:
                with self._rpc() as runner:
                    runner.supervisor.startProcess(state.name, False)

    @property
    def pid(self) -> int | None:
        """The runner's process."""
        return self._runner.pid if self._runner else None

    def states(self) -> list["ProgramState"]:
        """Tell how each program is; nothing while the runner is starting or stopping."""
        try:
            with self._rpc() as runner:
                return msgspec.convert(runner.supervisor.getAllProcessInfo(), list[ProgramState])
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return []

    def _rpc(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(serverurl=f"unix://{self._socket}")
        return xmlrpc.client.ServerProxy("http://runner", transport=transport)

    def _check_runner(self) -> None:
        if self._runner is None or self._runner.poll() is not None:
            raise Complaint(f"The process runner is gone; see {self._home / 'logs' / 'supervisor.log'}.")

    def _await_runner(self, runner: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.states():
            if runner.poll() is not None or time.monotonic() > deadline:
                raise Complaint(f"The process runner does not start; {end_of_log(self._home, 'supervisor')}")
            time.sleep(0.05)


class ProgramState(msgspec.Struct, frozen=True):
    """How a program is, in supervisor's words."""

    name: str
    statename: str
    pid: int


def end_of_log(home: Path, name: str) -> str:
    """Quote the last lines a program wrote."""
    path = home / "logs" / f"{name}.log"
    lines = path.read_text(errors="replace").splitlines()[-8:] if path.exists() else []
    return f"the end of {path}:\n" + "\n".join(lines)


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
