"""What connections says of the accounts people connected."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from contracts.event import Event
from contracts.interactions import InteractionKind

ConnectionState = Literal["active", "paused", "broken", "removed"]
DataChoice = Literal["keep", "erase"]
WebhookState = Literal["on", "off", "refused"]


class ConnectionAuthorized(Event, frozen=True, kw_only=True):
    """A person connected this account, or connected it again; the connection can be synced now.

    `scopes` are what the account granted, empty where it is everything that whoever connected it may do.
    """

    NAME: ClassVar[str] = "connection.authorized.v1"
    TOPIC: ClassVar[str] = "connections"

    connection_id: UUID
    provider: str
    account_id: str
    account_name: str
    authorized_at: datetime | None = None
    scopes: tuple[str, ...] = ()


class ConnectionRemoved(Event, frozen=True, kw_only=True):
    """A person disconnected this account; `data` says whether its records are kept or erased.

    Erased is what was first seen until `removed_at`: the account may be connected again at any time.
    """

    NAME: ClassVar[str] = "connection.removed.v1"
    TOPIC: ClassVar[str] = "connections"

    connection_id: UUID
    provider: str
    data: DataChoice
    removed_at: datetime | None = None


class ConnectionBroken(Event, frozen=True, kw_only=True):
    """The provider refuses this connection's grant; syncing waits until a person reconnects.

    `broken_at`, `removed_at` and `authorized_at` are of one clock and in the order in which it happened.
    """

    NAME: ClassVar[str] = "connection.broken.v1"
    TOPIC: ClassVar[str] = "connections"

    connection_id: UUID
    provider: str
    reason: str
    broken_at: datetime | None = None


class RecordHint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of which a provider said that something happened to it; `kind` is None for a contact.

    `merged_into` is set where it said that the record went into another.
    """

    kind: InteractionKind | None = None
    provider_id: str
    merged_into: str | None = None


class ConnectionPaused(Event, frozen=True, kw_only=True):
    """A person wants this account left alone for a while: nothing is read of it, and nothing is lost.

    `paused_at` is of the same clock as the times of the other events of a connection.
    """

    NAME: ClassVar[str] = "connection.paused.v1"
    TOPIC: ClassVar[str] = "connections"

    connection_id: UUID
    provider: str
    paused_at: datetime


class ConnectionResumed(Event, frozen=True, kw_only=True):
    """A paused connection goes on where it was."""

    NAME: ClassVar[str] = "connection.resumed.v1"
    TOPIC: ClassVar[str] = "connections"

    connection_id: UUID
    provider: str
    resumed_at: datetime


class SyncRequested(Event, frozen=True, kw_only=True):
    """Something outside the schedule asks for news of this connection.

    `records` are those to be looked at, as a provider's webhook named them; with none of them named, something changed.
    """

    NAME: ClassVar[str] = "sync.requested.v1"
    TOPIC: ClassVar[str] = "connections"

    connection_id: UUID
    records: tuple[RecordHint, ...] = ()


class ConnectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A connection as `GET /connections` shows it.

    `expires_at` is when the access token is due to be refreshed, which happens by itself. `ends_at` is when the
    provider closes this way in for good: until then the account has to be connected in another way. `ending` says so
    in words once it is near. `missing` are the scopes we need and were not granted, each with what it is needed for,
    and `allowed` those we need and have, or would have if the grant named any. With `webhooks` on, the provider tells
    of changes; where they are off or refused, and beside them, they are asked for now and then. `removed_data` says
    whether the records of a removed one were kept, and so can still be erased.
    """

    id: UUID
    provider: str
    account_id: str
    account_name: str
    state: ConnectionState
    scopes: tuple[str, ...]
    created_at: datetime
    authorized_at: datetime | None = None
    expires_at: datetime | None = None
    broken_reason: str | None = None
    ends_at: datetime | None = None
    webhooks: WebhookState = "off"
    last_webhook_at: datetime | None = None
    paused_at: datetime | None = None
    ending: str | None = None
    missing: dict[str, str] = {}
    allowed: dict[str, str] = {}
    removed_at: datetime | None = None
    removed_data: DataChoice | None = None


class FileConnected(msgspec.Struct, frozen=True, kw_only=True):
    """What connections tells sync-worker, and nobody else, of the connection of a file: that it is there now."""

    connection_id: UUID
    provider: str
    account_id: str
    account_name: str
    authorized_at: datetime

    def announced(self, workspace_id: UUID) -> ConnectionAuthorized:
        """Say the same to all who listen."""
        return ConnectionAuthorized(
            workspace_id=workspace_id,
            connection_id=self.connection_id,
            provider=self.provider,
            account_id=self.account_id,
            account_name=self.account_name,
            authorized_at=self.authorized_at,
        )


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """What connections hands sync-worker, and nobody else: a token to call the provider with, until it ends.

    `token_type` is the scheme it goes by in the header `Authorization`.
    """

    provider: str
    account_id: str
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    api_url: str | None = None
    expires_at: datetime | None = None
