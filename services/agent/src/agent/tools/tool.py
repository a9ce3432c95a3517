"""A tool: what it is called and for, what it takes, and what it does."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

from agent.tools.api import Api, ToolFailed

I = TypeVar("I", bound=msgspec.Struct)  # noqa: E741 - the input

LONGEST_RESULT = 20_000
"""Characters of one result; of what is longer, parts are left out."""
LEFT_OUT = "This was too long: ends of texts and items of lists are left out. Ask for less at once."
_MEASURES = ((50, 4_000), (20, 2_000), (10, 1_000), (5, 500), (3, 200), (1, 100))
"""How many items of a list, and characters of a text, are tried one after the other."""


class Source(msgspec.Struct, frozen=True):
    """A source record that a result rests on."""

    contact_id: str
    provider: str
    connection_id: str
    provider_id: str
    title: str
    updated_at: str | None = None
    left_out: int = 0
    """It stands for so many records of the contact that are not listed."""

    @property
    def id(self) -> str:
        """What names it among all sources."""
        if self.left_out:
            return f"{self.contact_id}/more"
        return f"{self.connection_id}/{self.provider_id}"

    @property
    def page(self) -> str:
        """Where people see it."""
        page = f"/app/contacts/{self.contact_id}"
        return page if self.left_out else f"{page}?{urlencode({'source': self.id})}"

    @property
    def label(self) -> str:
        """What people are shown of it."""
        if self.left_out:
            return f"{self.title} · {self.left_out} more records"
        dated = f" · {self.updated_at[:10]}" if self.updated_at else ""
        return f"{self.title} · {self.provider}{dated}"


class Result(msgspec.Struct, frozen=True):
    """What a tool found: for the model, and the records it was found in."""

    content: dict[str, Any]
    sources: tuple[Source, ...] = ()
    mentions: tuple[Source, ...] = ()
    """A record of each entry of a list, for as long as there is room: nobody was looked at yet."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a proposal does, as people see it: where, and each field before and after."""

    says: str
    provider: str | None = None
    effect: str | None = None
    """What really happens there, where its words alone would promise more or less."""
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
    """Write a result for the model."""
    return msgspec.json.encode(content).decode()


def fitted(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a result what is too much: whole items, and the ends of long texts; it says so, and stays JSON."""
    if len(written(content)) <= LONGEST_RESULT:
        return content
    for items, characters in _MEASURES:
        left: dict[str, Any] = {"left_out": LEFT_OUT, **_trimmed(content, items, characters)}
        if len(written(left)) <= LONGEST_RESULT:
            return left
    return {"left_out": "All of it: it is too long to be told. Ask for one thing of it."}


def _trimmed(value: Any, items: int, characters: int) -> Any:
    if isinstance(value, str):
        return cut(value, characters)
    if isinstance(value, list | tuple):
        kept = [_trimmed(each, items, characters) for each in value[:items]]
        return [*kept, f"… {len(value) - items} more"] if len(value) > items else kept
    if isinstance(value, dict):
        return {name: _trimmed(each, items, characters) for name, each in value.items()}
    return value


def cut(text: str, longest: int) -> str:
    """Leave out the end of a long text, and say how much it was."""
    return text if len(text) <= longest else f"{text[:longest]} … ({len(text) - longest} more characters)"
