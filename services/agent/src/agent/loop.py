"""The loop of a turn: the model answers, tools are called, it goes on; until it is done or must ask the person."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import structlog
from opentelemetry.trace import SpanKind
from servicekit import telemetry
from servicekit.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import proposal_queries, queries
from agent.calls import Calls, LimitReached
from agent.carrying_out import carry_out, told, told_no
from agent.chunks import Assembly, Chunk
from agent.conversation import INTERRUPTED, LIMITED, Block, Said, as_sent, closed, result, unanswered
from agent.keys import ChatKey
from agent.model import Answer, Model, ModelFailed, Piece
from agent.proposal_queries import Asked, Proposal
from agent.queries import Message
from agent.settings import Settings
from agent.tools.api import Api
from agent.tools.registry import DESCRIBED, TOOLS
from agent.tools.tool import Plan
from agent.turns import Turn

log = structlog.get_logger()

TRIES = 3
REST_SECONDS = 1.0
REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content-filter",
}
STOPPED = "The person stopped the answer before this was done."
CUT_OFF = "The call was cut off before its end and was not made. Make it again, shorter."


class TurnLost(Exception):
    """The conversation is another turn's by now, or is gone."""


class Desk:
    """What every turn works with."""

    def __init__(self, db: Database, settings: Settings, model: Model) -> None:
        self.db, self.settings, self.model = db, settings, model


