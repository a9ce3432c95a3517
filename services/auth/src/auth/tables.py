"""The tables, for SQLAlchemy Core. The migrations make them; a test holds the two together.

`person` is not called `user`, because that word, unquoted, is Postgres' name for the role that asks.
"""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)  # fmt: skip

metadata = MetaData()

MOMENT = DateTime(timezone=True)
WORDS = Text(collation="C")
"""Text compared by its code points, whatever the server's locale."""


def _of(table: str, column: str, *, primary_key: bool = False) -> Column[object]:
    target = f"{table}.workspace_id" if table == "workspace" else f"{table}.id"
    return Column(column, Uuid, ForeignKey(target, ondelete="CASCADE"), nullable=False, primary_key=primary_key)


person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", WORDS, nullable=False, unique=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)

workspace = Table(
    "workspace",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)

member = Table(
    "member",
    metadata,
    _of("workspace", "workspace_id", primary_key=True),
    _of("person", "person_id", primary_key=True),
    Column("role", Text, CheckConstraint("role IN ('owner', 'admin', 'member')"), nullable=False),
    Column("joined_at", MOMENT, nullable=False),
    Index("member_person", "person_id", "joined_at"),
)

invitation = Table(
    "invitation",
    metadata,
    _of("workspace", "workspace_id", primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("email", WORDS, nullable=False),
    Column("role", Text, CheckConstraint("role IN ('admin', 'member')"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("invited_by", Uuid, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("accepted_at", MOMENT),
    Index("invitation_token", "token_hash"),
)

audit_log = Table(
    "audit_log",
    metadata,
    _of("workspace", "workspace_id", primary_key=True),
    Column("id", Uuid, primary_key=True, server_default=func.uuidv7()),
    Column("at", MOMENT, nullable=False),
    Column("actor_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_id", Uuid),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    _of("person", "person_id"),
    _of("workspace", "workspace_id"),
    Column("device", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("used_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("revoked_at", MOMENT),
    Index("session_person", "person_id"),
    Index("session_workspace", "workspace_id"),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _of("session", "session_id"),
    Column("created_at", MOMENT, nullable=False),
    Column("rotated_at", MOMENT),
    Index("refresh_token_session", "session_id"),
)

personal_token = Table(
    "personal_token",
    metadata,
    Column("id", Uuid, primary_key=True),
    _of("person", "person_id"),
    _of("workspace", "workspace_id"),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("used_at", MOMENT),
    Index("personal_token_person", "person_id"),
    Index("personal_token_workspace", "workspace_id"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sealed_private_key", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("signs_from", MOMENT, nullable=False),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("window_began_at", MOMENT, nullable=False),
)
