"""What a sandbox is told from outside."""

import os
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import FieldInfo, fields

from sandbox.changes import key
from sandbox.pipedrive.catalogue import SCOPES, TOKENS_PER_DAY

ACCOUNT_IDS = {
    "hubspot": re.compile(r"[0-9]{1,15}"),
    "pipedrive": re.compile(r"[0-9]{1,12}"),
    "zendesk": re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"),
}
"""What each provider calls its accounts."""


class SettingsInvalid(Exception):
    """The environment holds what we cannot use; the message says which variable and why."""


class AccountSetting(msgspec.Struct, frozen=True, kw_only=True):
    """An account to begin with; `overlap` is the share of its people that the accounts before it know too."""

    provider: str
    account_id: str
    name: str
    contacts: int
    overlap: float = 0.6
    imported: bool = False
    """Whether one import brought them all, so that they bear one and the same stamp."""
    dealings: bool = True
    """Whether it holds more than contacts: deals, or tickets."""

    def __post_init__(self) -> None:
        if self.provider not in ACCOUNT_IDS:
            raise ValueError(f"{self.provider!r} is none of {', '.join(ACCOUNT_IDS)}")
        if not ACCOUNT_IDS[self.provider].fullmatch(self.account_id):
            raise ValueError(f"{self.account_id!r} is no account of {self.provider}")

    @property
    def key(self) -> str:
        """Its name among the accounts of all providers."""
        return key(self.provider, self.account_id)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field is an environment variable: its name in upper case after `SANDBOX_`."""

    host: str = "127.0.0.1"
    port: int = 4100
    seed: int = 7
    people: int = 400
    accounts: str = "hubspot:111111:Acme Sales,pipedrive:222222:Acme Partners,zendesk:acme:Acme Help"
    """`provider:id:name[:contacts[:overlap]]`, parted by commas; `people` stands in where contacts is not given."""
    state: str | None = None
    churn_seconds: float = 0
    rate_limits: bool = True
    search_lag_seconds: float = 1
    token_seconds: int = 1800
    hubspot_client_id: str = "sandbox-hubspot"
    hubspot_client_secret: str = "sandbox-hubspot-secret"  # noqa: S105 - guards seeded people, and is no secret
    hubspot_webhook_url: str | None = None
    """Where the app wants to be told of changes, in all accounts; its settings at HubSpot may say otherwise."""
    pipedrive_client_id: str = "sandbox-pipedrive"
    pipedrive_client_secret: str = "sandbox-pipedrive-secret"  # noqa: S105 - as above
    pipedrive_scopes: str = SCOPES
    pipedrive_tokens_per_day: int = TOKENS_PER_DAY
    zendesk_client_id: str = "sandbox-zendesk"
    zendesk_client_secret: str = "sandbox-zendesk-secret"  # noqa: S105 - as above
    zendesk_api_token: str = "sandbox-zendesk-token"  # noqa: S105 - as above, for every agent of every account

    def account_list(self) -> tuple[AccountSetting, ...]:
        """The accounts to begin with. Raises `SettingsInvalid`."""
        return tuple(self._account(text) for text in self.accounts.split(",") if text.strip())

    def _account(self, text: str) -> AccountSetting:
        names = ("provider", "account_id", "name", "contacts", "overlap")
        parts = [part.strip() for part in text.split(":")]
        try:
            if len(parts) > len(names):
                raise ValueError("too many colons")
            given = {"contacts": self.people, **dict(zip(names, parts, strict=False))}
            return msgspec.convert(given, AccountSetting, strict=False)
        except ValueError as error:
            wanted = "provider:id:name[:contacts[:overlap]]"
            raise SettingsInvalid(f"SANDBOX_ACCOUNTS: {text.strip()!r} is not {wanted} ({error})") from error


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `SettingsInvalid`."""
    given = {field.name: _read(environ, field) for field in fields(Settings) if _variable(field) in environ}
    settings = Settings(**given)
    settings.account_list()
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
