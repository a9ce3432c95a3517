"""The tables, for SQLAlchemy Core. The migrations make them; a test holds the two together."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    text,
)  # fmt: skip

metadata = MetaData()

MOMENT = DateTime(timezone=True)


def _of_chat() -> ForeignKeyConstraint:
    key = ["workspace_id", "user_id", "chat_id"]
    return ForeignKeyConstraint(key, [f"chat.{name}" for name in key], ondelete="CASCADE")


def _zero(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


chat = Table(
    "chat",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("turn_id", Uuid),
    Column("leased_until", MOMENT),
    Column("held_back", Text),
    Column("erased", ARRAY(Text)),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    Column("updated_at", MOMENT, nullable=False, server_default=func.now()),
    Column("prefix", Text),
    Column("thinks_from", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("workspace_id", "user_id", "chat_id"),
    Index("chat_updated", "workspace_id", "user_id", "updated_at", "chat_id"),
    Index("chat_turn", "workspace_id", "turn_id", postgresql_where=text("turn_id IS NOT NULL")),
)

said = Table(
    "said",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "user_id", "chat_id", "number"),
    _of_chat(),
)

message = Table(
    "message",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("parts", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "user_id", "chat_id", "number"),
    _of_chat(),
)

proposal = Table(
    "proposal",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("proposal_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("chat_id", Text),
    Column("message_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("outcome", Text),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    Column("expires_at", MOMENT, nullable=False),
    Column("decided_at", MOMENT),
    Column("decided_by", Uuid),
    Column("via", Text, nullable=False, server_default=text("'chat'")),
    PrimaryKeyConstraint("workspace_id", "proposal_id"),
    _of_chat(),
    Index("proposal_of_chat", "workspace_id", "user_id", "chat_id"),
    Index("proposal_of_person", "workspace_id", "user_id", "created_at", "proposal_id"),
    Index("proposal_by_program", "workspace_id", "user_id", "state", postgresql_where=text("chat_id IS NULL")),
)

usage = Table(
    "usage",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    _zero("turns"),
    _zero("input_tokens"),
    _zero("output_tokens"),
    _zero("cache_read_tokens"),
    _zero("cost_micros"),
    PrimaryKeyConstraint("workspace_id", "day"),
)
