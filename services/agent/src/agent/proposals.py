"""Proposals outside of the conversation: listed, edited, approved and refused."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.chats import ProposalState, ProposalView, ProposedStep
from contracts.pages import ItemPage
from msgspec import structs
from servicekit.database import Database
from servicekit.errors import BadRequest, Conflict, NotFound
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import cursors, proposal_queries, queries
from agent.carrying_out import carry_out, note
from agent.chats import ChatBusy, ProposalNotOpen
from agent.chunks import Assembly, Chunk
from agent.conversation import INTERRUPTED, Said, closed, unanswered
from agent.keys import ChatKey
from agent.outcomes import WAITING, Done, Outcome, known, told, told_no, waiting
from agent.proposal_queries import Proposal
from agent.queries import ChatRow, Message
from agent.tools.api import Api, ToolFailed
from agent.tools.registry import TOOLS
from agent.tools.tool import Plan, Reading, read_input

PATIENCE_SECONDS = 20.0
"""How long an answer may wait for what was approved: the gateway gives up soon after."""
LEASE_SECONDS = PATIENCE_SECONDS + 25
"""So long an approval that is carried out outside of a turn counts as alive, if the process dies meanwhile."""


class ProposalNotFound(NotFound):
    """No such proposal of this person."""

    slug = "proposal-not-found"
    title = "There is no such proposal"


class ProposalBusy(Conflict):
    """It was approved, and is being done or was broken off only just now."""

    slug = "proposal-busy"
    title = "This is being done; look again in a moment"


class EditUnfit(BadRequest):
    """An edited proposal that cannot be done."""

    slug = "proposal-unfit"
    title = "This cannot be proposed"


def view_of(proposal: Proposal) -> ProposalView:
    """Show a proposal."""
    return ProposalView(
        id=proposal.proposal_id,
        title=proposal.plan.title,
        tool=proposal.tool,
        input=proposal.input,
        contact_id=proposal.plan.contact_id,
        steps=[
            ProposedStep(
                says=step.says, provider=step.provider, effect=step.effect, before=step.before, after=step.after
            )
            for step in proposal.plan.steps
        ],
        state=_state(proposal),
        reason=proposal.reason,
        outcome=proposal.outcome,
        via=proposal.via,
        chat_id=proposal.chat_id,
        created_at=proposal.created_at,
        expires_at=proposal.expires_at,
        decided_at=proposal.decided_at,
    )


def _state(proposal: Proposal) -> ProposalState:
    if proposal.state == "open" and proposal.expires_at <= datetime.now(UTC):
        return "expired"
    return proposal.state


async def list_proposals(
    conn: AsyncConnection,
    workspace_id: UUID,
    user_id: UUID,
    *,
    state: ProposalState | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> ItemPage[ProposalView]:
    """List a person's proposals, the latest first."""
    found = await proposal_queries.list_proposals(
        conn, workspace_id, user_id, state=state, before=before, at_most=limit + 1
    )
    shown = found[:limit]
    cursor = cursors.write(shown[-1].created_at, shown[-1].proposal_id) if len(found) > limit else None
    return ItemPage(items=[view_of(each) for each in shown], next_cursor=cursor)


async def show(conn: AsyncConnection, workspace_id: UUID, user_id: UUID, proposal_id: UUID) -> Proposal:
    """Find a proposal. Raises `ProposalNotFound`."""
    proposal = await proposal_queries.find_proposal(conn, workspace_id, user_id, proposal_id)
    if proposal is None:
        raise ProposalNotFound
    return proposal


async def approve(
    db: Database, api: Api, workspace_id: UUID, user_id: UUID, proposal_id: UUID, *, edited: dict[str, Any] | None
) -> ProposalView:
    """Carry a proposal out, as it stands or edited; what takes long goes on, and it is shown as running.

    What was approved before is gone on with, as it was, under the same keys. Raises `ProposalNotFound`,
    `ProposalNotOpen`, `ProposalBusy`, `ChatBusy` and `EditUnfit`.
    """
    async with db.transaction(workspace_id) as conn:
        proposal = await show(conn, workspace_id, user_id, proposal_id)
    plan = await _planned(api, proposal, edited) if edited is not None else proposal.plan
    key, turn_id = _key_of(workspace_id, proposal), uuid4()
    async with db.transaction(workspace_id) as conn:
        if key:
            await _lock(conn, key, is_running=proposal.state == "running")
        replaced = (edited, plan) if edited is not None else None
        claimed = await proposal_queries.claim(
            conn, workspace_id, user_id, proposal_id, state="running", edited=replaced
        )
        now = await show(conn, workspace_id, user_id, proposal_id)
        if not claimed and (now.state != "running" or edited is not None):
            raise ProposalNotOpen
        if key:
            await queries.begin_turn(conn, key, turn_id, LEASE_SECONDS)
        elif not claimed and not await proposal_queries.go_on(
            conn, workspace_id, user_id, proposal_id, seconds=LEASE_SECONDS
        ):
            raise ProposalBusy
    heard = await carry_out(api, proposal_id, now.plan, patience_seconds=PATIENCE_SECONDS)
    async with db.transaction(workspace_id) as conn:
        chat = await queries.lock_chat(conn, key) if key else None
        is_ours = chat is not None and chat.turn_id == turn_id
        if chat and is_ours:
            chat = structs.replace(chat, turn_id=None)
        outcome = await note(conn, workspace_id, proposal_id, heard)
        if key and chat and outcome.is_ended:
            await _tell(conn, key, chat, proposal, told(proposal.call_id, outcome)[0])
        shown = view_of(await show(conn, workspace_id, user_id, proposal_id))
        if key and is_ours:  # last, because it forgets what was told of people who were erased meanwhile
            await queries.end_turn(conn, key)
        return shown


