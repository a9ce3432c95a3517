"""All SQL of conversations. Whoever changes one has locked its row first."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.conversation import Said
from agent.costs import Used
from agent.keys import ChatKey

NOTHING = Used()
_blocks = msgspec.json.Decoder(list[dict[str, Any]])
_THIS = "workspace_id = :workspace_id AND user_id = :user_id AND chat_id = :chat_id"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


class ChatRow(msgspec.Struct, frozen=True):
    """A conversation; `turn_id` is the turn under way, alive until `leased_until` unless it is prolonged.

    `prefix` names what stands in front of it, and to that thinking is bound which is kept from `thinks_from` on.
    """

    title: str
    turn_id: UUID | None
    is_alive: bool
    held_back: list[dict[str, Any]] | None
    prefix: str | None
    thinks_from: int


_MAKE = text("""
INSERT INTO chat (workspace_id, user_id, chat_id, title) VALUES (:workspace_id, :user_id, :chat_id, :title)
ON CONFLICT DO NOTHING
""")

_LOCK = text(f"""
SELECT title, turn_id, coalesce(leased_until > now(), false) AS is_alive, held_back, prefix, thinks_from FROM chat
WHERE {_THIS} FOR UPDATE
""")  # noqa: S608 - the parts are ours


async def make_chat(conn: AsyncConnection, key: ChatKey, title: str) -> None:
    """Begin a conversation, where it has not begun."""
    await conn.execute(_MAKE, {**key.named(), "title": title})


async def lock_chat(conn: AsyncConnection, key: ChatKey) -> ChatRow | None:
    """Lock a conversation, and tell how it is."""
    row = (await conn.execute(_LOCK, key.named())).one_or_none()
    if row is None:
        return None
    held_back = _blocks.decode(row.held_back) if row.held_back else None
    return ChatRow(row.title, row.turn_id, row.is_alive, held_back, row.prefix, row.thinks_from)


_BEGIN = text(f"""
UPDATE chat SET turn_id = :turn_id, leased_until = now() + make_interval(secs => :seconds), updated_at = now()
WHERE {_THIS}
""")  # noqa: S608 - the parts are ours

_END = text(f"""
WITH told AS (SELECT erased FROM chat WHERE {_THIS} FOR UPDATE)
UPDATE chat SET turn_id = NULL, leased_until = NULL, erased = NULL, updated_at = now() FROM told WHERE {_THIS}
RETURNING told.erased
""")  # noqa: S608 - the parts are ours

_HOLD = text(f"UPDATE chat SET held_back = :held_back WHERE {_THIS}")  # noqa: S608 - the parts are ours

_PROLONG = text("""
UPDATE chat SET leased_until = now() + make_interval(secs => :seconds)
WHERE workspace_id = ANY (CAST(:workspaces AS uuid[]))
    AND turn_id = ANY (CAST(:turns AS uuid[]))
