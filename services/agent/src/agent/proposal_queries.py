"""All SQL of proposals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from contracts.chats import ProposalDoor, ProposalState
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.keys import ChatKey
from agent.tools.tool import Plan

_plan = msgspec.json.Decoder(Plan)
_COLUMNS = (
    "proposal_id, user_id, via, chat_id, message_id, call_id, tool, input, plan, state, reason, outcome, created_at,"
    " expires_at, decided_at"
)


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is to be done once a person says so; what a program proposed is of no conversation.

    Neither is what was decided in one that was deleted.
    """

    proposal_id: UUID
    user_id: UUID
    via: ProposalDoor
    chat_id: str | None
    message_id: str
    call_id: str
    tool: str
    input: dict[str, Any]
    plan: Plan
    state: ProposalState
    reason: str | None
    outcome: Any
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None


def _proposal(row: Row[Any]) -> Proposal:
    plain = {
        name: getattr(row, name) for name in Proposal.__struct_fields__ if name not in ("input", "plan", "outcome")
    }
    return Proposal(
        **plain,
        input=msgspec.json.decode(row.input),
        plan=_plan.decode(row.plan),
        outcome=msgspec.json.decode(row.outcome) if row.outcome else None,
    )


class Asked(msgspec.Struct, frozen=True):
    """Where in a conversation something was proposed."""

    chat_id: str
    message_id: str
    call_id: str


_ADD = text("""
INSERT INTO proposal (workspace_id, proposal_id, user_id, via, chat_id, message_id, call_id, tool, input, plan, state,
                      expires_at)
VALUES (:workspace_id, :proposal_id, :user_id, :via, :chat_id, :message_id, :call_id, :tool, :input, :plan, 'open',
        now() + make_interval(secs => :seconds))
""")


async def add_proposal(
    conn: AsyncConnection,
    workspace_id: UUID,
    user_id: UUID,
    proposal_id: UUID,
    *,
    asked: Asked | None,
    tool: str,
    given: dict[str, Any],
    plan: Plan,
    seconds: float,
) -> None:
    """Keep a proposal, exactly as it was made; without a conversation it is a program's."""
    named = {
        "workspace_id": workspace_id,
        "user_id": user_id,
        "proposal_id": proposal_id,
        "via": "chat" if asked else "mcp",
        "chat_id": asked.chat_id if asked else None,
        "message_id": asked.message_id if asked else "",
        "call_id": asked.call_id if asked else "",
        "tool": tool,
        "input": msgspec.json.encode(given).decode(),
        "plan": msgspec.json.encode(plan).decode(),
        "seconds": seconds,
    }
    await conn.execute(_ADD, named)


_OPEN_BY_PROGRAM = text("""
SELECT count(*) FROM proposal
WHERE workspace_id = :workspace_id AND user_id = :user_id AND chat_id IS NULL AND state = 'open' AND expires_at > now()
""")

_NAMING = """
workspace_id = :workspace_id AND EXISTS (
    SELECT FROM unnest(CAST(:patterns AS text[])) AS p
    WHERE input LIKE p ESCAPE '!' OR plan LIKE p ESCAPE '!' OR outcome LIKE p ESCAPE '!')
"""

_CHATS_NAMING = text(f"SELECT DISTINCT user_id, chat_id FROM proposal WHERE chat_id IS NOT NULL AND {_NAMING}")  # noqa: S608

_ERASE_NAMING = text(f"DELETE FROM proposal WHERE {_NAMING}")  # noqa: S608 - the part is ours


async def count_open_by_program(conn: AsyncConnection, workspace_id: UUID, user_id: UUID) -> int:
    """Count what programs proposed to a person that waits for a decision."""
    return int((await conn.execute(_OPEN_BY_PROGRAM, {"workspace_id": workspace_id, "user_id": user_id})).scalar_one())


async def find_chats_naming(conn: AsyncConnection, workspace_id: UUID, patterns: Sequence[str]) -> set[ChatKey]:
    """Find the conversations in which something was proposed in which any of these stands."""
    rows = await conn.execute(_CHATS_NAMING, {"workspace_id": workspace_id, "patterns": list(patterns)})
    return {ChatKey(workspace_id, row.user_id, row.chat_id) for row in rows}


async def erase_naming(conn: AsyncConnection, workspace_id: UUID, patterns: Sequence[str]) -> int:
    """Forget what was proposed in which any of these stands; return how many it was."""
    named = {"workspace_id": workspace_id, "patterns": list(patterns)}
    return (await conn.execute(_ERASE_NAMING, named)).rowcount


_KEEP_DECIDED = text("""
UPDATE proposal SET chat_id = NULL
WHERE workspace_id = :workspace_id AND user_id = :user_id AND chat_id = :chat_id AND state <> 'open'
""")


async def keep_decided(conn: AsyncConnection, key: ChatKey) -> None:
    """Let what was decided in a conversation stay without it."""
    await conn.execute(_KEEP_DECIDED, key.named())


_OF_CHAT = text(f"""
SELECT {_COLUMNS} FROM proposal
WHERE workspace_id = :workspace_id AND user_id = :user_id AND chat_id = :chat_id AND call_id = ANY (:calls)
FOR UPDATE
""")  # noqa: S608 - the columns are ours