async def hear(conn: AsyncConnection, workspace_id: UUID, proposal_id: UUID, number: int, done: Done) -> None:
    """Hear that a step of a proposal ended, of which whoever approved it may not wait any more."""
    proposal = await proposal_queries.find_proposal(conn, workspace_id, None, proposal_id)
    if proposal is None or number >= len(proposal.plan.steps):
        return
    key = _key_of(workspace_id, proposal)
    chat = await queries.lock_chat(conn, key) if key else None
    proposal = await proposal_queries.lock_proposal(conn, workspace_id, proposal_id)
    if proposal is None or proposal.state != "running":
        return
    steps = waiting(proposal.plan).steps
    step = proposal.plan.steps[number]
    effect = step.effect if done.state == "succeeded" else None
    steps[number] = structs.replace(done, says=step.says, effect=effect)
    outcome = await note(conn, workspace_id, proposal_id, Outcome(steps))
    if key and chat and outcome.is_ended:
        await _tell(conn, key, chat, proposal, told(proposal.call_id, outcome)[0])


async def _planned(api: Api, proposal: Proposal, edited: dict[str, Any]) -> Plan:
    tool = TOOLS[proposal.tool]
    assert not isinstance(tool, Reading), "only what writes is proposed"
    try:
        return await tool.plan(api, read_input(tool, edited))
    except ToolFailed as failed:
        raise EditUnfit(str(failed)) from None


async def refuse(
    db: Database, workspace_id: UUID, user_id: UUID, proposal_id: UUID, *, reason: str | None
) -> ProposalView:
    """Refuse a proposal. Raises `ProposalNotFound`, `ProposalNotOpen`."""
    async with db.transaction(workspace_id) as conn:
        proposal = await show(conn, workspace_id, user_id, proposal_id)
        key = _key_of(workspace_id, proposal)
        chat = await _lock(conn, key, is_running=False) if key else None
        if not await proposal_queries.claim(conn, workspace_id, user_id, proposal_id, state="refused", reason=reason):
            raise ProposalNotOpen
        if key and chat:
            await _tell(conn, key, chat, proposal, told_no(proposal.call_id, reason)[0])
        return view_of(await show(conn, workspace_id, user_id, proposal_id))


def _key_of(workspace_id: UUID, proposal: Proposal) -> ChatKey | None:
    """Name the conversation it was proposed in; a program's has none."""
    return ChatKey(workspace_id, proposal.user_id, proposal.chat_id) if proposal.chat_id is not None else None


async def _lock(conn: AsyncConnection, key: ChatKey, *, is_running: bool) -> ChatRow | None:
    chat = await queries.lock_chat(conn, key)
    if chat and chat.turn_id and chat.is_alive:
        raise ProposalBusy if is_running else ChatBusy
    return chat


async def _tell(conn: AsyncConnection, key: ChatKey, chat: ChatRow, proposal: Proposal, chunk: Chunk) -> None:
    """Write what became of a proposal into its conversation, whose next turn goes on from there."""
    if not (chat.turn_id and chat.is_alive):  # a turn that is under way tells the model itself
        await _tell_model(conn, key, chat, proposal)
    for message in await queries.load_messages(conn, key):
        if message.id == proposal.message_id:
            assembly = Assembly(message.parts)
            assembly.take(chunk)
            await queries.save_message(conn, key, Message(message.id, message.role, assembly.parts))


async def _tell_model(conn: AsyncConnection, key: ChatKey, chat: ChatRow, proposal: Proposal) -> None:
    calls = unanswered(await queries.load_said(conn, key))
    if all(call["id"] != proposal.call_id for call in calls):
        return
    of_calls = await proposal_queries.of_calls(conn, key, [call["id"] for call in calls])
    results = known(chat.held_back, of_calls.values())
    if any(each.state in WAITING for each in of_calls.values()):
        await queries.hold_back(conn, key, list(results.values()))
    else:
        await queries.add_said(conn, key, Said("user", closed(calls, results, INTERRUPTED)))
        await queries.hold_back(conn, key, None)
