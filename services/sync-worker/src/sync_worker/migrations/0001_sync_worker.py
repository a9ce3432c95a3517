"""Connections as we know them, runs, where each stream stands, and the source records as they came."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE connection (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    provider text NOT NULL,
    account_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'broken', 'removed')),
    authorized_at timestamptz,
    synced_at timestamptz,
    next_sync_at timestamptz NOT NULL DEFAULT now(),
    -- What new records begin with: above all that an erasure took away, for listeners take no revision twice.
    first_revision bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, connection_id)
);
CREATE INDEX connection_due ON connection (next_sync_at) WHERE state = 'active';

CREATE TABLE sync_run (
    workspace_id uuid NOT NULL,
    sync_id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('first', 'incremental', 'full')),
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    again boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    retry_at timestamptz,
    problem text,
    PRIMARY KEY (workspace_id, sync_id)
);
CREATE INDEX sync_run_of_connection ON sync_run (workspace_id, connection_id, sync_id);
CREATE UNIQUE INDEX sync_run_under_way ON sync_run (workspace_id, connection_id)
    WHERE state IN ('queued', 'running', 'waiting');

CREATE TABLE sync_stream (
    workspace_id uuid NOT NULL,
    sync_id uuid NOT NULL,
    stream text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'refused')),
    problem text,
    total bigint,
    fetched bigint NOT NULL DEFAULT 0,
    added bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    gone bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, sync_id, stream)
);

CREATE TABLE stream_state (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    stream text NOT NULL,
    bookmark text,
    cursor text,
    PRIMARY KEY (workspace_id, connection_id, stream)
);

-- `json` and not `jsonb`: what a provider said is kept byte for byte, its order and its \\u0000 included.
CREATE TABLE source_contact (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    raw json NOT NULL,
    content_hash bytea NOT NULL,
    revision bigint NOT NULL,
    first_seen_at timestamptz NOT NULL,
    fetched_at timestamptz NOT NULL,
    gone_at timestamptz,
    gone_reason text,
    merged_into text,
    PRIMARY KEY (workspace_id, connection_id, provider_id)
);

CREATE TABLE source_interaction (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    raw json NOT NULL,
    interaction json NOT NULL,
    content_hash bytea NOT NULL,
    revision bigint NOT NULL,
    fetched_at timestamptz NOT NULL,
    gone_at timestamptz,
    gone_reason text,
    PRIMARY KEY (workspace_id, connection_id, kind, provider_id)
);

CREATE TABLE skipped_record (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    stream text NOT NULL,
    record_key text COLLATE "C" NOT NULL,
    skipped_id uuid NOT NULL DEFAULT uuidv7(),
    sync_id uuid NOT NULL,
    provider_id text,
    reason text NOT NULL,
    raw bytea NOT NULL,
    skipped_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, connection_id, stream, record_key)
);
CREATE INDEX skipped_record_of_connection ON skipped_record (workspace_id, connection_id, skipped_id);

CREATE TABLE suppressed (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    provider_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, connection_id, provider_id)
);
"""

WALLED = (
    "connection",
    "sync_run",
    "sync_stream",
    "stream_state",
    "source_contact",
    "source_interaction",
    "skipped_record",
    "suppressed",
)

# The schedule looks over all workspaces, so it asks as the owner; it learns ids and nothing else.
DUE = """
CREATE FUNCTION due_connections(at_most integer) RETURNS TABLE (workspace_id uuid, connection_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = sync_worker, pg_temp AS $$
    SELECT c.workspace_id, c.connection_id FROM connection c
    WHERE c.state = 'active' AND c.next_sync_at <= now()
    ORDER BY c.next_sync_at LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_connections(integer) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in WALLED:
        tenant_table(op, table)
    op.execute(DUE)
