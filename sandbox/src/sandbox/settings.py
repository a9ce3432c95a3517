"""What a sandbox is told from outside."""

import os
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import FieldInfo, fields


class SettingsInvalid(Exception):
    """The environment holds what we cannot use; the message says which variable and why."""


class PortalSetting(msgspec.Struct, frozen=True, kw_only=True):
    """An account to begin with; `overlap` is the share of its people that the account before it knows too."""

    portal_id: int
    name: str
    contacts: int
    overlap: float = 0.6
    imported: bool = False
    """Whether one import brought them all, so that they bear one and the same stamp."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field is an environment variable: its name in upper case after `SANDBOX_`."""

    host: str = "127.0.0.1"
    port: int = 4100
    seed: int = 7
    people: int = 400
    portals: str = "111111:Acme Sales,222222:Acme Support"
    """`id:name[:contacts[:overlap]]`, parted by commas; `people` stands in where contacts is not given."""
    state: str | None = None
    churn_seconds: float = 0
    rate_limits: bool = True
    search_lag_seconds: float = 1
    token_seconds: int = 1800
    hubspot_client_id: str = "sandbox-hubspot"
    hubspot_client_secret: str = "sandbox-hubspot-secret"  # noqa: S105 - guards seeded people, and is no secret

    def portal_list(self) -> tuple[PortalSetting, ...]:
        """The accounts to begin with. Raises `SettingsInvalid`."""
        return tuple(self._portal(text) for text in self.portals.split(",") if text.strip())

    def _portal(self, text: str) -> PortalSetting:
        names = ("portal_id", "name", "contacts", "overlap")
        parts = [part.strip() for part in text.split(":")]
        try:
            if len(parts) > len(names):
                raise ValueError("too many colons")
            given = {"contacts": self.people, **dict(zip(names, parts, strict=False))}
            return msgspec.convert(given, PortalSetting, strict=False)
        except ValueError as error:
            raise SettingsInvalid(f"SANDBOX_PORTALS: {text.strip()!r} is not id:name[:contacts[:overlap]]") from error


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `SettingsInvalid`."""
    given = {field.name: _read(environ, field) for field in fields(Settings) if _variable(field) in environ}
    settings = Settings(**given)
    settings.portal_list()
    return settings


def _variable(field: FieldInfo) -> str:
    return f"SANDBOX_{field.name.upper()}"


def _read(environ: Mapping[str, str], field: FieldInfo) -> Any:
    text = environ[_variable(field)]
    if field.type is bool:
        text = {"on": "true", "off": "false"}.get(text, text)
    try:
        return msgspec.convert(text, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(f"{_variable(field)}: {error}") from error
