"""What is to be expected of a connection: what it may do and what not, and when its way in ends."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from contracts.connections import ConnectionView
from providers.source import SourceProvider

AHEAD = timedelta(days=30)
"""How long before a way in ends it is announced."""


def with_outlook(view: ConnectionView, providers: Mapping[str, SourceProvider], *, now: datetime) -> ConnectionView:
    """Add what is allowed, what is missing and what is about to end; a removed connection has nothing to expect."""
    provider = providers.get(view.provider)
    if provider is None or view.state == "removed":
        return view
    missing = provider.lacks(view.scopes)
    return msgspec.structs.replace(
        view,
        missing=missing,
        allowed={scope: purpose for scope, purpose in provider.needs.items() if scope not in missing},
        ending=_ending(view.ends_at, now=now),
    )


def _ending(ends_at: datetime | None, *, now: datetime) -> str | None:
    if ends_at is None or ends_at - now > AHEAD:
        return None
    day = f"{ends_at.astimezone(UTC):%d %B %Y}".removeprefix("0")
    if ends_at <= now:
        return f"The provider closed this way in on {day}: connect the account again in another way."
    left = (ends_at - now).days
    when = "today or tomorrow" if left < 2 else f"in {left} days"
    return f"The provider closes this way in on {day}, {when}: connect the account again in another way before then."