_FIND = text(f"""
SELECT {_COLUMNS} FROM proposal
WHERE workspace_id = :workspace_id AND proposal_id = :proposal_id
    AND user_id = coalesce(CAST(:user_id AS uuid), user_id)
""")  # noqa: S608 - the columns are ours

_LIST = text(f"""
SELECT {_COLUMNS} FROM proposal
WHERE workspace_id = :workspace_id AND user_id = :user_id AND (CAST(:state AS text) IS NULL
        OR CASE WHEN state = 'open' AND expires_at <= now() THEN 'expired' ELSE state END = :state)
    AND (CAST(:before AS timestamptz) IS NULL OR (created_at, proposal_id) < (:before, CAST(:before_id AS uuid)))
ORDER BY created_at DESC, proposal_id DESC LIMIT :at_most
""")  # noqa: S608 - the columns are ours


async def of_calls(conn: AsyncConnection, key: ChatKey, calls: Collection[str]) -> dict[str, Proposal]:
    """Load, and lock, the proposals of these calls."""
    rows = await conn.execute(_OF_CHAT, {**key.named(), "calls": list(calls)})
    return {row.call_id: _proposal(row) for row in rows}


async def find_proposal(
    conn: AsyncConnection, workspace_id: UUID, user_id: UUID | None, proposal_id: UUID
) -> Proposal | None:
    """Find a person's proposal; without a person, anybody's."""
    named = {"workspace_id": workspace_id, "user_id": user_id, "proposal_id": proposal_id}
    row = (await conn.execute(_FIND, named)).one_or_none()
    return _proposal(row) if row else None


async def list_proposals(
    conn: AsyncConnection,
    workspace_id: UUID,
    user_id: UUID,
    *,
    state: str | None,
    before: tuple[datetime, UUID] | None,
    at_most: int,
) -> list[Proposal]:
    """List a person's proposals, the latest first."""
    named = {
        "workspace_id": workspace_id,
        "user_id": user_id,
        "state": state,
        "before": before[0] if before else None,
        "before_id": before[1] if before else None,
        "at_most": at_most,
    }
    return [_proposal(row) for row in await conn.execute(_LIST, named)]


# What is claimed was open until now, so each is decided once.
_CLAIM = text("""
UPDATE proposal SET state = :state, reason = :reason, decided_at = now(), decided_by = :user_id,
    input = coalesce(CAST(:input AS text), input), plan = coalesce(CAST(:plan AS text), plan)
WHERE workspace_id = :workspace_id AND user_id = :user_id AND proposal_id = :proposal_id
    AND state = 'open' AND (expires_at > now() OR :state = 'refused')
RETURNING proposal_id
""")


async def claim(
    conn: AsyncConnection,
    workspace_id: UUID,
    user_id: UUID,
    proposal_id: UUID,
    *,
    state: str,
    reason: str | None = None,
    edited: tuple[dict[str, Any], Plan] | None = None,
) -> bool:
    """Decide a proposal that is open; whether it was."""
    named = {
        "workspace_id": workspace_id,
        "user_id": user_id,
        "proposal_id": proposal_id,
        "state": state,
        "reason": reason,
        "input": msgspec.json.encode(edited[0]).decode() if edited else None,
        "plan": msgspec.json.encode(edited[1]).decode() if edited else None,
    }
    return (await conn.execute(_CLAIM, named)).one_or_none() is not None


# A program's proposal has no conversation whose lease says that somebody is at it: so the moment of the decision is it.
_GO_ON = text("""
UPDATE proposal SET decided_at = now()
WHERE workspace_id = :workspace_id AND user_id = :user_id AND proposal_id = :proposal_id
    AND state = 'running' AND decided_at < now() - make_interval(secs => :seconds)
RETURNING proposal_id
""")


async def go_on(conn: AsyncConnection, workspace_id: UUID, user_id: UUID, proposal_id: UUID, *, seconds: float) -> bool:
    """Take up what was approved that long ago and never ended; false when somebody may be at it."""
    named = {"workspace_id": workspace_id, "user_id": user_id, "proposal_id": proposal_id, "seconds": seconds}
    return (await conn.execute(_GO_ON, named)).one_or_none() is not None


_LOCK = text(f"""
SELECT {_COLUMNS} FROM proposal WHERE workspace_id = :workspace_id AND proposal_id = :proposal_id FOR UPDATE
""")  # noqa: S608 - the columns are ours

_SAVE_OUTCOME = text("""
UPDATE proposal SET state = :state, outcome = :outcome
WHERE workspace_id = :workspace_id AND proposal_id = :proposal_id AND state IN ('running', 'done', 'failed')
""")


async def lock_proposal(conn: AsyncConnection, workspace_id: UUID, proposal_id: UUID) -> Proposal | None:
    """Lock a proposal, whoever's it is."""
    row = (await conn.execute(_LOCK, {"workspace_id": workspace_id, "proposal_id": proposal_id})).one_or_none()
    return _proposal(row) if row else None


async def save_outcome(
    conn: AsyncConnection, workspace_id: UUID, proposal_id: UUID, *, state: str, outcome: object
) -> None:
    """Save what is known of a proposal that was approved."""
    named = {
        "workspace_id": workspace_id,
        "proposal_id": proposal_id,
        "state": state,
        "outcome": msgspec.json.encode(outcome).decode(),
    }
    await conn.execute(_SAVE_OUTCOME, named)
