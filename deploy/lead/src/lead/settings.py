"""What the whole is told from outside: the environment, and `.env` in the checkout under it."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from servicekit.house import SERVICES

from lead.complaint import Complaint

SANDBOX = "sandbox"
GATEWAY = "gateway"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A field `gateway_port` is the environment variable `GATEWAY_PORT`.

    `environ` is all that was read: from it each service is handed its own settings, and nothing else.
    """

    lead_home: Path
    lead_secret: str
    gateway_host: str = "127.0.0.1"
    gateway_port: int = 4000
    sandbox_port: int = 4100
    inner_port_base: int
    role_prefix: str = "lead"
    public_url: str
    database_url: str | None = None
    postgres_port: int | None = None
    demo_email: str = "demo@example.com"
    demo_password: str = "lead-manager-demo"  # noqa: S105 - printed by the demo, and guards invented people
    environ: Mapping[str, str]

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers on this machine."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox answers on this machine."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    def port_of(self, service: str) -> int:
        """The port a service listens on: inner ones follow each other from a base."""
        if service == GATEWAY:
            return self.gateway_port
        if service == SANDBOX:
            return self.sandbox_port
        inner = [name for name in SERVICES if name != GATEWAY]
        return self.inner_port_base + inner.index(service)


def load(environ: Mapping[str, str] = os.environ, *, checkout: Path | None = None) -> Settings:
    """Read the settings, making the home and its secret on the way; raises Complaint for a wrong one."""
    checkout = checkout or find_checkout()
    environ = {**read_env_file(checkout / ".env"), **environ}
    given = {name: environ[name.upper()] for name in Settings.__struct_fields__ if environ.get(name.upper())}
    given.pop("environ", None)
    home = Path(given.get("lead_home", checkout / ".lead")).absolute()
    home.mkdir(parents=True, exist_ok=True)
    gateway_port = given.get("gateway_port", "4000")
    defaults: dict[str, Any] = {
        "lead_secret": given.get("lead_secret") or _kept_secret(home / "secret"),
        "public_url": f"http://localhost:{gateway_port}",
        "inner_port_base": int(gateway_port) + 1 if gateway_port.isdecimal() else 0,
    }
    try:
        settings = msgspec.convert({**defaults, **given, "lead_home": home, "environ": {}}, Settings, strict=False)
    except msgspec.ValidationError as problem:
        raise Complaint(f"A setting is wrong: {problem}.") from problem
    return msgspec.structs.replace(settings, environ=environ)


def find_checkout() -> Path:
    """The folder of the checkout this runs from, or the current one where it is installed otherwise."""
    above = Path(__file__).resolve().parents
    return next((folder for folder in above if (folder / "uv.lock").exists()), Path.cwd())


def read_env_file(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines; a missing file is an empty one. Raises Complaint for a line it cannot read."""
    values: dict[str, str] = {}
    if not path.exists():
        return values
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, found, value = text.removeprefix("export ").partition("=")
        if not found:
            raise Complaint(f"{path}, line {number}: expected NAME=value.")
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if value[:1] in {"'", '"'}:
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip() if not value.startswith("#") else ""


def _kept_secret(path: Path) -> str:
    """Return the secret of this home, made at its first start."""
    draft = path.with_name(f"secret.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)  # fails if there is one, so two first starts agree
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
