"""Conversations with the assistant, its proposals, and what it uses."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.event import Event

ProposalState = Literal["open", "running", "done", "failed", "refused", "expired"]
ProposalDoor = Literal["chat", "mcp"]


class ChatHeadView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation in a list."""

    id: str
    title: str
    updated_at: datetime


class ChatDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation; `messages` are UI messages of the AI SDK, `is_answering` says that a turn is under way."""

    id: str
    title: str
    is_answering: bool
    messages: list[dict[str, Any]]


class ProposedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would be done, and where; each field before and after, and what really happens there."""

    says: str
    provider: str | None
    effect: str | None
    before: dict[str, str | None]
    after: dict[str, str | None]


class ProposalView(msgspec.Struct, frozen=True, kw_only=True):
    """Something the assistant proposes, or a program did over MCP; `outcome` tells, step by step, what became of it."""

    id: UUID
    title: str
    tool: str
    input: dict[str, Any]
    contact_id: str | None
    steps: list[ProposedStep]
    state: ProposalState
    reason: str | None
    outcome: Any
    via: ProposalDoor
    chat_id: str | None
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None


class ProposalEnded(Event, frozen=True, kw_only=True):
    """A proposal that was approved came to its end; what became of it is asked for."""

    NAME: ClassVar[str] = "proposal.ended.v1"
    TOPIC: ClassVar[str] = "proposals"

    proposal_id: UUID


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A yes; with `input`, to the proposal as it was edited."""

    input: dict[str, Any] | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A no."""

    reason: Annotated[str, Meta(max_length=1_000)] | None = None


class UsageDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a day took, in UTC; `input_tokens` without those read from the cache, no cost where no prices are told."""

    day: date
    turns: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cost_dollars: float | None


class UsageView(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace uses of the model, the latest day first; without a `model` none is set up.

    A stand-in is no model: its tokens are estimated, and nothing is charged for them.
    """

    model: str | None
    is_stand_in: bool = False
    tokens_a_day: int
    used_today: int
    days: list[UsageDay]
