"""Rules that change: workspaces whose records are weighed and settled anew; to begin with, all that there are."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE reweighing (
    workspace_id uuid PRIMARY KEY,
    after uuid,
    done bigint NOT NULL DEFAULT 0,
    begun_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO reweighing (workspace_id) SELECT workspace_id FROM workspace WHERE NOT erased;

CREATE FUNCTION workspaces_to_reweigh() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = identity, pg_temp
AS $$ SELECT workspace_id FROM identity.reweighing ORDER BY workspace_id $$;
REVOKE ALL ON FUNCTION workspaces_to_reweigh() FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    tenant_table(op, "reweighing")
