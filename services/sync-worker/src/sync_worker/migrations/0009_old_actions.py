"""Actions that ended long ago go: they hold what people were called, also of those who never became a record."""

from alembic import op

revision = "0009"
down_revision = "0008"

# Who tidies looks over all workspaces, so it asks as the owner; it learns a number and nothing else.
DROP_OLD_ACTIONS = """
CREATE INDEX action_ended ON action (ended_at) WHERE ended_at IS NOT NULL;
CREATE FUNCTION drop_old_actions(kept_for interval, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = sync_worker, pg_temp AS $$
    WITH dropped AS (
        DELETE FROM action WHERE (workspace_id, action_id) IN (
            SELECT workspace_id, action_id FROM action WHERE ended_at < now() - kept_for
            ORDER BY ended_at LIMIT at_most FOR UPDATE SKIP LOCKED
        )
        RETURNING 1
    )
    SELECT count(*) FROM dropped
$$;
REVOKE ALL ON FUNCTION drop_old_actions(interval, integer) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(DROP_OLD_ACTIONS)
