"""Who asks, and where from, as far as it can be known."""

import ipaddress
from uuid import UUID

import msgspec
from servicekit.errors import Forbidden
from servicekit.principal import Principal

MAX_DEVICE_CHARS = 200


class Caller(msgspec.Struct, frozen=True):
    """The address a request came from and the program that sent it."""

    address: str
    device: str


def address_of(peer: str, forwarded_for: str) -> str:
    """Tell the address of whoever asks.

    Who speaks to us from outside speaks for itself. Our gateway is near, and has written the address it saw at the
    end of what it was given; all before that is what somebody wishes us to believe.
    """
    if forwarded_for and _is_near(peer):
        return forwarded_for.rpartition(",")[2].strip()
    return peer


def _is_near(peer: str) -> bool:
    try:
        ip = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_private


def device_of(user_agent: str | None) -> str:
    """Name the program, fit to be shown in a list."""
    return "".join(char for char in user_agent or "unknown" if char.isprintable())[:MAX_DEVICE_CHARS]


def person_of(principal: Principal) -> UUID:
    """Name the person who is signed in. Raises `Forbidden` for a service."""
    if principal.user_id is None:
        raise Forbidden("this needs a signed-in person")
    return principal.user_id
