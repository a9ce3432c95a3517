"""What pages send: of it, only what a person newly wrote and decided is used."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, field
from servicekit.errors import BadRequest

LONGEST_QUESTION = 20_000
LONGEST_REQUEST = 10_000_000
"""Bytes: clients other than our page send all that was said each time, with what tools found."""

ChatId = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class ChatRequest(msgspec.Struct, frozen=True):
    """A request as `useChat` makes it; what we do not know passes."""

    id: ChatId
    messages: Annotated[list[dict[str, Any]], Meta(min_length=1)]
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: str | None = field(default=None, name="messageId")
    contact_id: UUID | None = field(default=None, name="contactId")


class Decided(msgspec.Struct, frozen=True):
    """What a person said of a proposal."""

    proposal_id: UUID
    approved: bool
    reason: str | None


class QuestionUnreadable(BadRequest):
    """A message in which nothing is asked or decided."""

    slug = "question-unreadable"
    title = "There is nothing in this message to answer"


class _Approval(msgspec.Struct, frozen=True):
    id: UUID
    approved: bool
    reason: Annotated[str, Meta(max_length=1_000)] | None = None


def question_in(request: ChatRequest) -> str | None:
    """Read what a person newly wrote; None where they decide something. Raises `QuestionUnreadable`."""
    last = request.messages[-1]
    if last.get("role") == "assistant":
        return None
    texts = [part.get("text") for part in _parts(last) if part.get("type") == "text"]
    text = "\n".join(each for each in texts if isinstance(each, str)).strip()
    if last.get("role") != "user" or not text or "\0" in text:
        raise QuestionUnreadable
    if len(text) > LONGEST_QUESTION:
        raise QuestionUnreadable(f"at most {LONGEST_QUESTION:,} characters are taken")
    return text


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    parts = message.get("parts")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def decisions_in(request: ChatRequest) -> list[Decided]:
    """Read what a person decided. Raises `QuestionUnreadable`."""
    decided: dict[UUID, Decided] = {}
    for part in _parts(request.messages[-1]):
        if part.get("state") == "approval-responded":
            try:
                said = msgspec.convert(part.get("approval"), _Approval)
            except msgspec.ValidationError as error:
                raise QuestionUnreadable(str(error)) from None
            decided[said.id] = Decided(said.id, said.approved, said.reason)
    if not decided:
        raise QuestionUnreadable
    return list(decided.values())
