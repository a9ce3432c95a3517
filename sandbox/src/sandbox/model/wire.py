"""What goes in and out of the Messages API, as far as the stand-in reads it."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from sandbox.wire import Refusal

Block = dict[str, Any]
"""A block of content as it stands on the wire."""

Role = Literal["user", "assistant", "system"]

_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error", 500: "api_error",
    529: "overloaded_error",
}  # fmt: skip


class Message(msgspec.Struct):
    """A message of the conversation; a plain text is one block of it."""

    role: Role
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        """Its content, block by block."""
        return [{"type": "text", "text": self.content}] if isinstance(self.content, str) else self.content

    def of(self, kind: str) -> list[Block]:
        """Its blocks of a kind."""
        return [block for block in self.blocks if block.get("type") == kind]


class Tool(msgspec.Struct):
    """A tool that is offered."""

    name: str
    input_schema: dict[str, Any]
    description: str = ""


class Question(msgspec.Struct, kw_only=True):
    """A request, whole; what is not named here is let pass as the API lets pass what it knows."""

    model: str
    messages: list[Message]
    max_tokens: int | None = None
    stream: bool = False
    system: str | list[Block] = ""
    tools: list[Tool] = []
    thinking: dict[str, Any] = {}

    @property
    def thinks(self) -> bool:
        """Whether every answer begins with thinking."""
        return self.thinking.get("type") in {"adaptive", "enabled"}

    @property
    def asked_at(self) -> int:
        """Where the newest message lies in which somebody wrote, rather than a tool answered."""
        places = [place for place, each in enumerate(self.messages) if each.role == "user" and each.of("text")]
        return places[-1] if places else 0

    @property
    def asked(self) -> list[str]:
        """What was written there, block by block."""
        return [str(block.get("text", "")) for block in self.messages[self.asked_at].of("text")]

    def since_asked(self) -> Sequence[Message]:
        """What the model and the tools have said to it until now."""
        return self.messages[self.asked_at + 1 :]

    @property
    def step(self) -> int:
        """How many answers the newest question has had."""
        return sum(message.role == "assistant" for message in self.since_asked())

    def results(self) -> Iterator[tuple[Block, Block]]:
        """Each call since the newest question, with its result."""
        calls = {call["id"]: call for message in self.since_asked() for call in message.of("tool_use")}
        for message in self.since_asked():
            for result in message.of("tool_result"):
                if result["tool_use_id"] in calls:
                    yield calls[result["tool_use_id"]], result


def refusal(status: int, message: str) -> Refusal:
    """A no in the API's own shape; what is too much now may be asked again at once."""
    body: dict[str, object] = {
        "type": "error",
        "error": {"type": _TYPES[status], "message": message},
        "request_id": "req_stand_in",
    }
    again = {"retry-after": "0"} if status in {429, 529} else {}
    return Refusal(status, body, {"request-id": "req_stand_in"} | again)
