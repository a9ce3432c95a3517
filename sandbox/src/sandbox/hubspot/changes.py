"""All that can happen to the stand-in HubSpot, as facts: applied when they happen, and again after a restart."""

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag=str.lower):
    """Something that happened, at a time in milliseconds."""

    at: int


class PortalOpened(Change, frozen=True, kw_only=True):
    """An account, with that many seeded contacts: people of the world from number `first` on."""

    portal_id: int
    name: str
    contacts: int
    first: int
    imported: bool = False


class PortalClosed(Change, frozen=True, kw_only=True):
    """An account is no more."""

    portal_id: int


class GrantRevoked(Change, frozen=True, kw_only=True):
    """Somebody withdrew an app's grant: its tokens are dead."""

    grant: str


class GrantsWithdrawn(Change, frozen=True, kw_only=True):
    """An account withdrew every grant it had made until now."""

    portal_id: int


class TokensExpired(Change, frozen=True, kw_only=True):
    """Every access token made until now is expired."""


class RecordChange(Change, frozen=True, kw_only=True):
    """Something that happened to records of one kind in one account; records are named by their row."""

    portal_id: int
    kind: str


class Created(RecordChange, frozen=True, kw_only=True):
    """A record was made; `links` are the kinds and rows it was linked to at once."""

    properties: dict[str, str | None]
    links: tuple[tuple[str, int], ...] = ()


class Edited(RecordChange, frozen=True, kw_only=True):
    """Properties were written; None is a cleared one."""

    row: int
    properties: dict[str, str | None]


class Archived(RecordChange, frozen=True, kw_only=True):
    """A record was deleted the way that can be undone."""

    row: int


class Restored(RecordChange, frozen=True, kw_only=True):
    """An archived record came back."""

    row: int


class Erased(RecordChange, frozen=True, kw_only=True):
    """A record was deleted for good."""

    row: int


class Merged(RecordChange, frozen=True, kw_only=True):
    """Two records became one new one; where both have a value, the primary's stays."""

    primary: int
    other: int


class Linked(RecordChange, frozen=True, kw_only=True):
    """Two records were associated."""

    row: int
    to_kind: str
    to_row: int


class Unlinked(RecordChange, frozen=True, kw_only=True):
    """Two records are no longer associated."""

    row: int
    to_kind: str
    to_row: int


AnyRecordChange = Created | Edited | Archived | Restored | Erased | Merged | Linked | Unlinked
AnyChange = PortalOpened | PortalClosed | GrantRevoked | GrantsWithdrawn | TokensExpired | AnyRecordChange
