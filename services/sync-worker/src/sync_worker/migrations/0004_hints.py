"""Records that providers named, to be fetched by their ids."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0004"
down_revision = "0003"

TABLES = """
-- When a provider last told us of a change: while it does, we need not ask so often.
ALTER TABLE connection ADD COLUMN told_at timestamptz;

-- Many words about a record are one wish. `asked` counts them, so that one that comes while it is being fetched is not
-- lost. Parked are those that were fetched while a run was under way, to be looked at again after it: a page that was
-- read before the change may have been written after it.
CREATE TABLE wanted_record (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    merged_into text,
    asked integer NOT NULL DEFAULT 1,
    failures integer NOT NULL DEFAULT 0,
    is_parked boolean NOT NULL DEFAULT false,
    wanted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, connection_id, kind, provider_id)
);
CREATE INDEX wanted_record_next ON wanted_record (workspace_id, connection_id, failures, wanted_at)
    WHERE NOT is_parked;

-- What could not be read may have come by itself, and in no run.
ALTER TABLE skipped_record ALTER COLUMN sync_id DROP NOT NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)
    tenant_table(op, "wanted_record")
