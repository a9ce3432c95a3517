"""Which house the journeys go through: `E2E_TARGET` is `embedded`, `compose` or the address of one that runs."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from e2e.containers import in_containers
from e2e.house import House, await_health, embedded

EMBEDDED = "embedded"


def target_of(environ: Mapping[str, str]) -> str:
    """The house that is asked for; the embedded one unless told otherwise."""
    return environ.get("E2E_TARGET") or EMBEDDED


def open_house(environ: Mapping[str, str], home: Path) -> AbstractContextManager[House]:
    """Have the house that is asked for, and leave nothing of it; raises `pytest.UsageError` for what is none."""
    match target_of(environ):
        case "embedded":
            return embedded(home)
        case "compose":
            return in_containers(home)
        case address if address.startswith(("http://", "https://")):
            return _at(House(home, address.rstrip("/"), _sandbox_of(environ)))
        case unknown:
            raise pytest.UsageError(
                f"E2E_TARGET is embedded, compose or an address that begins with http, not {unknown!r}"
            )


def _sandbox_of(environ: Mapping[str, str]) -> str:
    address = environ.get("E2E_SANDBOX_URL", "")
    if not address.startswith(("http://", "https://")):
        raise pytest.UsageError("E2E_TARGET is an address, so E2E_SANDBOX_URL has to be the address of its sandbox")
    return address.rstrip("/")


@contextmanager
def _at(house: House) -> Iterator[House]:
    await_health(
        house, is_over=lambda: False, read_log=lambda: f"neither fit: {house.gateway_url}, {house.sandbox_url}"
    )
    yield house
