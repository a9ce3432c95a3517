"""Refresh tokens: what they are made of, and what one that comes back means.

A token's successor follows from it and a secret of ours. So two tabs that refresh at once, or a page whose answer was
lost on the way, are given the same successor, and a session never has two ends: whoever goes on with a stolen token
is found out when the other end is used.
"""

import base64
import hashlib
import hmac
import os
from datetime import datetime, timedelta
from typing import Literal

GRACE = timedelta(seconds=10)
"""How long after its rotation a token may come again."""

Verdict = Literal["rotate", "repeat", "reused"]


def new() -> str:
    """Make the first token of a session."""
    return _text(os.urandom(32))


def successor(token: str, secret: bytes) -> str:
    """Make the token that follows this one; without the secret nobody can."""
    return _text(hmac.digest(secret, token.encode(), "sha256"))


def fingerprint(token: str) -> bytes:
    """Return what the database keeps in the token's place."""
    return hashlib.sha256(token.encode()).digest()


def judge(rotated_at: datetime | None, now: datetime) -> Verdict:
    """Tell what a token of an open session is for."""
    if rotated_at is None:
        return "rotate"
    return "repeat" if now - rotated_at <= GRACE else "reused"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
