"""What auth says of workspaces."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.event import Event
from contracts.people import Role


class WorkspaceErased(Event, frozen=True, kw_only=True):
    """A workspace and all it holds must go, everywhere."""

    NAME: ClassVar[str] = "workspace.erased.v1"
    TOPIC: ClassVar[str] = "workspaces"


class WorkspaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace as one of its members sees it; `role` is theirs."""

    id: UUID
    name: str
    role: Role
    created_at: datetime
