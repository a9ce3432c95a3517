"""Rules are tried out before they hold, and earlier ones can be had back."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0008"
down_revision = "0007"

# Rules that are only tried out have a version too; those that hold, or held, have `held_from`.
TABLES = """
ALTER TABLE rules ADD COLUMN held_from timestamptz, ADD COLUMN restores integer;
UPDATE rules SET held_from = made_at;

CREATE TABLE rules_preview (
    workspace_id uuid PRIMARY KEY,
    preview_id uuid NOT NULL,
    wish text NOT NULL,
    based_on integer NOT NULL,
    version integer,
    after uuid,
    done bigint NOT NULL DEFAULT 0,
    joined bigint NOT NULL DEFAULT 0,
    parted bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0,
    is_done boolean NOT NULL DEFAULT false,
    asked_by uuid,
    asked_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE previewed_change (
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    golden_id uuid NOT NULL,
    with_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, kind, golden_id)
);

CREATE FUNCTION workspaces_to_preview() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = identity, pg_temp
AS $$ SELECT workspace_id FROM identity.rules_preview WHERE NOT is_done ORDER BY workspace_id $$;
REVOKE ALL ON FUNCTION workspaces_to_preview() FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    tenant_table(op, "rules_preview")
    tenant_table(op, "previewed_change")
