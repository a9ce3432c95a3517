"""The loop of a turn: the model answers, tools are called, it goes on; until it is done or must ask the person."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import structlog
from opentelemetry.trace import SpanKind
from servicekit import telemetry
from servicekit.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import proposal_queries, queries
from agent.asking import Asking
from agent.calls import Calls, LimitReached
from agent.conversation import INTERRUPTED, LIMITED, Block, Said, closed, half, result, takeable, unanswered
from agent.deciding import carry_out_decided, tell_decided
from agent.keys import ChatKey
from agent.model import Answer, Model, ModelFailed
from agent.outcomes import WAITING, known
from agent.proposal_queries import Asked, Proposal
from agent.queries import ChatRow, Message
from agent.settings import Settings
from agent.sheet import Sheet, TurnLost
from agent.tools.api import Api
from agent.tools.tool import Plan
from agent.turns import Turn

log = structlog.get_logger()

REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content-filter",
}
NOTICES = {
    "max_tokens": "The answer is cut off here: it reached the length that one may have.",
    "model_context_window_exceeded": "This conversation is as long as the model can read; begin a new one.",
    "refusal": "The model declined to answer this.",
}
NOTHING_SAID = "The model said nothing to this."
STOPPED = "The person stopped the answer before this was done."
CUT_OFF = "The call was cut off before its end and was not made. Make it again, shorter."
STOPPED_HERE = "stopped here by the person"
BROKE_OFF_HERE = "the answer broke off here"


class Desk:
    """What every turn works with."""

    def __init__(self, db: Database, settings: Settings, model: Model) -> None:
        self.db, self.settings, self.model = db, settings, model


class Work:
    """One turn: its message in the making, and what it may still use."""

    def __init__(
        self, desk: Desk, key: ChatKey, turn: Turn, api: Api, *, message: Message, decided: Sequence[Proposal] = ()
    ) -> None:
        self._key, self._turn, self._api, self._settings = key, turn, api, desk.settings
        self._decided = decided
        self._sheet = Sheet(desk.db, key, turn, message)
        self._say = self._sheet.say
        self._asking = Asking(self._sheet, desk.settings, desk.model)
        cited = {part["sourceId"] for part in message.parts if part["type"] == "source-url"}
        self._calls = Calls(api, self._say, self._propose, cited=cited, at_most=desk.settings.agent_max_tools)

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
            async with asyncio.timeout(self._settings.agent_turn_seconds):
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
        await self._say({"type": "start", "messageId": self._sheet.message_id})
        if self._settings.agent_is_stand_in and not self._sheet.assembly.parts:
            await self._say({"type": "data-notice", "data": {"text": "A stand-in answers, not a model."}})
        if self._decided and not await carry_out_decided(self._sheet, self._api, self._decided):
            await self._end("tool-calls")
            return
        for _ in range(self._settings.agent_max_steps):
            if reason := await self._step():
                await self._end(reason)
                return
        raise LimitReached("This took more steps than a turn may have, and was stopped; ask on if it is not enough.")

    async def _end(self, reason: str) -> None:
        await self._say({"type": "finish", "finishReason": reason})
        await self._sheet.save(is_over=True)

    async def _step(self) -> str | None:
        """Let the model answer once, and call what it calls; return why the turn ends, if it does."""
        self._asking.check()
        await self._say({"type": "start-step"})
        answer = await self._asking.ask()
        content = takeable(answer.content)
        calls = [block for block in content if block["type"] == "tool_use"]
        if not calls:
            await self._tell_end(answer.stop_reason, is_empty=not any(block["type"] == "text" for block in content))
        async with self._sheet.transaction() as conn:
            await self._asking.pay(conn)
            if content:
                await queries.add_said(conn, self._key, Said("assistant", content))
            await queries.save_message(conn, self._key, self._sheet.message())
        if not calls:
            await self._say({"type": "finish-step"})
            return REASONS.get(answer.stop_reason, "other")
        return await self._call(calls, answer)

    async def _tell_end(self, stop_reason: str, *, is_empty: bool) -> None:
        """Tell the person of an end that the words do not tell."""
        if notice := NOTICES.get(stop_reason, NOTHING_SAID if is_empty else None):
            await self._say({"type": "data-notice", "data": {"text": notice}})

    async def _call(self, calls: list[Block], answer: Answer) -> str | None:
        """Call what the model calls; return why the turn ends, if it does."""
        results: list[Block] = []
        if answer.stop_reason != "tool_use":
            results = [result(call["id"], CUT_OFF, is_error=True) for call in calls]
            for call in calls:
                await self._say({"type": "tool-output-error", "toolCallId": call["id"], "errorText": "It was cut off."})
            calls = []
        proposed, found = await self._calls.make(calls)
        results += found
        await self._say({"type": "finish-step"})
        async with self._sheet.transaction() as conn:
            if proposed:
                await queries.hold_back(conn, self._key, results)
            else:
                await queries.add_said(conn, self._key, Said("user", results))
            await queries.save_message(conn, self._key, self._sheet.message())
        return "tool-calls" if proposed else None

    async def _propose(self, call_id: str, name: str, given: dict[str, Any], plan: Plan) -> None:
        proposal_id = uuid4()
        async with self._sheet.transaction() as conn:
            await proposal_queries.add_proposal(
                conn,
                self._key.workspace_id,
                self._key.user_id,
                proposal_id,
                asked=Asked(self._key.chat_id, self._sheet.message_id, call_id),
                tool=name,
                given=given,
                plan=plan,
                seconds=self._settings.proposal_hours * 3600,
            )
        await self._say({"type": "data-plan", "id": str(proposal_id), "data": shown(proposal_id, call_id, plan)})
        await self._say({"type": "tool-approval-request", "approvalId": str(proposal_id), "toolCallId": call_id})

    # How it ends otherwise ----------------------------------------------------------------------------------------

    async def _fail(self, sentence: str) -> None:
        with _noting():
            await self._close(LIMITED, BROKE_OFF_HERE)
        await self._say({"type": "error", "errorText": sentence})
        self._sheet.assembly.parts.append({"type": "data-failure", "data": {"text": sentence}})
        with _noting():
            await self._sheet.save(is_over=True)

    async def _give_up(self, why: str) -> None:
        with _noting():
            await self._close(why, STOPPED_HERE if self._turn.is_stopped else BROKE_OFF_HERE)
        await self._say({"type": "abort", "reason": why})
        with _noting():
            await self._sheet.save(is_over=True)

    async def _close(self, why: str, here: str) -> None:
        """Give every call its end, but those that a person is to decide, and keep what was said of an answer."""
        words = self._sheet.shown() if self._asking.is_open else ""
        await self._asking.close()
        for part in self._sheet.assembly.parts:
            if part.get("state") in ("input-streaming", "input-available"):
                await self._say({"type": "tool-output-error", "toolCallId": part["toolCallId"], "errorText": why})
        async with self._sheet.locked() as (conn, chat):
            await self._asking.pay(conn)
            calls = unanswered(await queries.load_said(conn, self._key))
            if calls:
                await self._close_calls(conn, chat, calls, why)
            elif words:
                await queries.add_said(conn, self._key, half(words, here))

    async def _close_calls(self, conn: AsyncConnection, chat: ChatRow, calls: Sequence[Block], why: str) -> None:
        of_calls = await proposal_queries.of_calls(conn, self._key, [call["id"] for call in calls])
        await tell_decided(self._sheet, of_calls)
        waiting = {call_id for call_id, each in of_calls.items() if each.state in WAITING}
        results: Mapping[str, Block] = known([*(chat.held_back or ()), *self._calls.results], of_calls.values())
        rest = closed([call for call in calls if call["id"] not in waiting], results, why)
        if waiting:
            await queries.hold_back(conn, self._key, rest)
        else:
            await queries.add_said(conn, self._key, Said("user", rest))
            await queries.hold_back(conn, self._key, None)


@contextmanager
def _noting() -> Iterator[None]:
    """Note what goes wrong where a turn ends, as without its database: it is put right when it is next looked at."""
    try:
        yield
    except TurnLost:
        raise
    except Exception:  # the very edge of a turn: whoever listens is told of its end all the same
        log.exception("turn_was_not_kept")


def shown(proposal_id: UUID, call_id: str, plan: Plan) -> dict[str, Any]:
    """Show a plan to people: what is done where, before and after."""
    return {
        "proposalId": str(proposal_id),
        "toolCallId": call_id,
        "title": plan.title,
        "contactId": plan.contact_id,
        "steps": [
            {name: getattr(step, name) for name in ("says", "provider", "effect", "before", "after")}
            for step in plan.steps
        ],
    }
