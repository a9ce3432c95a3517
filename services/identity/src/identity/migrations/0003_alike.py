"""Keys that several people use, and records that are alike: what weighs them, what they share, how much it says."""

from alembic import op
from servicekit.migrations import expect_distinct, tenant_table

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE workspace
    ADD COLUMN has_shared boolean NOT NULL DEFAULT false,
    ADD COLUMN has_alike boolean NOT NULL DEFAULT false,
    ADD COLUMN rules_version integer NOT NULL DEFAULT 0;

ALTER TABLE history DROP CONSTRAINT history_kind_check;
ALTER TABLE history
    ADD CONSTRAINT history_kind_check CHECK (kind IN ('joined', 'parted', 'decided', 'pinned', 'unpinned')),
    ADD COLUMN cause text,
    ADD COLUMN undone_by bigint;

CREATE TABLE pin (
    workspace_id uuid NOT NULL,
    number integer NOT NULL,
    source_id uuid NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    pinned_by uuid,
    pinned_at timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz,
    PRIMARY KEY (workspace_id, number)
);
CREATE INDEX pin_source ON pin (workspace_id, source_id);

CREATE TABLE rules (
    workspace_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    rules text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by uuid,
    PRIMARY KEY (workspace_id, version)
);

CREATE TABLE shared_key (
    workspace_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, key)
);

CREATE TABLE weighed_record (
    workspace_id uuid NOT NULL,
    source_id uuid NOT NULL,
    form text NOT NULL,
    blocks bigint[] NOT NULL,
    PRIMARY KEY (workspace_id, source_id)
);

CREATE TABLE block (
    workspace_id uuid NOT NULL,
    block bigint NOT NULL,
    source_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, block, source_id)
);

CREATE TABLE alike (
    workspace_id uuid NOT NULL,
    left_id uuid NOT NULL,
    right_id uuid NOT NULL CHECK (left_id < right_id),
    strength integer NOT NULL,
    joins boolean NOT NULL,
    PRIMARY KEY (workspace_id, left_id, right_id)
);
CREATE INDEX alike_right ON alike (workspace_id, right_id);
CREATE INDEX alike_strength ON alike (workspace_id, strength, left_id, right_id);
"""

WALLED = ("pin", "rules", "shared_key", "weighed_record", "block", "alike")

# As in the first migration: what the planner should expect before it knows better.
EXPECTED = {
    ("weighed_record", "workspace_id"): 1,
    ("weighed_record", "source_id"): -1,
    ("block", "workspace_id"): 1,
    ("block", "block"): -0.8,
    ("block", "source_id"): -0.2,
    ("alike", "workspace_id"): 1,
    ("alike", "left_id"): -0.9,
    ("alike", "right_id"): -0.9,
}


def upgrade() -> None:
    op.execute(TABLES)
    expect_distinct(op, EXPECTED)
    for table in WALLED:
        tenant_table(op, table)
