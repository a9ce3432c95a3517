"""A PostgreSQL 18 of our own, run from the programs in a wheel: nothing else need be installed."""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
import psycopg

from lead.complaint import Complaint
from lead.interruption import ending_in_order
from lead.sockets import socket_folder
from lead.unprivileged import Runner

MAJOR_VERSION = 18
ADMINISTRATOR = "lead_admin"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_START_SECONDS = 120
_STOP_SECONDS = 60


class EmbeddedPostgres:
    """One server whose data live under `directory`; `options` are settings of PostgreSQL over ours.

    As root it runs as an unprivileged account, and `home` is where its data really are: `directory`
    itself, or a folder under /var/tmp if that account could not get to `directory`.
    """

    def __init__(self, directory: Path, options: Mapping[str, str] = MappingProxyType({})) -> None:
        self._runner = Runner()
        self._settings = {**SETTINGS, **options}
        self._process: subprocess.Popen[bytes] | None = None
        self.home = self._runner.home_for(directory)
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self._socket_folder = socket_folder(self.home / "socket")

    @property
    def url(self) -> str:
        """The administrator's address, good once the server has been started."""
        password = (self.home / "password").read_text()
        folder, port = self._socket_folder, self._settings["port"]
        return f"postgresql://{ADMINISTRATOR}:{password}@/postgres?host={folder}&port={port}"

    def start(self) -> str:
        """Return the address of a server that answers, started if none does; raises Complaint if it cannot.

        Safe when several start at once: one starts the server and the others find it.
        """
        with _one_at_a_time(self.home / "lock"):
            if not self.is_running():
                programs = self._runner.binaries_for(self.home)
                self._create_data(programs)
                self._clear_leftovers()
                self._launch(programs)
                self._await_answer()
        return self.url

    def stop(self) -> None:
        """End the server, whoever started it: connections are cut, and what they committed stays."""
        postmaster = self._find_postmaster()
        if postmaster is not None:
            _end(postmaster)
        if self._process is not None:
            self._process.wait()
            self._process = None
        shutil.rmtree(self._socket_folder, ignore_errors=True)

    def is_running(self) -> bool:
        """Say whether the server answers: the only proof that counts."""
        if not (self.home / "password").exists():
            return False
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def is_alive(self) -> bool:
        """Say whether the server's process is there: cheaper than asking it, and good enough for a watchman."""
        return self._find_postmaster() is not None

    def _create_data(self, programs: Path) -> None:
        if self.data.exists():
            _check_data_version(self.data)
            return
        draft = self.home / "data.new"  # renamed when whole, so a killed start leaves no half of a database
        shutil.rmtree(draft, ignore_errors=True)
        self._runner.make_private_folder(draft)
        self._write_password()
        # The C.UTF-8 of PostgreSQL itself: it sorts the same on every machine, and needs no locale installed.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["--auth=scram-sha-256", f"--username={ADMINISTRATOR}", f"--pwfile={self.home / 'password'}"]
        command = [str(programs / "initdb"), f"--pgdata={draft}", "--no-instructions", *locale, *access]
        if self._settings.get("fsync") == "off":
            command.append("--no-sync")
        arguments = self._process_arguments()
        answer = subprocess.run(command, check=False, capture_output=True, text=True, **arguments)  # noqa: S603
        if answer.returncode != 0:
            raise Complaint(f"PostgreSQL could not make its data folder {draft}:\n{answer.stderr.strip()}")
        with (draft / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'lead.conf'  # written anew at every start\n")
        draft.rename(self.data)

    def _write_password(self) -> None:
        password = self.home / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        self._runner.own(password)

    def _clear_leftovers(self) -> None:
        """Remove the locks of a server that was killed."""
        # PostgreSQL sees by itself that the process is gone, but not that its number is another's by now.
        if self._process is not None:
            self._process.poll()
        if self._find_postmaster() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._runner.make_private_folder(self._socket_folder)
            for left in self._socket_folder.iterdir():
                left.unlink()

    def _find_postmaster(self) -> psutil.Process | None:
        """Find the process that serves our data: the pid file is a hint, its command line the proof."""
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            if str(self.data) in process.cmdline():
                return process
        return None

    def _launch(self, programs: Path) -> None:
        settings = {**self._settings, "unix_socket_directories": str(self._socket_folder)}
        quoted = {name: value.replace("'", "''") for name, value in settings.items()}
        lines = [f"{name} = '{value}'\n" for name, value in quoted.items()]
        (self.data / "lead.conf").write_text("".join(lines))
        self._runner.own(self.data / "lead.conf")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [str(programs / "postgres"), "-D", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle: the server stops last
                **self._process_arguments(),
            )

    def _process_arguments(self) -> dict[str, Any]:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return {"cwd": "/", "env": {**environment, "LC_ALL": "C"}, **self._runner.popen_arguments()}

    def _await_answer(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_running():
            if self._process.poll() is not None or time.monotonic() > deadline:
                end_of_log = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                self.stop()
                raise Complaint(f"PostgreSQL did not start; the end of {self.log}:\n{end_of_log}")
            time.sleep(0.03)


@contextlib.contextmanager
def temporary_postgres(options: Mapping[str, str] = MappingProxyType({})) -> Iterator[EmbeddedPostgres]:
    """Run a server for the length of a `with`, also where a signal cuts that short; its data go with it."""
    with ending_in_order():
        postgres = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="lead-")), options)
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()
            shutil.rmtree(postgres.home)


def _check_data_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(MAJOR_VERSION):
        raise Complaint(
            f"The data in {data} are of PostgreSQL {version}, and this is {MAJOR_VERSION}; "
            "dump them with the old one and load them here, or move the folder away to start anew."
        )


def _end(postmaster: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        postmaster.send_signal(signal.SIGINT)  # "fast": do not wait for clients to leave
        try:
            postmaster.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired:
            postmaster.send_signal(signal.SIGQUIT)  # "immediate": the next start replays the log
            postmaster.wait(_STOP_SECONDS)


@contextlib.contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
