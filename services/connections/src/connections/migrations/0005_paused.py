"""Connections that a person lets rest; their tokens stay fresh."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
ALTER TABLE connection ADD COLUMN paused_at timestamptz;
ALTER TABLE connection DROP CONSTRAINT connection_state_check;
ALTER TABLE connection ADD CONSTRAINT connection_state_check
    CHECK (state IN ('active', 'paused', 'broken', 'removed'));
ALTER TABLE connection ADD CONSTRAINT paused_says_since CHECK ((state = 'paused') = (paused_at IS NOT NULL));
DROP INDEX connection_due;
CREATE INDEX connection_due ON connection (expires_at)
    WHERE state IN ('active', 'paused') AND refresh_sealed IS NOT NULL;
"""

LEASE_DUE_CONNECTIONS = """
CREATE OR REPLACE FUNCTION lease_due_connections(
    providers text[], ahead interval, holder uuid, held_for interval, at_most int)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    UPDATE connection c SET lease = holder, not_before = now() + held_for
    WHERE (c.workspace_id, c.id) IN (
        SELECT d.workspace_id, d.id FROM connection d
        WHERE d.state IN ('active', 'paused') AND d.refresh_sealed IS NOT NULL AND d.provider = ANY (providers)
          AND d.expires_at < now() + ahead
          AND d.expires_at - now() < (d.expires_at - d.renewed_at) / 2
          AND (d.not_before IS NULL OR d.not_before <= now())
        ORDER BY d.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    )
    RETURNING c.workspace_id, c.id
$$
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(LEASE_DUE_CONNECTIONS)
