"""A workspace tells which normalisers its records were weighed by, so that other ones are noticed."""

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = """
ALTER TABLE workspace ADD COLUMN weighed_by text;

CREATE FUNCTION workspaces_weighed_otherwise(weighed_by text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = identity, pg_temp
AS $$
    SELECT w.workspace_id FROM identity.workspace w
    WHERE NOT w.erased AND w.weighed_by IS DISTINCT FROM workspaces_weighed_otherwise.weighed_by
    ORDER BY w.workspace_id
$$;
REVOKE ALL ON FUNCTION workspaces_weighed_otherwise(text) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
