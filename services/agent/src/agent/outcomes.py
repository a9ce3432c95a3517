"""What became of proposals: step by step, and how it is told to the page and to the model."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from agent.chunks import Chunk
from agent.conversation import DECLINED, UNKNOWN, Block, result
from agent.proposal_queries import Proposal
from agent.tools.tool import Plan

ENDED = frozenset({"succeeded", "failed", "conflict"})
"""The states of a step that will not change; until then it is `waiting`, and may have been done or not."""
WAITING = frozenset({"open", "running"})
"""The states of a proposal that waits: for a person, or for what becomes of it."""
DECIDED = frozenset({"done", "failed", "refused"})
"""The states of a proposal of which the model is told."""

NOT_KNOWN = "You approved this, and what became of it is not known yet: Proposals tells it."

_SHOWN = ("says", "state", "detail", "effect", "undo", "url")


class Done(msgspec.Struct, frozen=True):
    """What became of a step; `undo` is where it is taken back, `record` the connection_id/provider_id written.

    `effect` is what really happened there, of what was done.
    """

    says: str
    state: str
    detail: str | None = None
    effect: str | None = None
    undo: str | None = None
    url: str | None = None
    record: str | None = None

    @property
    def is_ended(self) -> bool:
        """Whether this is the last word on it."""
        return self.state in ENDED


class Outcome(msgspec.Struct, frozen=True):
    """What became of a proposal."""

    steps: list[Done]

    @property
    def is_ended(self) -> bool:
        """Whether this is the last word on all of it."""
        return all(step.is_ended for step in self.steps)

    @property
    def is_done(self) -> bool:
        """Whether all of it was done."""
        return all(step.state == "succeeded" for step in self.steps)

    @property
    def is_nothing(self) -> bool:
        """Whether none of it was done, nor may have been."""
        return all(step.is_ended and step.state != "succeeded" for step in self.steps)

    @property
    def state(self) -> str:
        """The state of a proposal of which this became."""
        if not self.is_ended:
            return "running"
        return "done" if self.is_done else "failed"

    def shown(self) -> dict[str, Any]:
        """Show it on the page."""
        return {"steps": [{name: getattr(step, name) for name in _SHOWN} for step in self.steps]}

    def sentence(self) -> str:
        """Tell it in words."""
        return "; ".join(f"{step.says}: {step.detail or step.state}{_really(step)}" for step in self.steps)


def _really(step: Done) -> str:
    return f" ({step.effect})" if step.effect else ""


def waiting(plan: Plan) -> Outcome:
    """Nothing is known yet of any step."""
    return Outcome([Done(step.says, "waiting") for step in plan.steps])


def outcome_of(proposal: Proposal) -> Outcome:
    """Read what is known of a proposal that was approved."""
    try:
        return msgspec.convert(proposal.outcome, Outcome)
    except msgspec.ValidationError:  # nothing yet, or that nobody knows, as it was written once
        return waiting(proposal.plan)


def joined(known: Outcome, heard: Outcome) -> Outcome:
    """Put together what was known and what was heard since: a last word stays, unless there is a better one."""
    return Outcome([_last_word(old, new) for old, new in zip(known.steps, heard.steps, strict=True)])


def _last_word(old: Done, new: Done) -> Done:
    if old.is_ended and not new.is_ended:
        return old
    # Who is asked once it was taken back knows no way back any more; whether it still stands is asked apart.
    return msgspec.structs.replace(new, undo=new.undo or old.undo) if new.state == old.state else new


def told(call_id: str, outcome: Outcome) -> tuple[Chunk, Block]:
    """Tell what became of a proposal: to the page, and to the model."""
    says = outcome.sentence()
    if outcome.is_done:
        done: Chunk = {"type": "tool-output-available", "toolCallId": call_id, "output": outcome.shown()}
        return done, result(call_id, f"Approved and done. {says}")
    failed: Chunk = {"type": "tool-output-error", "toolCallId": call_id, "errorText": says}
    how_far = "nothing was done" if outcome.is_nothing else "not all was done"
    return failed, result(call_id, f"Approved, but {how_far}. {says}", is_error=True)


def told_no(call_id: str, reason: str | None) -> tuple[Chunk, Block]:
    """Tell that a proposal was refused."""
    because = f": {reason}" if reason else ""
    says = DECLINED.format(reason=because)
    return {"type": "tool-output-denied", "toolCallId": call_id}, result(call_id, says, is_error=True)


def told_of(proposal: Proposal) -> tuple[Chunk, Block]:
    """Tell of a proposal that was decided, by what is kept of it."""
    if proposal.state == "refused":
        return told_no(proposal.call_id, proposal.reason)
    outcome = outcome_of(proposal)
    if not outcome.is_ended:
        unknown: Chunk = {"type": "tool-output-error", "toolCallId": proposal.call_id, "errorText": NOT_KNOWN}
        return unknown, result(proposal.call_id, UNKNOWN, is_error=True)
    return told(proposal.call_id, outcome)


def known(held: Collection[Block] | None, proposals: Iterable[Proposal]) -> Mapping[str, Block]:
    """What is known of the calls of a step, by their ids: results that were held back, and decided proposals."""
    decided = {each.call_id: told_of(each)[1] for each in proposals if each.state in DECIDED}
    return {block["tool_use_id"]: block for block in held or ()} | decided