""")


async def begin_turn(conn: AsyncConnection, key: ChatKey, turn_id: UUID, seconds: float) -> None:
    """Note that a turn is under way."""
    await conn.execute(_BEGIN, {**key.named(), "turn_id": turn_id, "seconds": seconds})


async def end_turn(conn: AsyncConnection, key: ChatKey) -> None:
    """Note that no turn is under way. Where it told of people who were erased meanwhile, the conversation goes."""
    erased = (await conn.execute(_END, key.named())).scalar_one_or_none()
    if erased and key in await find_naming(conn, key.workspace_id, erased):
        await delete_chat(conn, key)


async def prolong(conn: AsyncConnection, workspaces: Collection[UUID], turns: Sequence[UUID], seconds: float) -> None:
    """Show that turns are alive."""
    await conn.execute(_PROLONG, {"workspaces": list(workspaces), "turns": list(turns), "seconds": seconds})


async def hold_back(conn: AsyncConnection, key: ChatKey, results: Sequence[dict[str, Any]] | None) -> None:
    """Keep results until the proposals beside them are decided; None when they are handed in."""
    await conn.execute(_HOLD, {**key.named(), "held_back": None if results is None else _json(results)})


_THINK_ANEW = text(f"UPDATE chat SET prefix = :prefix, thinks_from = :thinks_from WHERE {_THIS}")  # noqa: S608


async def think_anew(conn: AsyncConnection, key: ChatKey, prefix: str, thinks_from: int) -> None:
    """Send thinking from here on only: what was thought before is bound to something else."""
    await conn.execute(_THINK_ANEW, {**key.named(), "prefix": prefix, "thinks_from": thinks_from})


_LOAD_SAID = text(f"SELECT role, content, number FROM said WHERE {_THIS} ORDER BY number")  # noqa: S608 - the parts are ours

_ADD_SAID = text(f"""
INSERT INTO said (workspace_id, user_id, chat_id, number, role, content)
SELECT :workspace_id, :user_id, :chat_id, coalesce(max(number), 0) + 1, :role, :content FROM said WHERE {_THIS}
""")  # noqa: S608 - the parts are ours


async def load_said(conn: AsyncConnection, key: ChatKey) -> list[Said]:
    """Load the conversation as the model knows it."""
    rows = await conn.execute(_LOAD_SAID, key.named())
    return [Said(row.role, _blocks.decode(row.content), row.number) for row in rows]


async def add_said(conn: AsyncConnection, key: ChatKey, said: Said) -> None:
    """Add to it."""
    await conn.execute(_ADD_SAID, {**key.named(), "role": said.role, "content": _json(said.content)})


class Message(msgspec.Struct, frozen=True):
    """A message as the page shows it."""

    id: str
    role: str
    parts: list[dict[str, Any]]


_LOAD_MESSAGES = text(f"SELECT message_id, role, parts FROM message WHERE {_THIS} ORDER BY number")  # noqa: S608

_SAVE_MESSAGE = text(f"""
WITH changed AS (
    UPDATE message SET parts = :parts WHERE {_THIS} AND message_id = :message_id RETURNING 1
)
INSERT INTO message (workspace_id, user_id, chat_id, number, message_id, role, parts)
SELECT :workspace_id, :user_id, :chat_id,
       (SELECT coalesce(max(number), 0) + 1 FROM message WHERE {_THIS}), :message_id, :role, :parts
WHERE NOT EXISTS (SELECT FROM changed)
""")  # noqa: S608 - the parts are ours


async def load_messages(conn: AsyncConnection, key: ChatKey) -> list[Message]:
    """Load the conversation as the page shows it."""
    rows = await conn.execute(_LOAD_MESSAGES, key.named())
    return [Message(row.message_id, row.role, _blocks.decode(row.parts)) for row in rows]


async def save_message(conn: AsyncConnection, key: ChatKey, message: Message) -> None:
    """Save a message, new or as it is now."""
    named = {**key.named(), "message_id": message.id, "role": message.role, "parts": _json(message.parts)}
    await conn.execute(_SAVE_MESSAGE, named)


_FORGET_AFTER = text(f"""
DELETE FROM message
WHERE {_THIS} AND number > (SELECT number FROM message WHERE {_THIS} AND message_id = :message_id)
""")  # noqa: S608 - the parts are ours


async def forget_after(conn: AsyncConnection, key: ChatKey, message_id: str) -> None:
    """Show no more what came after a message."""
    await conn.execute(_FORGET_AFTER, {**key.named(), "message_id": message_id})


class ChatHead(msgspec.Struct, frozen=True):
    """A conversation in a list."""

    id: str
    title: str
    updated_at: datetime


_LIST = text("""
SELECT chat_id, title, updated_at FROM chat WHERE workspace_id = :workspace_id AND user_id = :user_id
    AND (CAST(:before AS timestamptz) IS NULL OR (updated_at, chat_id) < (:before, :before_id))
ORDER BY updated_at DESC, chat_id DESC LIMIT :at_most
""")


async def list_chats(
    conn: AsyncConnection, workspace_id: UUID, user_id: UUID, *, before: tuple[datetime, str] | None, at_most: int
) -> list[ChatHead]:
    """List a person's conversations, the latest first."""
    named = {
        "workspace_id": workspace_id,
        "user_id": user_id,
        "before": before[0] if before else None,
        "before_id": before[1] if before else "",
        "at_most": at_most,
    }
    return [ChatHead(row.chat_id, row.title, row.updated_at) for row in await conn.execute(_LIST, named)]


