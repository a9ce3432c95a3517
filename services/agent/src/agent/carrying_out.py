"""Carrying out what a person approved: each step once, by a key of its own, and what became of it."""

import asyncio
import time
from typing import Any
from uuid import UUID

import msgspec

from agent.chunks import Chunk
from agent.conversation import DECLINED, Block, result
from agent.tools.api import Api, Conflicting, ToolFailed
from agent.tools.tool import Plan, Step

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5
ENDED = frozenset({"succeeded", "failed", "conflict"})


class Done(msgspec.Struct, frozen=True):
    """What became of a step; `undo` is where it is taken back, `record` the connection_id/provider_id written."""

    says: str
    state: str
    detail: str | None = None
    undo: str | None = None
    url: str | None = None
    record: str | None = None


_SHOWN = ("says", "state", "undo", "url")


class Outcome(msgspec.Struct, frozen=True):
    """What became of a proposal."""

    steps: list[Done]

    @property
    def is_done(self) -> bool:
        """Whether all of it was done."""
        return all(step.state == "succeeded" for step in self.steps)

    def shown(self) -> dict[str, Any]:
        """Show it on the page."""
        return {"steps": [{name: getattr(step, name) for name in _SHOWN} for step in self.steps]}

    def sentence(self) -> str:
        """Tell it in words."""
        return "; ".join(f"{step.says}: {step.detail or step.state}" for step in self.steps)


def told(call_id: str, outcome: Outcome) -> tuple[Chunk, Block]:
    """Tell what became of a proposal: to the page, and to the model."""
    says = outcome.sentence()
    if outcome.is_done:
        done: Chunk = {"type": "tool-output-available", "toolCallId": call_id, "output": outcome.shown()}
        return done, result(call_id, f"Approved and done. {says}")
    failed: Chunk = {"type": "tool-output-error", "toolCallId": call_id, "errorText": says}
    return failed, result(call_id, f"Approved, but not all was done. {says}", is_error=True)


def told_no(call_id: str, reason: str | None) -> tuple[Chunk, Block]:
    """Tell that a proposal was refused."""
    because = f": {reason}" if reason else ""
    says = DECLINED.format(reason=because)
    return {"type": "tool-output-denied", "toolCallId": call_id}, result(call_id, says, is_error=True)


async def carry_out(api: Api, proposal_id: UUID, plan: Plan) -> Outcome:
    """Do all steps of a plan. Again under the same id it does nothing twice."""
    steps = [_step(api, f"{proposal_id}:{number}", step) for number, step in enumerate(plan.steps)]
    return Outcome(list(await asyncio.gather(*steps)))


async def _step(api: Api, key: str, step: Step) -> Done:
    try:
        return await (_decide(api, key, step) if step.decision else _act(api, key, step))
    except ToolFailed as failed:
        return Done(step.says, "failed", str(failed))


async def _decide(api: Api, key: str, step: Step) -> Done:
    assert step.decision is not None
    try:
        told = await api.tell_identity(step.decision["path"], step.decision["body"], key=key)
    except Conflicting as conflict:
        return Done(step.says, "conflict", str(conflict))
    entry = next(iter(told.get("entries") or ()), None)
    return Done(step.says, "succeeded", "done", undo=f"/history/{entry['number']}/undo" if entry else None)


async def _act(api: Api, key: str, step: Step) -> Done:
    action = await api.act(step.action, key=key)
    until = time.monotonic() + PATIENCE_SECONDS
    while action["state"] not in ENDED and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        action = await api.sync_worker(f"/actions/{action['id']}")
    undo = f"/actions/{action['id']}/undo" if action.get("can_undo") else None
    if action["state"] == "conflict":
        return Done(step.says, "conflict", _conflict(action.get("conflicts") or {}))
    if action["state"] == "succeeded":
        record: dict[str, Any] = next(iter(action.get("records") or ()), {})
        name = f"{action['connection_id']}/{record['provider_id']}" if record else None
        return Done(step.says, "succeeded", "done", undo=undo, url=record.get("url"), record=name)
    if action["state"] == "failed":
        return Done(step.says, "failed", action.get("problem") or "it failed")
    return Done(step.says, "waiting", "it is still waiting to be done", undo=undo)


def _conflict(conflicts: dict[str, Any]) -> str:
    fields = conflicts.get("fields") or {}
    changed = [f"{name} is {told.get('found') or 'empty'} by now" for name, told in fields.items()]
    return f"not written, because {' and '.join(changed)}" if changed else "not written: it is there already"
