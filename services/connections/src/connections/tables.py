"""The tables, for SQLAlchemy Core. The migrations make them; a test holds the two together."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
    true,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import UniqueConstraint

metadata = MetaData()

MOMENT = DateTime(timezone=True)

connection = Table(
    "connection",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("api_url", Text),
    Column("access_sealed", Text),
    Column("refresh_sealed", Text),
    Column("expires_at", MOMENT),
    Column("broken_reason", Text),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    Column("authorized_at", MOMENT, nullable=False, server_default=func.now()),
    Column("authorized_by", Uuid, nullable=False),
    Column("renewed_at", MOMENT, nullable=False, server_default=func.now()),
    Column("removed_at", MOMENT),
    Column("removed_data", Text),
    # Who holds the lease may refresh the tokens, and nobody else before `not_before`.
    Column("lease", Uuid),
    Column("not_before", MOMENT),
    Column("token_type", Text, nullable=False, server_default="Bearer"),
    Column("ends_at", MOMENT),
    Column("is_granted", Boolean, nullable=False, server_default=true()),
    Column("paused_at", MOMENT),
    UniqueConstraint("workspace_id", "provider", "account_id"),
    Index("connection_account", "provider", "account_id", postgresql_where=text("state = 'active'")),
    Index("connection_id", "id"),
    Index(
        "connection_due",
        "expires_at",
        postgresql_where=text("state IN ('active', 'paused') AND refresh_sealed IS NOT NULL"),
    ),
)

handshake = Table(
    "handshake",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("state_hash", LargeBinary, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("verifier_sealed", Text, nullable=False),
    Column("return_to", Text),
    Column("expires_at", MOMENT, nullable=False),
    Column("asked", JSONB, nullable=False, server_default="{}"),
    Index("handshake_state", "state_hash"),
)

revocation = Table(
    "revocation",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("connection_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("api_url", Text),
    Column("access_sealed", Text, nullable=False),
    Column("refresh_sealed", Text),
    Column("expires_at", MOMENT),
    Column("attempts", Integer, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("token_type", Text, nullable=False, server_default="Bearer"),
    Column("ends_at", MOMENT),
    Column("subscription_id", Text),
    Index("revocation_connection", "workspace_id", "connection_id"),
    Index("revocation_due", "due_at"),
)

webhook = Table(
    "webhook",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("connection_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False, server_default="off"),
    Column("subscription_id", Text),
    Column("secret_sealed", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", MOMENT, nullable=False, server_default=func.now()),
    Column("heard_at", MOMENT),
    Index("webhook_due", "due_at"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("connection_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("received_at", MOMENT, nullable=False, server_default=func.now()),
    Index("webhook_delivery_received", "received_at"),
)
