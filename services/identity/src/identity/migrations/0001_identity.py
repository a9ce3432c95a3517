"""Source records, their keys, the map from them to golden records, and what happened to it."""

from alembic import op
from servicekit.migrations import expect_distinct, tenant_table

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE workspace (
    workspace_id uuid PRIMARY KEY,
    contacts bigint NOT NULL DEFAULT 0,
    entries bigint NOT NULL DEFAULT 0,
    decisions integer NOT NULL DEFAULT 0,
    erasures integer NOT NULL DEFAULT 0,
    erased boolean NOT NULL DEFAULT false
);

CREATE TABLE source_identity (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    source_id uuid NOT NULL,
    provider text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    shown_revision bigint NOT NULL,
    gone_revision bigint NOT NULL,
    contact text NOT NULL,
    keys text[] NOT NULL,
    PRIMARY KEY (workspace_id, connection_id, provider_id),
    UNIQUE (workspace_id, source_id)
);

CREATE TABLE match_key (
    workspace_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    source_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, key, source_id)
);

CREATE TABLE identity_map (
    workspace_id uuid NOT NULL,
    source_id uuid NOT NULL,
    golden_id uuid NOT NULL,
    component_id uuid NOT NULL CHECK (component_id <> source_id),
    PRIMARY KEY (workspace_id, source_id)
);
-- Who is alone, or first seen of those that edges tie together, has no line: golden record and component carry its id.
CREATE INDEX identity_map_golden ON identity_map (workspace_id, golden_id);
CREATE INDEX identity_map_component ON identity_map (workspace_id, component_id);

CREATE TABLE golden_record (
    workspace_id uuid NOT NULL,
    golden_id uuid NOT NULL,
    email text,
    first_name text,
    last_name text,
    phone text,
    company text,
    job_title text,
    name_key text COLLATE "C" NOT NULL,
    last_name_key text COLLATE "C",
    providers text[] NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, golden_id)
);
CREATE INDEX golden_record_updated ON golden_record (workspace_id, updated_at, golden_id);
CREATE INDEX golden_record_name ON golden_record (workspace_id, name_key, golden_id);
CREATE INDEX golden_record_last_name ON golden_record (workspace_id, last_name_key);

CREATE TABLE decision (
    workspace_id uuid NOT NULL,
    number integer NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('same', 'different')),
    decided_by uuid,
    decided_at timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz,
    PRIMARY KEY (workspace_id, number)
);

CREATE TABLE decision_member (
    workspace_id uuid NOT NULL,
    source_id uuid NOT NULL,
    number integer NOT NULL,
    side integer NOT NULL,
    PRIMARY KEY (workspace_id, source_id, number),
    FOREIGN KEY (workspace_id, number) REFERENCES decision ON DELETE CASCADE
);
CREATE INDEX decision_member_number ON decision_member (workspace_id, number);

CREATE TABLE history (
    workspace_id uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('joined', 'parted')),
    happened_at timestamptz NOT NULL DEFAULT now(),
    golden_id uuid NOT NULL,
    sides text NOT NULL,
    edges text NOT NULL,
    PRIMARY KEY (workspace_id, number)
);

CREATE TABLE history_golden (
    workspace_id uuid NOT NULL,
    golden_id uuid NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (workspace_id, golden_id, number)
);

CREATE TABLE redirect (
    workspace_id uuid NOT NULL,
    old_id uuid NOT NULL,
    source_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, old_id)
);
CREATE INDEX redirect_source ON redirect (workspace_id, source_id);

CREATE TABLE erasure (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    erased_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, connection_id)
);

CREATE TABLE interaction (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    provider text NOT NULL,
    revision bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    contact_ids text[] NOT NULL,
    interaction text,
    PRIMARY KEY (workspace_id, connection_id, kind, provider_id)
);

CREATE TABLE interaction_contact (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    happened_at timestamptz NOT NULL,
    kind text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, connection_id, contact_id, happened_at, kind, provider_id)
);
"""

WALLED = (
    "workspace",
    "source_identity",
    "match_key",
    "identity_map",
    "golden_record",
    "decision",
    "decision_member",
    "history",
    "history_golden",
    "redirect",
    "erasure",
    "interaction",
    "interaction_contact",
)


# A new table has no statistics, and the planner then takes each of two conditions on workspace_id (the query's and
# the wall's) for a reason to expect one row: any index will do, it thinks, and reads whole workspaces for every
# record. Until the first ANALYZE knows better, this is what it should expect: distinct values, as a share of the
# rows where negative.
EXPECTED = {
    ("source_identity", "workspace_id"): 1,
    ("source_identity", "connection_id"): 3,
    ("source_identity", "provider_id"): -1,
    ("source_identity", "source_id"): -1,
    ("match_key", "workspace_id"): 1,
    ("match_key", "key"): -0.8,
    ("match_key", "source_id"): -0.9,
    ("identity_map", "workspace_id"): 1,
    ("identity_map", "source_id"): -1,
    ("identity_map", "golden_id"): -0.6,
    ("identity_map", "component_id"): -0.6,
    ("golden_record", "workspace_id"): 1,
    ("golden_record", "golden_id"): -1,
    ("decision_member", "workspace_id"): 1,
    ("decision_member", "source_id"): -0.8,
    ("decision_member", "number"): -0.5,
    ("interaction", "workspace_id"): 1,
    ("interaction", "connection_id"): 3,
    ("interaction", "provider_id"): -1,
    ("interaction_contact", "workspace_id"): 1,
    ("interaction_contact", "connection_id"): 3,
    ("interaction_contact", "contact_id"): -0.5,
}


def upgrade() -> None:
    op.execute(TABLES)
    expect_distinct(op, EXPECTED)
    for table in WALLED:
        tenant_table(op, table)
