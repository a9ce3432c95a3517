"""Conversations: a question or a decision begins a turn, and what was said is shown."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from contracts.chats import ChatDetail, ChatHeadView, UsageDay, UsageView
from contracts.pages import ItemPage
from servicekit.errors import Conflict, NotFound, TooManyRequests, Unavailable
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import cursors, proposal_queries, queries
from agent.chunks import Assembly, Part
from agent.conversation import INTERRUPTED, LEFT_OPEN, Said, closed, fingerprint, question, title_of, unanswered
from agent.keys import ChatKey
from agent.outcomes import DECIDED, WAITING, known, told_of
from agent.proposal_queries import Proposal
from agent.queries import ChatRow, Message
from agent.requests import Decided
from agent.settings import Settings
from agent.tools.registry import DESCRIBED
from agent.turns import LEASE_SECONDS

log = structlog.get_logger()

SECONDS_A_DAY = 86_400
USAGE_DAYS = 30
BROKEN_OFF = "This answer was interrupted: the service was restarted. Ask again."


class NoModel(Unavailable):
    """Nobody set a model up."""

    slug = "assistant-not-set-up"
    title = "The assistant has no model"


class ChatNotFound(NotFound):
    """No such conversation of this person."""

    slug = "chat-not-found"
    title = "There is no such conversation"


class ChatBusy(Conflict):
    """A turn is under way."""

    slug = "chat-busy"
    title = "The assistant is still answering; stop it first, or wait"


class ProposalNotOpen(Conflict):
    """An approval that was not asked for, by somebody else, too late, or given before."""

    slug = "proposal-not-open"
    title = "This proposal cannot be decided any more; nothing was done"


class UsedUp(TooManyRequests):
    """The workspace used what it may in a day."""

    slug = "tokens-used-up"
    title = "The assistant's allowance for today is used up"


def check_model(settings: Settings) -> None:
    """Raise `NoModel` where there is none."""
    if not settings.has_model:
        raise NoModel("set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own, and start it again")


async def ask(
    conn: AsyncConnection,
    key: ChatKey,
    text: str,
    settings: Settings,
    *,
    contact_id: UUID | None,
    message_id: str | None,
) -> tuple[UUID, Message]:
    """Take a question down; return the turn it begins and the message that will answer. Raises `ChatBusy`, `UsedUp`."""
    await queries.make_chat(conn, key, title_of(text))
    chat = await _free_chat(conn, key)
    await _check_allowance(conn, key, settings)
    said = await queries.load_said(conn, key)
    if chat.prefix != (prefix := fingerprint(settings.agent_model, DESCRIBED)):
        await queries.think_anew(conn, key, prefix, said[-1].number + 1 if said else 0)
    asked_now = question(text, now=datetime.now(UTC), contact_id=_text(contact_id))
    await queries.add_said(conn, key, Said("user", [*await _closed(conn, key, chat, said), asked_now]))
    asked = Message(message_id or f"u-{uuid4().hex}", "user", [{"type": "text", "text": text}])
    await queries.save_message(conn, key, asked)
    # Asked again, or in other words: the page dropped what it had answered to that, and the model may remember.
    await queries.forget_after(conn, key, asked.id)
    return await _begin(conn, key), Message(f"a-{uuid4().hex}", "assistant", [])


def _text(contact_id: UUID | None) -> str | None:
    return str(contact_id) if contact_id else None


async def decide(conn: AsyncConnection, key: ChatKey, decided: list[Decided]) -> tuple[UUID, Message, list[Proposal]]:
    """Take decisions on all proposals of the last step; return the turn that carries them out.

    Raises `ChatNotFound`, `ChatBusy`, `ProposalNotOpen`.
    """
    await _free_chat(conn, key)
    calls = unanswered(await queries.load_said(conn, key))
    waiting = await proposal_queries.of_calls(conn, key, [call["id"] for call in calls])
    open_ = {each.proposal_id: each for each in waiting.values() if each.state in WAITING}
    if not open_ or {each.proposal_id for each in decided} != open_.keys():
        raise ProposalNotOpen
    for each in decided:
        if open_[each.proposal_id].state == "running":
            # Approved before, and nobody knows whether it was done: it is gone on with, under the same keys.
            if not each.approved:
                raise ProposalNotOpen("it was approved before, and may have been done: approve it to find out")
            continue
        state = "running" if each.approved else "refused"
        claimed = await proposal_queries.claim(
            conn, key.workspace_id, key.user_id, each.proposal_id, state=state, reason=each.reason
        )
        if not claimed:
            raise ProposalNotOpen
    messages = await queries.load_messages(conn, key)
    message_id = next(iter(open_.values())).message_id
    message = next(each for each in messages if each.id == message_id)
    assembly = Assembly(message.parts)
    for each in decided:
        assembly.decided(open_[each.proposal_id].call_id, approved=each.approved, reason=each.reason)
    message = Message(message.id, message.role, assembly.parts)
    await queries.save_message(conn, key, message)
    again = await proposal_queries.of_calls(conn, key, [each.call_id for each in open_.values()])
    return await _begin(conn, key), message, list(again.values())


async def _begin(conn: AsyncConnection, key: ChatKey) -> UUID:
    turn_id = uuid4()
    await queries.begin_turn(conn, key, turn_id, LEASE_SECONDS)
    await queries.note_usage(conn, key.workspace_id, turns=1)
    return turn_id


async def _free_chat(conn: AsyncConnection, key: ChatKey) -> ChatRow:
    """Lock a conversation in which nothing is under way; what a dead process left is put right. Raises `ChatBusy`."""
    chat = await queries.lock_chat(conn, key)
    if chat is None:
        raise ChatNotFound
    if chat.turn_id and chat.is_alive:
        raise ChatBusy
    if chat.turn_id:
        await _put_right(conn, key, chat)
    return chat


async def _put_right(conn: AsyncConnection, key: ChatKey, chat: ChatRow) -> None:
    """End a turn whose process died: what was not finished is told as that, and can be decided or asked again."""
    log.info("turn_was_interrupted", workspace_id=str(key.workspace_id))
    calls = unanswered(await queries.load_said(conn, key))
    proposals = await proposal_queries.of_calls(conn, key, [call["id"] for call in calls])
    open_ = {call_id for call_id, each in proposals.items() if each.state in WAITING}
    if calls and not open_:
        results = known(chat.held_back, proposals.values())
        await queries.add_said(conn, key, Said("user", closed(calls, results, INTERRUPTED)))
        await queries.hold_back(conn, key, None)
    messages = await queries.load_messages(conn, key)
    if messages and messages[-1].role == "assistant":
        decided = [each for each in proposals.values() if each.state in DECIDED]
        parts = [_ended(part, open_) for part in _with_told(messages[-1].parts, decided)]
        if not open_:
            parts.append({"type": "text", "text": BROKEN_OFF, "state": "done"})
        await queries.save_message(conn, key, Message(messages[-1].id, "assistant", parts))
    elif messages:
        told = [{"type": "text", "text": BROKEN_OFF, "state": "done"}]
        await queries.save_message(conn, key, Message(f"a-{uuid4().hex}", "assistant", told))
    await queries.end_turn(conn, key)


def _with_told(parts: list[Part], proposals: Iterable[Proposal]) -> list[Part]:
    """Say in a message what became of its proposals."""
    assembly = Assembly(parts)
    for each in proposals:
        if assembly.call(each.call_id):
            assembly.take(told_of(each)[0])
    return assembly.parts


def _ended(part: dict[str, object], open_: set[str]) -> dict[str, object]:
    if part.get("toolCallId") in open_:
        approval = part.get("approval")
        asked = {"id": approval["id"]} if isinstance(approval, dict) else None
        return {**part, "state": "approval-requested", "approval": asked}
    if part.get("state") in ("input-streaming", "input-available", "approval-responded"):
        return {**part, "state": "output-error", "errorText": INTERRUPTED}
    if part.get("state") == "streaming":
        return {**part, "state": "done"}
    return part


async def _closed(conn: AsyncConnection, key: ChatKey, chat: ChatRow, said: list[Said]) -> list[dict[str, object]]:
    """Give the calls that wait for a decision their results: the person went on without deciding."""
    calls = unanswered(said)
    if not calls:
        return []
    ids = [call["id"] for call in calls]
    proposals = await proposal_queries.of_calls(conn, key, ids)
    left_open = [each for each in proposals.values() if each.state == "open"]
    for each in left_open:
        await proposal_queries.claim(
            conn, key.workspace_id, key.user_id, each.proposal_id, state="refused", reason="left open"
        )
    running = [each for each in proposals.values() if each.state == "running"]
    results = {each.call_id: told_of(each)[1] for each in running}
    results |= known(chat.held_back, [each for each in proposals.values() if each.state in DECIDED])
    now = await proposal_queries.of_calls(conn, key, ids)
    for message in await queries.load_messages(conn, key):
        if any(part.get("toolCallId") in now for part in message.parts):
            told = Message(message.id, message.role, _with_told(message.parts, now.values()))
            await queries.save_message(conn, key, told)
    await queries.hold_back(conn, key, None)
    return list(closed(calls, results, LEFT_OPEN))


async def _check_allowance(conn: AsyncConnection, key: ChatKey, settings: Settings) -> None:
    if await queries.used_today(conn, key.workspace_id) >= settings.agent_tokens_a_day:
        now = datetime.now(UTC)
        left = SECONDS_A_DAY - (now.hour * 3600 + now.minute * 60 + now.second)
        raise UsedUp(f"{settings.agent_tokens_a_day:,} tokens a day", retry_after=left)


async def show_chat(conn: AsyncConnection, key: ChatKey) -> ChatDetail | None:
    """Show a conversation as pages do; None where nobody has begun it."""
    chat = await queries.lock_chat(conn, key)
    if chat is None:
        return None
    if chat.turn_id and not chat.is_alive:
        await _put_right(conn, key, chat)
    messages = await queries.load_messages(conn, key)
    return ChatDetail(
        id=key.chat_id,
        title=chat.title,
        is_answering=bool(chat.turn_id and chat.is_alive),
        messages=[{"id": each.id, "role": each.role, "parts": each.parts} for each in messages],
    )


async def list_chats(
    conn: AsyncConnection, workspace_id: UUID, user_id: UUID, *, before: tuple[datetime, str] | None, limit: int
) -> ItemPage[ChatHeadView]:
    """List a person's conversations, the latest first."""
    found = await queries.list_chats(conn, workspace_id, user_id, before=before, at_most=limit + 1)
    shown = [ChatHeadView(id=each.id, title=each.title, updated_at=each.updated_at) for each in found[:limit]]
    more = len(found) > limit
    cursor = cursors.write(shown[-1].updated_at, shown[-1].id) if more else None
    return ItemPage(items=shown, next_cursor=cursor)


async def delete_chat(conn: AsyncConnection, key: ChatKey) -> None:
    """Forget a conversation; what was decided in it stays among the proposals. Raises `ChatNotFound`, `ChatBusy`."""
    await _free_chat(conn, key)
    await proposal_queries.keep_decided(conn, key)
    await queries.delete_chat(conn, key)


async def show_usage(conn: AsyncConnection, workspace_id: UUID, settings: Settings) -> UsageView:
    """Show what was used of the model, day by day."""
    days = await queries.list_usage(conn, workspace_id, USAGE_DAYS)
    return UsageView(
        model=settings.model_name if settings.has_model else None,
        is_stand_in=settings.agent_is_stand_in,
        tokens_a_day=settings.agent_tokens_a_day,
        used_today=await queries.used_today(conn, workspace_id),
        days=[_day(day, is_priced=settings.has_prices) for day in days],
    )


def _day(day: dict[str, Any], *, is_priced: bool) -> UsageDay:
    micros = day.pop("cost_micros")
    return UsageDay(**day, cost_dollars=micros / 1_000_000 if micros or is_priced else None)
