"""What people are asked: which golden records may be one person."""

from alembic import op
from servicekit.migrations import expect_distinct, tenant_table

revision = "0006"
down_revision = "0005"

# Nobody lists what is alike by its strength: of a million such pairs nearly all are of one golden record.
TABLES = """
DROP INDEX alike_strength;

CREATE TABLE suggestion (
    workspace_id uuid NOT NULL,
    suggestion_id uuid NOT NULL,
    older_id uuid NOT NULL,
    younger_id uuid NOT NULL CHECK (older_id < younger_id),
    left_id uuid NOT NULL,
    right_id uuid NOT NULL,
    rule text NOT NULL,
    value text NOT NULL,
    strength integer NOT NULL,
    put_off_until timestamptz,
    put_off_by uuid,
    PRIMARY KEY (workspace_id, suggestion_id)
);
CREATE INDEX suggestion_older ON suggestion (workspace_id, older_id);
CREATE INDEX suggestion_younger ON suggestion (workspace_id, younger_id);
CREATE INDEX suggestion_strength ON suggestion (workspace_id, strength, suggestion_id) INCLUDE (put_off_until);
CREATE INDEX suggestion_put_off ON suggestion (workspace_id, strength, suggestion_id) INCLUDE (put_off_until)
    WHERE put_off_until IS NOT NULL;
"""

# As in the first migration: what the planner should expect before it knows better.
EXPECTED = {
    ("suggestion", "workspace_id"): 1,
    ("suggestion", "suggestion_id"): -1,
    ("suggestion", "older_id"): -0.7,
    ("suggestion", "younger_id"): -0.7,
}


def upgrade() -> None:
    op.execute(TABLES)
    expect_distinct(op, EXPECTED)
    tenant_table(op, "suggestion")
