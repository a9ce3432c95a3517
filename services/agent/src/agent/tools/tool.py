"""A tool: what it is called and for, what it takes, and what it does."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

from agent.tools.api import Api, ToolFailed

I = TypeVar("I", bound=msgspec.Struct)  # noqa: E741 - the input

LONGEST_RESULT = 20_000
"""Characters of one result; what is longer is cut, and says so."""


class Source(msgspec.Struct, frozen=True):
    """A source record that a result rests on."""

    contact_id: str
    provider: str
    connection_id: str
    provider_id: str
    title: str
    updated_at: str | None = None

    @property
    def id(self) -> str:
        """What names it among all sources."""
        return f"{self.connection_id}/{self.provider_id}"

    @property
    def page(self) -> str:
        """Where people see it."""
        return f"/app/contacts/{self.contact_id}?{urlencode({'source': self.id})}"

    @property
    def label(self) -> str:
        """What people are shown of it."""
        dated = f" · {self.updated_at[:10]}" if self.updated_at else ""
        return f"{self.title} · {self.provider}{dated}"


class Result(msgspec.Struct, frozen=True):
    """What a tool found: for the model, and the records it was found in."""

    content: Any
    sources: tuple[Source, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a proposal does, as people see it: where, and each field before and after."""

    says: str
    provider: str | None = None
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    record: str | None = None
    """The source record it acts upon, as connection_id/provider_id: who is erased is found by it."""
    action: dict[str, Any] | None = None
    """What sync-worker is asked for."""
    decision: dict[str, Any] | None = None
    """What identity is asked for: its path and body."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal does, all of it."""

    contact_id: str | None = None
    title: str
    steps: tuple[Step, ...]


class Reading(msgspec.Struct, Generic[I], frozen=True):
    """A tool that reads."""

    name: str
    title: str
    description: str
    takes: type[I]
    work: Callable[[Api, I], Awaitable[Result]]


class Writing(msgspec.Struct, Generic[I], frozen=True):
    """A tool that proposes: it makes a plan, which a person approves."""

    name: str
    title: str
    description: str
    takes: type[I]
    plan: Callable[[Api, I], Awaitable[Plan]]


Tool = Reading[Any] | Writing[Any]


def described(tool: Tool) -> dict[str, Any]:
    """Describe a tool to the model."""
    (schema,), components = msgspec.json.schema_components([tool.takes], ref_template="#/$defs/{name}")
    own = components.pop(tool.takes.__name__)
    if components:
        own["$defs"] = components
    del schema
    own.pop("title", None)
    return {"name": tool.name, "description": tool.description, "input_schema": own}


def read_input(tool: Tool, given: object) -> Any:
    """Read what the model gave. Raises `ToolFailed` with what is wrong with it."""
    try:
        return msgspec.convert(given, tool.takes)
    except msgspec.ValidationError as error:
        raise ToolFailed(f"The input does not fit: {error}") from None


def written(content: object) -> str:
    """Write a result for the model, cut where it is too long."""
    text = msgspec.json.encode(content).decode()
    if len(text) <= LONGEST_RESULT:
        return text
    return f"{text[:LONGEST_RESULT]} … (cut; ask for less, or for the next part)"
