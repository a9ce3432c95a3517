"""The tables, for SQLAlchemy Core. The migrations make them; a test holds the two together."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)  # fmt: skip
from sqlalchemy.sql.elements import TextClause

metadata = MetaData()

WORDS = Text(collation="C")
"""Text that is sorted and searched by its code points, whatever the server's locale."""

MOMENT = DateTime(timezone=True)


def _id(name: str) -> Column[object]:
    return Column(name, Uuid, nullable=False)


def _zero() -> TextClause:
    return text("0")


workspace = Table(
    "workspace",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("contacts", BigInteger, nullable=False, server_default=_zero()),
    Column("entries", BigInteger, nullable=False, server_default=_zero()),
    Column("decisions", Integer, nullable=False, server_default=_zero()),
    Column("erasures", Integer, nullable=False, server_default=_zero()),
    Column("erased", Boolean, nullable=False, server_default=false()),
    Column("stamp", Uuid),
    Column("has_shared", Boolean, nullable=False, server_default=false()),
    Column("has_alike", Boolean, nullable=False, server_default=false()),
    Column("rules_version", Integer, nullable=False, server_default=_zero()),
    Column("weighed_by", Text),
)

pin = Table(
    "pin",
    metadata,
    _id("workspace_id"),
    Column("number", Integer, nullable=False),
    _id("source_id"),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("pinned_by", Uuid),
    Column("pinned_at", MOMENT, nullable=False, server_default=func.now()),
    Column("withdrawn_at", MOMENT),
    PrimaryKeyConstraint("workspace_id", "number"),
    Index("pin_source", "workspace_id", "source_id"),
)

reweighing = Table(
    "reweighing",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("after", Uuid),
    Column("done", BigInteger, nullable=False, server_default=_zero()),
    Column("begun_at", MOMENT, nullable=False, server_default=func.now()),
)