class Work:
    """One turn: its conversation, its message in the making, and what it may still use."""

    def __init__(
        self, desk: Desk, key: ChatKey, turn: Turn, api: Api, *, message: Message, decided: Sequence[Proposal] = ()
    ) -> None:
        self._desk, self._key, self._turn, self._api = desk, key, turn, api
        self._message_id = message.id
        self._assembly = Assembly(message.parts)
        self._decided = decided
        cited = {part["sourceId"] for part in message.parts if part["type"] == "source-url"}
        self._calls = Calls(api, self._say, self._propose, cited=cited, at_most=desk.settings.agent_max_tools)
        self._blocks = 0
        self._tokens_left = desk.settings.agent_turn_tokens
        self._open: dict[int, tuple[str, str]] = {}

    async def run(self) -> None:
        """Do the turn to its end, whatever happens on the way."""
        with telemetry.span("invoke_agent lead-manager", {}, SpanKind.INTERNAL) as span:
            span.set_attribute("gen_ai.operation.name", "invoke_agent")
            span.set_attribute("gen_ai.agent.name", "lead-manager")
            span.set_attribute("gen_ai.conversation.id", self._key.public)
            try:
                await self._try()
            except TurnLost:
                log.info("turn_was_lost", turn_id=str(self._turn.turn_id))
                await self._turn.say({"type": "error", "errorText": "This conversation went on without this answer."})

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(self._desk.settings.agent_turn_seconds):
                await self._steps()
        except asyncio.CancelledError:
            with suppress(TurnLost):
                await asyncio.shield(self._give_up(STOPPED if self._turn.is_stopped else INTERRUPTED))
            raise
        except TurnLost:
            raise
        except TimeoutError:
            await self._fail("This took longer than a turn may take, and was stopped.")
        except LimitReached as limit:
            await self._fail(str(limit))
        except ModelFailed as failed:
            await self._fail(failed.sentence)
        except Exception:  # the edge of a turn: a bug is told to the log, and to the person that there is one
            log.exception("turn_failed", turn_id=str(self._turn.turn_id))
            await self._fail("Something went wrong here; it was noted.")

    # Steps --------------------------------------------------------------------------------------------------------

    async def _steps(self) -> None:
        await self._say({"type": "start", "messageId": self._message_id})
        if self._desk.settings.agent_is_stand_in and not self._assembly.parts:
            await self._say({"type": "data-notice", "data": {"text": "A stand-in answers, not a model."}})
        if self._decided:
            await self._carry_out()
        for _ in range(self._desk.settings.agent_max_steps):
            if reason := await self._step():
                await self._say({"type": "finish", "finishReason": reason})
                await self._save(is_over=True)
                return
        raise LimitReached("This took more steps than a turn may have, and was stopped; ask on if it is not enough.")

    async def _step(self) -> str | None:
        """Let the model answer once, and call what it calls; return why the turn ends, if it does."""
        if self._tokens_left <= 0:
            raise LimitReached("This took more words than a turn may have; ask on if it is not enough.")
        await self._say({"type": "start-step"})
        answer = await self._ask()
        self._tokens_left -= answer.used.total
        calls = [block for block in answer.content if block["type"] == "tool_use"]
        async with self._transaction() as conn:
            await queries.add_said(conn, self._key, Said("assistant", answer.content))
            await queries.note_usage(conn, self._key.workspace_id, used=answer.used, cost_micros=answer.cost_micros)
            await queries.save_message(conn, self._key, self._message())
        if not calls:
            await self._say({"type": "finish-step"})
            return REASONS.get(answer.stop_reason, "other")
        if answer.stop_reason != "tool_use":
            calls_made, results = [], [result(call["id"], CUT_OFF, is_error=True) for call in calls]
            for call in calls:
                await self._say({"type": "tool-output-error", "toolCallId": call["id"], "errorText": "It was cut off."})
        else:
            calls_made, results = calls, []
        proposed, told = await self._calls.make(calls_made)
        results += told
        await self._say({"type": "finish-step"})
        if proposed:
            await self._hold_back(results)
            return "tool-calls"
        async with self._transaction() as conn:
            await queries.add_said(conn, self._key, Said("user", results))
            await queries.save_message(conn, self._key, self._message())
        return None

    async def _ask(self) -> Answer:
        """Ask the model, again where it was cut off: nothing of the step has been done yet."""
        async with self._transaction() as conn:
            messages = as_sent(await queries.load_said(conn, self._key))
        for tried in range(1, TRIES + 1):
            try:
                return await self._listen(messages)
            except ModelFailed as failed:
                if not failed.again or tried == TRIES:
                    raise
                await self._close_words()
                await self._say({"type": "reset-step"})
                await asyncio.sleep(REST_SECONDS * tried)
        raise AssertionError("the last try returns or raises")

    async def _listen(self, messages: Sequence[dict[str, Any]]) -> Answer:
        self._open = {}
        async for piece in self._desk.model.ask(messages, DESCRIBED, conversation=self._key.public):
            if isinstance(piece, Answer):
                return piece
            await self._pass_on(piece)
        raise ModelFailed("The model's answer broke off.", again=True)

    async def _pass_on(self, piece: Piece) -> None:
        """Say a piece of the answer as chunks."""
        if piece.kind == "start":
            await self._begin_block(piece)
        elif piece.index in self._open:
            kind, id_ = self._open[piece.index]
            if piece.kind == "stop":
                del self._open[piece.index]
                if kind != "tool":
                    await self._say({"type": f"{kind}-end", "id": id_})
            elif kind == "tool":
                if piece.text:
                    await self._say({"type": "tool-input-delta", "toolCallId": id_, "inputTextDelta": piece.text})
            else:
                await self._say({"type": f"{kind}-delta", "id": id_, "delta": piece.text})

    async def _begin_block(self, piece: Piece) -> None:
        match piece.block["type"]:
            case "tool_use":
                name, call_id = piece.block["name"], piece.block["id"]
                self._open[piece.index] = "tool", call_id
                title = {"title": TOOLS[name].title} if name in TOOLS else {}
                await self._say({"type": "tool-input-start", "toolCallId": call_id, "toolName": name, **title})
            case "text" | "thinking" as kind:
                self._blocks += 1
                words = "text" if kind == "text" else "reasoning"
                id_ = f"{words}-{self._turn.turn_id.hex[:8]}-{self._blocks}"
                self._open[piece.index] = words, id_
                await self._say({"type": f"{words}-start", "id": id_})
            case _:
                pass  # kept in the conversation, and nothing to show

    async def _close_words(self) -> None:
        for kind, id_ in self._open.values():
            if kind != "tool":
                await self._say({"type": f"{kind}-end", "id": id_})
        self._open = {}

    async def _propose(self, call_id: str, name: str, given: dict[str, Any], plan: Plan) -> None:
        proposal_id = uuid4()
        async with self._transaction() as conn:
            await proposal_queries.add_proposal(
                conn,
                self._key.workspace_id,
                self._key.user_id,
                proposal_id,
                asked=Asked(self._key.chat_id, self._message_id, call_id),
                tool=name,
                given=given,
                plan=plan,
                seconds=self._desk.settings.proposal_hours * 3600,
            )
        await self._say({"type": "data-plan", "id": str(proposal_id), "data": shown(proposal_id, call_id, plan)})
        await self._say({"type": "tool-approval-request", "approvalId": str(proposal_id), "toolCallId": call_id})

    # Decisions ----------------------------------------------------------------------------------------------------

    async def _carry_out(self) -> None:
        """Do what was approved, and hand all results of that step in."""
        done = await asyncio.gather(*(self._outcome(each) for each in self._decided))
        async with self._transaction() as conn:
            chat = await queries.lock_chat(conn, self._key)
            held = {block["tool_use_id"]: block for block in (chat.held_back if chat else None) or ()}
            calls = unanswered(await queries.load_said(conn, self._key))
            results = closed(calls, {**held, **dict(done)}, INTERRUPTED)
            await queries.add_said(conn, self._key, Said("user", results))
            await queries.hold_back(conn, self._key, None)
            await queries.save_message(conn, self._key, self._message())

    async def _outcome(self, proposal: Proposal) -> tuple[str, Block]:
        call_id = proposal.call_id
        if proposal.state == "refused":
            chunk, block = told_no(call_id, proposal.reason)
            await self._say(chunk)
            return call_id, block
        outcome = await carry_out(self._api, proposal.proposal_id, proposal.plan)
        async with self._transaction() as conn:
            state = "done" if outcome.is_done else "failed"
            await proposal_queries.end_proposal(
                conn, self._key.workspace_id, proposal.proposal_id, state=state, outcome=outcome
            )
        chunk, block = told(call_id, outcome)
        await self._say(chunk)
        return call_id, block

    # How it ends --------------------------------------------------------------------------------------------------

    async def _hold_back(self, results: list[Block]) -> None:
        async with self._transaction() as conn:
            await queries.hold_back(conn, self._key, results)
            await queries.save_message(conn, self._key, self._message())

    async def _fail(self, sentence: str) -> None:
        await self._close_words()
        await self._close_calls(LIMITED)
        await self._say({"type": "error", "errorText": sentence})
        self._assembly.parts.append({"type": "data-failure", "data": {"text": sentence}})
        await self._save(is_over=True)

    async def _give_up(self, why: str) -> None:
        await self._close_words()
        await self._close_calls(why)
        await self._say({"type": "abort", "reason": why})
        await self._save(is_over=True)

    async def _close_calls(self, why: str) -> None:
        """Give every call its end, but those that a person is to decide."""
        for part in self._assembly.parts:
            if part.get("state") in ("input-streaming", "input-available"):
                await self._say({"type": "tool-output-error", "toolCallId": part["toolCallId"], "errorText": why})
        async with self._transaction() as conn:
            calls = unanswered(await queries.load_said(conn, self._key))
            if not calls:
                return
            waiting = await proposal_queries.of_calls(conn, self._key, [call["id"] for call in calls])
            open_ = {call_id for call_id, each in waiting.items() if each.state in ("open", "running")}
            if open_:
                rest = [call for call in calls if call["id"] not in open_]
                await queries.hold_back(conn, self._key, closed(rest, {}, why))
            else:
                await queries.add_said(conn, self._key, Said("user", closed(calls, {}, why)))

    async def _save(self, *, is_over: bool) -> None:
        async with self._transaction() as conn:
            await queries.save_message(conn, self._key, self._message())
            if is_over:
                await queries.end_turn(conn, self._key)

    async def _say(self, chunk: Chunk) -> None:
        self._assembly.take(chunk)
        await self._turn.say(chunk)

    def _message(self) -> Message:
        return Message(self._message_id, "assistant", self._assembly.parts)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """Hold the conversation, as long as it is this turn's. Raises `TurnLost`."""
        async with self._desk.db.transaction(self._key.workspace_id) as conn:
            chat = await queries.lock_chat(conn, self._key)
            if chat is None or chat.turn_id != self._turn.turn_id:
                raise TurnLost
            yield conn


def shown(proposal_id: UUID, call_id: str, plan: Plan) -> dict[str, Any]:
    """Show a plan to people: what is done where, before and after."""
    return {
        "proposalId": str(proposal_id),
        "toolCallId": call_id,
        "title": plan.title,
        "contactId": plan.contact_id,
        "steps": [
            {"says": step.says, "provider": step.provider, "before": step.before, "after": step.after}
            for step in plan.steps
        ],
    }
