"""What is done at the providers, and what the accounts granted for that."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0005"
down_revision = "0004"

SCOPES = """
-- Empty where it is not known, or is everything that whoever connected the account may do.
ALTER TABLE connection ADD COLUMN scopes text[] NOT NULL DEFAULT '{}';
"""

ACTIONS = """
CREATE TABLE action (
    workspace_id uuid NOT NULL,
    action_id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    -- Whom it concerns: an erased person takes their actions along.
    contact_id text COLLATE "C",
    input json NOT NULL,
    -- The caller's own, under which the same is done once; an undoing has none.
    idempotency_key text,
    input_hash bytea NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'conflict')),
    attempt integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    -- Whether an earlier attempt may have been carried out without our hearing of it.
    unsure boolean NOT NULL DEFAULT false,
    problem text,
    records json,
    conflicts json,
    inverse json,
    why_not text,
    undoes uuid,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retry_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (workspace_id, action_id)
);
CREATE INDEX action_of_connection ON action (workspace_id, connection_id, action_id);
CREATE UNIQUE INDEX action_of_key ON action (workspace_id, idempotency_key);
CREATE UNIQUE INDEX action_undoes ON action (workspace_id, undoes) WHERE state IN ('queued', 'running', 'succeeded');
"""


def upgrade() -> None:
    op.execute(SCOPES)
    op.execute(ACTIONS)
    tenant_table(op, "action")
