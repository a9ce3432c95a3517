"""Views of golden records that people keep."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A view: what a list is narrowed to, in which order, and with which columns; the whole workspace sees it."""

    id: UUID
    name: str
    q: str | None
    filter: dict[str, Any] | None
    sort: str
    columns: tuple[str, ...]
    made_by: UUID
    created_at: datetime
    updated_at: datetime
