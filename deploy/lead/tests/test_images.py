"""What an image holds and how it runs, seen on that of one service."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from lead.settings import find_checkout
from servicekit.house import SERVICES, package_of

pytestmark = [pytest.mark.container, pytest.mark.timeout(600)]

SERVICE = "sync-worker"
OTHERS = [package_of(name) for name in SERVICES if name != SERVICE]


def docker(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["docker", *arguments], check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    tag = f"lead-manager/{SERVICE}:test-{os.getpid()}"
    network = os.environ.get("BUILD_NETWORK", "host")
    which = ["--target=service", f"--build-arg=MODULE={package_of(SERVICE)}", f"--network={network}"]
    root = find_checkout()
    built = docker("build", "--quiet", f"--file={root}/deploy/Dockerfile", *which, f"--tag={tag}", str(root))
    assert built.returncode == 0, built.stderr[-3000:]
    yield tag
    docker("image", "rm", tag)


def run(image: str, *command: str) -> "subprocess.CompletedProcess[str]":
    return docker("run", "--rm", "--read-only", "--network=none", image, *command)


def test_it_runs_as_an_account_that_may_write_nowhere(image: str) -> None:
    tried = run(
        image, "python", "-c", "import os; print(os.getuid(), [p for p in ('/', '/app') if os.access(p, os.W_OK)])"
    )

    assert tried.stdout.split() == ["10001", "[]"], tried.stderr


def test_it_holds_its_own_service_and_no_other(image: str) -> None:
    look = "import importlib.util as u, sys; print([name for name in sys.argv[1:] if u.find_spec(name)])"
    tried = run(image, "python", "-c", look, package_of(SERVICE), *OTHERS, "sandbox", "lead", "pytest")

    assert tried.stdout.strip() == f"['{package_of(SERVICE)}']", tried.stderr


def test_untold_it_ends_with_a_sentence(image: str) -> None:
    tried = run(image)

    assert tried.returncode == 2
    assert tried.stderr == f"{SERVICE}: SERVICE_DATABASE_URL is not set; LEAD_SECRET is not set\n"
