"""What auth is told."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta
from servicekit.settings import ServiceSettings

Count = Annotated[int, Meta(ge=1)]


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """Auth's settings. The costs of Argon2id may rise at any time: a password is hashed anew at its next sign-in."""

    port: int = 4001
    max_body_bytes: int = 20_000

    access_token_hours: Count = 24
    refresh_token_days: Count = 30
    key_rotation_days: Count = 30

    argon2_memory_kib: Count = 19_456
    argon2_iterations: Count = 2
    argon2_lanes: Count = 1
    argon2_at_once: Count = 2

    attempt_window_minutes: Count = 15
    sign_in_attempts_per_account: Count = 10
    sign_in_attempts_per_address: Count = 100
    registrations_per_address: Count = 60

    @property
    def access_token_lives(self) -> timedelta:
        """How long a person's token is good for."""
        return timedelta(hours=self.access_token_hours)

    @property
    def refresh_token_lives(self) -> timedelta:
        """How long a session that nobody uses stays open."""
        return timedelta(days=self.refresh_token_days)
