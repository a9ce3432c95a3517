"""A house in containers, as `deploy/compose.yml` describes it, started and ended by testcontainers."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

import pytest
from lead.settings import find_checkout, read_env_file
from testcontainers.compose import DockerCompose

from e2e.house import FOR_TESTS, House, await_health, free_ports


class Compose(DockerCompose):
    """Docker Compose, or docker-compose 1.29 where there is no such plugin."""

    @cached_property
    def compose_command_property(self) -> list[str]:
        """How each command begins."""
        docker, compose, *options = super().compose_command_property
        plugin = subprocess.run([docker, compose, "version"], capture_output=True, check=False)
        begin = [docker, compose] if plugin.returncode == 0 else ["docker-compose"]
        return [*begin, *options, "--ansi", "never"]

    def read_logs(self) -> str:
        """All that the containers wrote."""
        return "".join(self.get_logs())


@contextmanager
def in_containers(home: Path) -> Iterator[House]:
    """Build the images and run them for the length of a `with`; nothing but the images is left afterwards."""
    gateway = free_ports(2)
    house = House(home, f"http://localhost:{gateway}", f"http://localhost:{gateway + 1}")
    # `--wait` is newer than docker-compose 1.29, so we wait ourselves.
    compose = Compose(find_checkout() / "deploy", "compose.yml", build=True, wait=False, profiles=["sandbox"])
    with ExitStack() as undo:
        environment = undo.enter_context(pytest.MonkeyPatch.context())
        for name, value in _settings(house).items():
            environment.setenv(name, value)
        undo.callback(compose.stop)
        undo.callback(lambda: (home / "compose.log").write_text(compose.read_logs()))
        try:
            compose.start()
        except subprocess.CalledProcessError as problem:
            ends = compose.read_logs()[-3000:]
            raise RuntimeError(f"the containers did not start; {home}/compose.log ends with\n{ends}") from problem
        await_health(house, is_over=lambda: False, read_log=compose.read_logs)
        yield house


def _settings(house: House) -> dict[str, str]:
    """What compose is told: all of the file for the sandbox, at ports and under a name of our own."""
    given = read_env_file(find_checkout() / "deploy" / "sandbox.env")
    moved = {name: value.replace("http://localhost:4100", house.sandbox_url) for name, value in given.items()}
    return {
        **moved,
        **FOR_TESTS,
        "COMPOSE_PROJECT_NAME": f"lead-e2e-{os.getpid()}",
        "LEAD_TAG": "e2e",
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": house.gateway_url.rpartition(":")[2],
        "SANDBOX_PORT": house.sandbox_url.rpartition(":")[2],
        "PUBLIC_URL": house.gateway_url,
    }
