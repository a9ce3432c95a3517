"""How auth shows a person and their session."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Role = Literal["owner", "admin", "member"]


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A person, in the workspace they are signed in to."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    workspace_id: UUID
    role: Role
    created_at: datetime


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """What register, login and refresh answer; the refresh token travels in a cookie of its own."""

    token: str
    expires_at: datetime
    user: UserView


class PersonalTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token that a person made for a program of their own, as `GET /auth/tokens` shows it."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class NewPersonalToken(msgspec.Struct, frozen=True, kw_only=True):
    """The only answer that holds the token itself."""

    token: str
    about: PersonalTokenView


class OpenSessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the person is signed in, as `GET /auth/sessions` shows it; `current` is the one that asks."""

    id: UUID
    device: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    current: bool
