"""Settings: one frozen struct per service, read from the environment once."""

import os
from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec

MIN_SECRET_CHARS = 32


class SettingsInvalid(Exception):
    """The environment does not make a service; the message names every problem."""


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every service is told. A field `auth_url` is the environment variable `AUTH_URL`.

    `service_database_url` carries no credentials: each service has a role of its own, `<role_prefix>_<service>`,
    whose password is derived from `lead_secret`.
    """

    port: int
    service_database_url: str
    lead_secret: str

    host: str = "127.0.0.1"
    role_prefix: str = "lead"
    database_pool_size: int = 8

    auth_url: str = "http://127.0.0.1:4001"
    connections_url: str = "http://127.0.0.1:4002"
    sync_worker_url: str = "http://127.0.0.1:4003"
    identity_url: str = "http://127.0.0.1:4004"
    agent_url: str = "http://127.0.0.1:4005"
    public_url: str = "http://localhost:4000"

    forwarded_allow_ips: str = "127.0.0.1,::1"
    """The proxies whose X-Forwarded-For and -Proto are believed: addresses or networks, comma-separated."""

    bus_retention_days: int = 3
    bus_poll_seconds: float = 2.0
    max_body_bytes: int = 1_000_000

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    sentry_dsn: str = ""
    """Where bugs are told of; nowhere without it. Where spans go is told by `OTEL_EXPORTER_OTLP_ENDPOINT`."""

    def __post_init__(self) -> None:
        """Refuse a weak secret. Raises `ValueError`."""
        if len(self.lead_secret) < MIN_SECRET_CHARS:
            raise ValueError(f"LEAD_SECRET needs at least {MIN_SECRET_CHARS} characters")


S = TypeVar("S", bound=ServiceSettings)


def load(settings_type: type[S], environ: Mapping[str, str] = os.environ) -> S:
    """Read the settings of a service. Raises `SettingsInvalid` naming every variable that is missing or wrong."""
    problems: list[str] = []
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(settings_type):
        variable = field.name.upper()
        text = environ.get(variable)
        if text is None or text == "":
            if field.required:
                problems.append(f"{variable} is not set")
            continue
        try:
            values[field.name] = msgspec.convert(text, field.type, strict=False)
        except msgspec.ValidationError:
            problems.append(f"{variable} is not of the kind {getattr(field.type, '__name__', field.type)}")
    if not problems:
        try:
            return msgspec.convert(values, settings_type)
        except msgspec.ValidationError as error:
            problems.append(str(error))
    raise SettingsInvalid("; ".join(problems))
