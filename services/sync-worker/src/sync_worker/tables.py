"""The tables, for SQLAlchemy Core. The migrations make them; a test holds the two together."""

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
    true,
)  # fmt: skip
from sqlalchemy.sql.elements import TextClause

metadata = MetaData()

WORDS = Text(collation="C")
"""Text that is sorted by its code points, whatever the server's locale."""

MOMENT = DateTime(timezone=True)
UNDER_WAY = ("queued", "running", "waiting")


def _id(name: str) -> Column[object]:
    return Column(name, Uuid, nullable=False)


def _zero() -> TextClause:
    return text("0")


connection = Table(
    "connection",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("provider", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('active', 'paused', 'broken', 'removed')"), nullable=False),
    Column("authorized_at", MOMENT),
    Column("synced_at", MOMENT),
    Column("next_sync_at", MOMENT, server_default=func.now()),
    Column("told_at", MOMENT),
    Column("first_revision", BigInteger, nullable=False, server_default=text("1")),
    Column("scopes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("stood_at", MOMENT),
    Column("full_sync_at", MOMENT),
    Column("full_began_at", MOMENT),
    PrimaryKeyConstraint("workspace_id", "connection_id"),
    Index("connection_due", "next_sync_at", postgresql_where=text("state = 'active'")),
)

sync_run = Table(
    "sync_run",
    metadata,
    _id("workspace_id"),
    Column("sync_id", Uuid, nullable=False, server_default=func.uuidv7()),
    _id("connection_id"),
    Column("mode", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("attempt", Integer, nullable=False, server_default=_zero()),
    Column("failures", Integer, nullable=False, server_default=_zero()),
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("started_at", MOMENT, nullable=False, server_default=func.now()),
    Column("finished_at", MOMENT),
    Column("retry_at", MOMENT),
    Column("problem", Text),
    PrimaryKeyConstraint("workspace_id", "sync_id"),
    Index("sync_run_of_connection", "workspace_id", "connection_id", "sync_id"),
    Index(
        "sync_run_under_way",
        "workspace_id",
        "connection_id",
        unique=True,
        postgresql_where=text("state IN ('queued', 'running', 'waiting')"),
    ),
)

COUNTS = ("fetched", "added", "updated", "unchanged", "gone", "skipped")

sync_stream = Table(
    "sync_stream",
    metadata,
    _id("workspace_id"),
    _id("sync_id"),
    Column("stream", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("problem", Text),
    Column("total", BigInteger),
    *(Column(name, BigInteger, nullable=False, server_default=_zero()) for name in COUNTS),
    # Counted at the end of a run that read everything: theirs, ours, and what explains the difference.
    *(Column(name, BigInteger) for name in ("counted", "held", "unread", "suppressed")),
    PrimaryKeyConstraint("workspace_id", "sync_id", "stream"),
)

stream_state = Table(
    "stream_state",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("stream", Text, nullable=False),
    Column("bookmark", Text),
    Column("cursor", Text),
    Column("listing", Uuid),
    Column("listing_kind", WORDS),
    PrimaryKeyConstraint("workspace_id", "connection_id", "stream"),
)

source_contact = Table(
    "source_contact",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("provider_id", WORDS, nullable=False),
    Column("raw", JSON, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("first_seen_at", MOMENT, nullable=False),
    Column("fetched_at", MOMENT, nullable=False),
    Column("gone_at", MOMENT),
    Column("gone_reason", Text),
    Column("merged_into", Text),
    PrimaryKeyConstraint("workspace_id", "connection_id", "provider_id"),
)

source_interaction = Table(
    "source_interaction",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("kind", WORDS, nullable=False),
    Column("provider_id", WORDS, nullable=False),
    Column("raw", JSON, nullable=False),
    Column("interaction", JSON, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("fetched_at", MOMENT, nullable=False),
    Column("gone_at", MOMENT),
    Column("gone_reason", Text),
    PrimaryKeyConstraint("workspace_id", "connection_id", "kind", "provider_id"),
)

skipped_record = Table(
    "skipped_record",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("stream", Text, nullable=False),
    Column("record_key", WORDS, nullable=False),
    Column("skipped_id", Uuid, nullable=False, server_default=func.uuidv7()),
    Column("sync_id", Uuid),
    Column("provider_id", Text),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("skipped_at", MOMENT, nullable=False, server_default=func.now()),
    Column("line", BigInteger),
    Column("listing", Uuid),
    PrimaryKeyConstraint("workspace_id", "connection_id", "stream", "record_key"),
    Index("skipped_record_of_connection", "workspace_id", "connection_id", "skipped_id"),
)

sighting = Table(
    "sighting",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("kind", WORDS, nullable=False),
    Column("provider_id", WORDS, nullable=False),
    _id("listing"),
    Column("line", BigInteger),
    PrimaryKeyConstraint("workspace_id", "connection_id", "kind", "provider_id"),
)

wanted_record = Table(
    "wanted_record",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("kind", WORDS, nullable=False),
    Column("provider_id", WORDS, nullable=False),
    Column("merged_into", Text),
    Column("asked", Integer, nullable=False, server_default=text("1")),
    Column("failures", Integer, nullable=False, server_default=_zero()),
    Column("is_parked", Boolean, nullable=False, server_default=false()),
    Column("wanted_at", MOMENT, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("workspace_id", "connection_id", "kind", "provider_id"),
    Index(
        "wanted_record_next",
        "workspace_id",
        "connection_id",
        "failures",
        "wanted_at",
        postgresql_where=text("NOT is_parked"),
    ),
)

stored_file = Table(
    "stored_file",
    metadata,
    _id("workspace_id"),
    Column("file_id", Uuid, nullable=False, server_default=func.uuidv7()),
    Column("connection_id", Uuid),
    Column("state", Text, nullable=False, server_default="arriving"),
    Column("size", BigInteger, nullable=False, server_default=_zero()),
    Column("layout", JSON),
    Column("is_kept", Boolean, nullable=False, server_default=true()),
    Column("touched_at", MOMENT, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("workspace_id", "file_id"),
    Index(
        "stored_file_of_connection",
        "workspace_id",
        "connection_id",
        unique=True,
        postgresql_where=text("state IN ('waiting', 'read')"),
    ),
    Index("stored_file_spent", "touched_at", postgresql_where=text("is_kept AND state <> 'waiting'")),
)

file_chunk = Table(
    "file_chunk",
    metadata,
    _id("workspace_id"),
    _id("file_id"),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("workspace_id", "file_id", "number"),
)

action = Table(
    "action",
    metadata,
    _id("workspace_id"),
    Column("action_id", Uuid, nullable=False, server_default=func.uuidv7()),
    _id("connection_id"),
    Column("kind", Text, nullable=False),
    Column("contact_id", WORDS),
    Column("input", JSON, nullable=False),
    Column("idempotency_key", Text),
    Column("input_hash", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("attempt", Integer, nullable=False, server_default=_zero()),
    Column("failures", Integer, nullable=False, server_default=_zero()),
    Column("unsure", Boolean, nullable=False, server_default=false()),
    Column("before", JSON(none_as_null=True)),
    Column("problem", Text),
    Column("records", JSON),
    Column("conflicts", JSON),
    Column("inverse", JSON),
    Column("why_not", Text),
    Column("undoes", Uuid),
    _id("created_by"),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    Column("retry_at", MOMENT),
    Column("ended_at", MOMENT),
    PrimaryKeyConstraint("workspace_id", "action_id"),
    Index("action_of_connection", "workspace_id", "connection_id", "action_id"),
    Index("action_of_key", "workspace_id", "idempotency_key", unique=True),
    Index("action_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    Index(
        "action_undoes",
        "workspace_id",
        "undoes",
        unique=True,
        postgresql_where=text("state IN ('queued', 'running', 'succeeded')"),
    ),
)

suppressed = Table(
    "suppressed",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("provider_id", WORDS, nullable=False),
    Column("kind", WORDS, nullable=False, server_default=""),
    PrimaryKeyConstraint("workspace_id", "connection_id", "kind", "provider_id"),
)

budget = Table(
    "budget",
    metadata,
    Column("provider", WORDS, nullable=False),
    Column("account_id", WORDS, nullable=False),
    Column("name", WORDS, nullable=False),
    Column("most", BigInteger),
    Column("seconds", Float(53), nullable=False),
    Column("free_at", MOMENT, nullable=False, server_default=func.clock_timestamp()),
    Column("remaining", BigInteger),
    Column("is_spent", Boolean, nullable=False, server_default=false()),
    Column("used", BigInteger, nullable=False, server_default=_zero()),
    Column("used_since", MOMENT, nullable=False, server_default=func.clock_timestamp()),
    PrimaryKeyConstraint("provider", "account_id", "name"),
)

UNWALLED = frozenset({budget.name})
"""Of an account and no workspace: two that connect one account share its limits. They hold numbers alone."""
