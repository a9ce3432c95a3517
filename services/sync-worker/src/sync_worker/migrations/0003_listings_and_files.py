"""What a complete reading showed, and files that people hand over."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0003"
down_revision = "0002"

LISTINGS = """
-- Which reading a stream is in the midst of, if it is one that shows everything. It outlives a run that failed.
ALTER TABLE stream_state ADD COLUMN listing uuid;

-- By which reading each record was shown last. Beside the records, because an unchanged one is not written.
CREATE TABLE sighting (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    listing uuid NOT NULL,
    line bigint,
    PRIMARY KEY (workspace_id, connection_id, kind, provider_id)
);

ALTER TABLE skipped_record ADD COLUMN line bigint, ADD COLUMN listing uuid;
"""

FILES = """
-- Nothing is due by itself where there is nothing to read.
ALTER TABLE connection ALTER COLUMN next_sync_at DROP NOT NULL;

CREATE TABLE stored_file (
    workspace_id uuid NOT NULL,
    file_id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid,
    state text NOT NULL DEFAULT 'arriving' CHECK (state IN ('arriving', 'waiting', 'read', 'dropped')),
    size bigint NOT NULL DEFAULT 0,
    layout json,
    -- Whether its bytes are still kept: they go when it was read to its end, and its layout stays.
    is_kept boolean NOT NULL DEFAULT true,
    touched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, file_id),
    CONSTRAINT whose_and_how
        CHECK (state IN ('arriving', 'dropped') OR (connection_id IS NOT NULL AND layout IS NOT NULL))
);
CREATE UNIQUE INDEX stored_file_of_connection ON stored_file (workspace_id, connection_id)
    WHERE state IN ('waiting', 'read');
CREATE INDEX stored_file_spent ON stored_file (touched_at) WHERE is_kept AND state <> 'waiting';

CREATE TABLE file_chunk (
    workspace_id uuid NOT NULL,
    file_id uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (workspace_id, file_id, number)
);
-- It lives for minutes, and compressing it costs more than it saves.
ALTER TABLE file_chunk ALTER COLUMN content SET STORAGE EXTERNAL;
"""

# Who tidies looks over all workspaces, so it asks as the owner; it learns ids and nothing else.
SPENT = """
CREATE FUNCTION spent_files(idle interval, at_most integer) RETURNS TABLE (workspace_id uuid, file_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = sync_worker, pg_temp AS $$
    SELECT f.workspace_id, f.file_id FROM stored_file f
    WHERE f.is_kept AND f.state <> 'waiting' AND (f.state <> 'arriving' OR f.touched_at < now() - idle)
    ORDER BY f.touched_at LIMIT at_most
$$;
REVOKE ALL ON FUNCTION spent_files(interval, integer) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(LISTINGS)
    op.execute(FILES)
    for table in ("sighting", "stored_file", "file_chunk"):
        tenant_table(op, table)
    op.execute(SPENT)
