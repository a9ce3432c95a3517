"""What people send. Lengths are refused here, before anything looks at the text."""

from typing import Annotated, Literal

import msgspec

from auth import emails, names, passwords

Email = Annotated[str, msgspec.Meta(max_length=emails.MAX_CHARS)]
Name = Annotated[str, msgspec.Meta(max_length=names.MAX_CHARS)]
Password = Annotated[str, msgspec.Meta(max_length=passwords.MAX_CHARS)]


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new account."""

    email: Email
    password: Password
    first_name: Name
    last_name: Name

    def __repr__(self) -> str:
        return "Registration()"


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What signs a person in."""

    email: Email
    password: Password

    def __repr__(self) -> str:
        return "Credentials()"


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password, and the one it takes the place of."""

    current: Password
    new: Password

    def __repr__(self) -> str:
        return "PasswordChange()"


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of oneself; what is left out stays."""

    first_name: Name | None = None
    last_name: Name | None = None
    password: PasswordChange | None = None


class WorkspaceChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a workspace."""

    name: Name


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person's own password, to make sure."""

    password: Password

    def __repr__(self) -> str:
        return "Confirmation()"


class PersonalTokenWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for a program of one's own: what it is called, what it may do, how long."""

    name: Name
    scopes: Annotated[tuple[Literal["contacts:read", "contacts:write"], ...], msgspec.Meta(min_length=1, max_length=2)]
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service asks for (RFC 6749, section 4.4)."""

    grant_type: str
    audience: str