_USED = text("""
INSERT INTO usage AS u (workspace_id, day, turns, input_tokens, output_tokens, cache_read_tokens, cost_micros)
VALUES (:workspace_id, CAST(now() AT TIME ZONE 'UTC' AS date), :turns, :input_tokens, :output_tokens,
        :cache_read_tokens, :cost_micros)
ON CONFLICT (workspace_id, day) DO UPDATE SET turns = u.turns + excluded.turns,
    input_tokens = u.input_tokens + excluded.input_tokens, output_tokens = u.output_tokens + excluded.output_tokens,
    cache_read_tokens = u.cache_read_tokens + excluded.cache_read_tokens,
    cost_micros = u.cost_micros + excluded.cost_micros
""")

_TODAY = text("""
SELECT input_tokens + output_tokens + cache_read_tokens / 10 FROM usage
WHERE workspace_id = :workspace_id AND day = CAST(now() AT TIME ZONE 'UTC' AS date)
""")

_USAGE = text("""
SELECT day, turns, input_tokens, output_tokens, cache_read_tokens, cost_micros FROM usage
WHERE workspace_id = :workspace_id ORDER BY day DESC LIMIT :days
""")


async def note_usage(
    conn: AsyncConnection, workspace_id: UUID, *, turns: int = 0, used: Used = NOTHING, cost_micros: int = 0
) -> None:
    """Count what was used of the model today; what was kept for the next time went in as well."""
    named = {
        "workspace_id": workspace_id,
        "turns": turns,
        "input_tokens": used.input + used.cache_write,
        "output_tokens": used.output,
        "cache_read_tokens": used.cache_read,
        "cost_micros": cost_micros,
    }
    await conn.execute(_USED, named)


async def used_today(conn: AsyncConnection, workspace_id: UUID) -> int:
    """Tell how many tokens a workspace used today."""
    return (await conn.execute(_TODAY, {"workspace_id": workspace_id})).scalar_one_or_none() or 0


async def list_usage(conn: AsyncConnection, workspace_id: UUID, days: int) -> list[dict[str, Any]]:
    """List what was used, the latest day first."""
    rows = await conn.execute(_USAGE, {"workspace_id": workspace_id, "days": days})
    return [dict(row) for row in rows.mappings()]


async def erase_workspaces(conn: AsyncConnection, workspaces: Iterable[UUID]) -> None:
    """Forget everything of workspaces."""
    for table in ("chat", "proposal", "usage"):
        await conn.execute(
            text(f"DELETE FROM {table} WHERE workspace_id = ANY (CAST(:ids AS uuid[]))"),  # noqa: S608 - ours
            {"ids": list(workspaces)},
        )


_ERASE_NAMING = """
WITH named AS (
    SELECT DISTINCT workspace_id, user_id, chat_id FROM {table}
    WHERE workspace_id = :workspace_id AND EXISTS (
        SELECT FROM unnest(CAST(:patterns AS text[])) AS p WHERE {column} LIKE p ESCAPE '!')
)
SELECT workspace_id, user_id, chat_id FROM named
"""


def patterns_of(words: Iterable[str]) -> list[str]:
    """Write words as what `LIKE … ESCAPE '!'` finds them by, anywhere."""
    return ["%" + re.sub("([%_!])", r"!\1", word) + "%" for word in words]


async def find_naming(conn: AsyncConnection, workspace_id: UUID, patterns: Sequence[str]) -> set[ChatKey]:
    """Find the conversations in which any of these stands."""
    found: set[ChatKey] = set()
    for table, column in (("said", "content"), ("message", "parts")):
        query = text(_ERASE_NAMING.format(table=table, column=column))
        rows = await conn.execute(query, {"workspace_id": workspace_id, "patterns": list(patterns)})
        found |= {ChatKey(row.workspace_id, row.user_id, row.chat_id) for row in rows}
    return found


_FORGET = text("""
UPDATE chat SET erased = coalesce(erased, '{}') || CAST(:patterns AS text[])
WHERE workspace_id = :workspace_id AND turn_id IS NOT NULL
""")


async def forget_later(conn: AsyncConnection, workspace_id: UUID, patterns: Sequence[str]) -> None:
    """Have what turns under way are about to write looked through when they are over."""
    await conn.execute(_FORGET, {"workspace_id": workspace_id, "patterns": list(patterns)})


_DELETE = text(f"DELETE FROM chat WHERE {_THIS}")  # noqa: S608 - the parts are ours; what is of it goes with it


async def delete_chat(conn: AsyncConnection, key: ChatKey) -> None:
    """Forget a conversation, with the proposals that are of it."""
    await conn.execute(_DELETE, key.named())
