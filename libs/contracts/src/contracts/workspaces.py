"""What auth says of workspaces."""

from typing import ClassVar

from contracts.event import Event


class WorkspaceErased(Event, frozen=True, kw_only=True):
    """A workspace and all it holds must go, everywhere."""

    NAME: ClassVar[str] = "workspace.erased.v1"
    TOPIC: ClassVar[str] = "workspaces"
