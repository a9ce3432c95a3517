"""Carrying out what a person approved: each step once, by a key of its own.

Who does not hear in time what became of a step knows nothing of it: it is told as waiting, and never as failed. It is
asked again under its key, or the event of its end tells.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from contracts.chats import ProposalEnded
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import proposal_queries
from agent.outcomes import ENDED, Done, Outcome, joined, outcome_of
from agent.together import together
from agent.tools.api import Api, Conflicting, NotAnswered, ToolFailed
from agent.tools.tool import Plan, Step

LOOK_SECONDS = 0.5
STILL = "it is still being done"


def key_of(proposal_id: UUID, number: int) -> str:
    """Name a step of a proposal for those who do it."""
    return f"{proposal_id}:{number}"


def step_of(key: str | None) -> tuple[UUID, int] | None:
    """Read which step of which proposal such a name means; None where it is not of ours."""
    proposal_id, _, number = (key or "").partition(":")
    try:
        return UUID(proposal_id), int(number)
    except ValueError:
        return None


async def carry_out(api: Api, proposal_id: UUID, plan: Plan, *, patience_seconds: float) -> Outcome:
    """Do all steps of a plan, waiting so long for what comes of them. Again under the same id it does nothing twice."""
    steps = [_step(api, key_of(proposal_id, number), step, patience_seconds) for number, step in enumerate(plan.steps)]
    return Outcome(await together(steps))


async def note(conn: AsyncConnection, workspace_id: UUID, proposal_id: UUID, heard: Outcome) -> Outcome:
    """Note what was heard of a proposal that was approved, and announce its end; return all that is known of it."""
    proposal = await proposal_queries.lock_proposal(conn, workspace_id, proposal_id)
    if proposal is None:  # forgotten meanwhile
        return heard
    outcome = joined(outcome_of(proposal), heard)
    await proposal_queries.save_outcome(conn, workspace_id, proposal_id, state=outcome.state, outcome=outcome)
    if outcome.is_ended and proposal.state == "running":
        publish(conn, [ProposalEnded(workspace_id=workspace_id, proposal_id=proposal_id)], lane="live")
    return outcome


async def _step(api: Api, key: str, step: Step, patience_seconds: float) -> Done:
    try:
        async with asyncio.timeout(patience_seconds):
            return await (_decide(api, key, step) if step.decision else _act(api, key, step))
    except TimeoutError:
        return Done(step.says, "waiting", STILL)
    except ToolFailed as failed:  # a no: whoever was asked did not take it
        return Done(step.says, "failed", str(failed))


async def _decide(api: Api, key: str, step: Step) -> Done:
    decision = step.decision
    assert decision is not None
    try:
        told = await _heard(lambda: api.tell_identity(decision["path"], decision["body"], key=key))
    except Conflicting as conflict:
        return Done(step.says, "conflict", str(conflict))
    entry = next(iter(told.get("entries") or ()), None)
    return Done(step.says, "succeeded", "done", undo=f"/history/{entry['number']}/undo" if entry else None)


async def _act(api: Api, key: str, step: Step) -> Done:
    action = await _heard(lambda: api.act(step.action, key=key))
    while action["state"] not in ENDED:
        await asyncio.sleep(LOOK_SECONDS)
        action = await _looked_at(api, action)
    undo = f"/actions/{action['id']}/undo" if action.get("can_undo") else None
    if action["state"] == "conflict":
        return Done(step.says, "conflict", _conflict(action.get("conflicts") or {}))
    if action["state"] == "succeeded":
        record: dict[str, Any] = next(iter(action.get("records") or ()), {})
        name = f"{action['connection_id']}/{record['provider_id']}" if record else None
        return Done(step.says, "succeeded", "done", effect=step.effect, undo=undo, url=record.get("url"), record=name)
    return Done(step.says, "failed", action.get("problem") or "it failed")


async def _heard(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer: under its key what was taken before is not done again."""
    while True:
        try:
            return await ask()
        except NotAnswered:
            await asyncio.sleep(LOOK_SECONDS)


async def _looked_at(api: Api, action: dict[str, Any]) -> Any:
    """Look how far an action is; that it cannot be seen just now says nothing of it."""
    try:
        return await api.sync_worker(f"/actions/{action['id']}")
    except ToolFailed:
        return action


def _conflict(conflicts: dict[str, Any]) -> str:
    fields = conflicts.get("fields") or {}
    changed = [f"{name} is {told.get('found') or 'empty'} by now" for name, told in fields.items()]
    return f"not written, because {' and '.join(changed)}" if changed else "not written: it is there already"