rules_preview = Table(
    "rules_preview",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("preview_id", Uuid, nullable=False),
    Column("wish", Text, nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("version", Integer),
    Column("after", Uuid),
    Column("done", BigInteger, nullable=False, server_default=_zero()),
    Column("joined", BigInteger, nullable=False, server_default=_zero()),
    Column("parted", BigInteger, nullable=False, server_default=_zero()),
    Column("changed", BigInteger, nullable=False, server_default=_zero()),
    Column("is_done", Boolean, nullable=False, server_default=false()),
    Column("asked_by", Uuid),
    Column("asked_at", MOMENT, nullable=False, server_default=func.now()),
)

previewed_change = Table(
    "previewed_change",
    metadata,
    _id("workspace_id"),
    Column("kind", Text, nullable=False),
    _id("golden_id"),
    _id("with_id"),
    PrimaryKeyConstraint("workspace_id", "kind", "golden_id"),
)

rules = Table(
    "rules",
    metadata,
    _id("workspace_id"),
    Column("version", Integer, CheckConstraint("version > 0"), nullable=False),
    Column("rules", Text, nullable=False),
    Column("made_at", MOMENT, nullable=False, server_default=func.now()),
    Column("made_by", Uuid),
    Column("held_from", MOMENT),
    Column("restores", Integer),
    PrimaryKeyConstraint("workspace_id", "version"),
)

source_identity = Table(
    "source_identity",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("provider_id", WORDS, nullable=False),
    _id("source_id"),
    Column("provider", Text, nullable=False),
    Column("first_seen_at", MOMENT, nullable=False),
    Column("shown_revision", BigInteger, nullable=False),
    Column("gone_revision", BigInteger, nullable=False),
    Column("contact", Text, nullable=False),
    Column("keys", ARRAY(Text), nullable=False),
    PrimaryKeyConstraint("workspace_id", "connection_id", "provider_id"),
    UniqueConstraint("workspace_id", "source_id"),
)

match_key = Table(
    "match_key",
    metadata,
    _id("workspace_id"),
    Column("key", WORDS, nullable=False),
    _id("source_id"),
    PrimaryKeyConstraint("workspace_id", "key", "source_id"),
)

shared_key = Table(
    "shared_key",
    metadata,
    _id("workspace_id"),
    Column("key", WORDS, nullable=False),
    PrimaryKeyConstraint("workspace_id", "key"),
)

weighed_record = Table(
    "weighed_record",
    metadata,
    _id("workspace_id"),
    _id("source_id"),
    Column("form", Text, nullable=False),
    Column("blocks", ARRAY(BigInteger), nullable=False),
    PrimaryKeyConstraint("workspace_id", "source_id"),
)

block = Table(
    "block",
    metadata,
    _id("workspace_id"),
    Column("block", BigInteger, nullable=False),
    _id("source_id"),
    PrimaryKeyConstraint("workspace_id", "block", "source_id"),
)

alike = Table(
    "alike",
    metadata,
    _id("workspace_id"),
    _id("left_id"),
    _id("right_id"),
    Column("strength", Integer, nullable=False),
    Column("joins", Boolean, nullable=False),
    CheckConstraint("left_id < right_id"),
    PrimaryKeyConstraint("workspace_id", "left_id", "right_id"),
    Index("alike_right", "workspace_id", "right_id"),
)

suggestion = Table(
    "suggestion",
    metadata,
    _id("workspace_id"),
    _id("suggestion_id"),
    _id("older_id"),
    _id("younger_id"),
    _id("left_id"),
    _id("right_id"),
    Column("rule", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("strength", Integer, nullable=False),
    Column("put_off_until", MOMENT),
    Column("put_off_by", Uuid),
    CheckConstraint("older_id < younger_id"),
    PrimaryKeyConstraint("workspace_id", "suggestion_id"),
    Index("suggestion_older", "workspace_id", "older_id"),
    Index("suggestion_younger", "workspace_id", "younger_id"),
    Index("suggestion_strength", "workspace_id", "strength", "suggestion_id", postgresql_include=["put_off_until"]),
    Index(
        "suggestion_put_off",
        "workspace_id",
        "strength",
        "suggestion_id",
        postgresql_include=["put_off_until"],
        postgresql_where=text("put_off_until IS NOT NULL"),
    ),
)

identity_map = Table(
    "identity_map",
    metadata,
    _id("workspace_id"),
    _id("source_id"),
    _id("golden_id"),
    _id("component_id"),
    CheckConstraint("component_id <> source_id"),
    PrimaryKeyConstraint("workspace_id", "source_id"),
    Index("identity_map_golden", "workspace_id", "golden_id"),
    Index("identity_map_component", "workspace_id", "component_id"),
)

golden_record = Table(
    "golden_record",
    metadata,
    _id("workspace_id"),
    _id("golden_id"),
    Column("email", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("phone", Text),
    Column("company", Text),
    Column("job_title", Text),
    Column("providers", ARRAY(Text), nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("workspace_id", "golden_id"),
    Index("golden_record_updated", "workspace_id", "updated_at", "golden_id"),
)

decision = Table(
    "decision",
    metadata,
    _id("workspace_id"),
    Column("number", Integer, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('same', 'different')"), nullable=False),
    Column("decided_by", Uuid),
    Column("decided_at", MOMENT, nullable=False, server_default=func.now()),
    Column("withdrawn_at", MOMENT),
    PrimaryKeyConstraint("workspace_id", "number"),
)

decision_member = Table(
    "decision_member",
    metadata,
    _id("workspace_id"),
    _id("source_id"),
    Column("number", Integer, nullable=False),
    Column("side", Integer, nullable=False),
    PrimaryKeyConstraint("workspace_id", "source_id", "number"),
    ForeignKeyConstraint(["workspace_id", "number"], ["decision.workspace_id", "decision.number"], ondelete="CASCADE"),
    Index("decision_member_number", "workspace_id", "number"),
)

history = Table(
    "history",
    metadata,
    _id("workspace_id"),
    Column("number", BigInteger, nullable=False),
    Column(
        "kind", Text, CheckConstraint("kind IN ('joined', 'parted', 'decided', 'pinned', 'unpinned')"), nullable=False
    ),
    Column("happened_at", MOMENT, nullable=False, server_default=func.now()),
    _id("golden_id"),
    Column("sides", Text, nullable=False),
    Column("edges", Text, nullable=False),
    Column("cause", Text),
    Column("undone_by", BigInteger),
    Column("caused_by", Uuid),
    PrimaryKeyConstraint("workspace_id", "number"),
    Index("history_happened", "workspace_id", "happened_at", "number"),
    Index("history_kind", "workspace_id", "kind", "happened_at", "number", postgresql_where=text("kind <> 'joined'")),
    Index("history_said", "workspace_id", "happened_at", "number", postgresql_where=text("cause IS NOT NULL")),
    Index(
        "history_person",
        "workspace_id",
        "caused_by",
        "happened_at",
        "number",
        postgresql_where=text("caused_by IS NOT NULL"),
    ),
)

history_golden = Table(
    "history_golden",
    metadata,
    _id("workspace_id"),
    _id("golden_id"),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("workspace_id", "golden_id", "number"),
)

redirect = Table(
    "redirect",
    metadata,
    _id("workspace_id"),
    _id("old_id"),
    _id("source_id"),
    PrimaryKeyConstraint("workspace_id", "old_id"),
    Index("redirect_source", "workspace_id", "source_id"),
)

erasure = Table(
    "erasure",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("erased_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("workspace_id", "connection_id"),
)

interaction = Table(
    "interaction",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("kind", WORDS, nullable=False),
    Column("provider_id", WORDS, nullable=False),
    Column("provider", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("happened_at", MOMENT, nullable=False),
    Column("contact_ids", ARRAY(Text), nullable=False),
    Column("interaction", Text),
    PrimaryKeyConstraint("workspace_id", "connection_id", "kind", "provider_id"),
)

interaction_contact = Table(
    "interaction_contact",
    metadata,
    _id("workspace_id"),
    _id("connection_id"),
    Column("contact_id", WORDS, nullable=False),
    Column("happened_at", MOMENT, nullable=False),
    Column("kind", WORDS, nullable=False),
    Column("provider_id", WORDS, nullable=False),
    PrimaryKeyConstraint("workspace_id", "connection_id", "contact_id", "happened_at", "kind", "provider_id"),
)

search_document = Table(
    "search_document",
    metadata,
    _id("workspace_id"),
    _id("golden_id"),
    *(
        Column(name, WORDS, nullable=False)
        for name in (
            "name_key", "email_key", "emails", "phones", "company_key", "job_title_key", "city_key", "country_key",
            "owner_key", "providers", "connections",
        )
    ),
    Column("sources", Integer, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    Column("last_interaction_at", MOMENT, nullable=False),
    Column("tokens", WORDS, nullable=False),
    Column("review_from", MOMENT, nullable=False, server_default=text("'9999-12-31 00:00:00+00'")),
    PrimaryKeyConstraint("workspace_id", "golden_id"),
    Index("search_document_name", "workspace_id", "name_key", "golden_id"),
    Index("search_document_email", "workspace_id", "email_key", "golden_id"),
    Index("search_document_company", "workspace_id", "company_key", "golden_id"),
    Index("search_document_updated", "workspace_id", "updated_at", "golden_id"),
    Index("search_document_interaction", "workspace_id", "last_interaction_at", "golden_id"),
)  # fmt: skip

search_token = Table(
    "search_token",
    metadata,
    _id("workspace_id"),
    Column("token", WORDS, nullable=False),
    _id("golden_id"),
    PrimaryKeyConstraint("workspace_id", "token", "golden_id"),
)

search_spelling = Table(
    "search_spelling",
    metadata,
    _id("workspace_id"),
    Column("spelling", WORDS, nullable=False),
    Column("word", WORDS, nullable=False),
    PrimaryKeyConstraint("workspace_id", "spelling", "word"),
)

search_rebuild = Table(
    "search_rebuild",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("after", Uuid),
)

saved_view = Table(
    "saved_view",
    metadata,
    _id("workspace_id"),
    _id("view_id"),
    Column("name", Text, nullable=False),
    Column("view", Text, nullable=False),
    _id("made_by"),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    Column("updated_at", MOMENT, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("workspace_id", "view_id"),
)

contact_export = Table(
    "contact_export",
    metadata,
    _id("workspace_id"),
    _id("export_id"),
    _id("asked_by"),
    Column("asked_at", MOMENT, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("workspace_id", "export_id"),
)

said_once = Table(
    "said_once",
    metadata,
    _id("workspace_id"),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("entries", ARRAY(BigInteger), nullable=False),
    Column("said_at", MOMENT, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("workspace_id", "key"),
    Index("said_once_at", "workspace_id", "said_at"),
)
