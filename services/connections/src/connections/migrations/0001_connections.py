"""Connections with their sealed tokens, handshakes on their way, and grants to be given back."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE connection (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    provider text NOT NULL,
    account_id text NOT NULL,
    account_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'broken', 'removed')),
    scopes text[] NOT NULL,
    api_url text,
    access_sealed text,
    refresh_sealed text,
    expires_at timestamptz,
    broken_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    authorized_at timestamptz NOT NULL DEFAULT now(),
    authorized_by uuid NOT NULL,
    renewed_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    removed_data text CHECK (removed_data IN ('keep', 'erase')),
    lease uuid,
    not_before timestamptz,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, provider, account_id),
    CONSTRAINT tokens_while_connected CHECK ((state = 'removed') = (access_sealed IS NULL)),
    CONSTRAINT no_tokens_when_removed CHECK (state <> 'removed' OR refresh_sealed IS NULL),
    CONSTRAINT removed_says_so CHECK ((state = 'removed') = (removed_at IS NOT NULL AND removed_data IS NOT NULL))
);
CREATE INDEX connection_id ON connection (id);
CREATE INDEX connection_due ON connection (expires_at) WHERE state = 'active' AND refresh_sealed IS NOT NULL;

CREATE TABLE handshake (
    workspace_id uuid NOT NULL,
    state_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    provider text NOT NULL,
    browser_hash bytea NOT NULL,
    verifier_sealed text NOT NULL,
    return_to text,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, state_hash)
);
CREATE INDEX handshake_state ON handshake (state_hash);

CREATE TABLE revocation (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    provider text NOT NULL,
    account_id text NOT NULL,
    account_name text NOT NULL,
    scopes text[] NOT NULL,
    api_url text,
    access_sealed text NOT NULL,
    refresh_sealed text,
    expires_at timestamptz,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX revocation_connection ON revocation (workspace_id, connection_id);
CREATE INDEX revocation_due ON revocation (due_at);
"""

# The few look-ups made before a workspace is known. Each does one thing and tells no more than its caller needs;
# SECURITY DEFINER, so they see past the rows' walls. The README lists them.
TAKE_HANDSHAKE = """
CREATE FUNCTION take_handshake(wanted bytea)
RETURNS TABLE (workspace_id uuid, state_hash bytea, user_id uuid, provider text, browser_hash bytea,
               verifier_sealed text, return_to text, expired boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    DELETE FROM handshake h WHERE h.state_hash = wanted
    RETURNING h.workspace_id, h.state_hash, h.user_id, h.provider, h.browser_hash, h.verifier_sealed, h.return_to,
              h.expires_at <= now()
$$
"""

DROP_EXPIRED_HANDSHAKES = """
CREATE FUNCTION drop_expired_handshakes() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$ DELETE FROM handshake WHERE expires_at <= now() $$
"""

WORKSPACE_OF_CONNECTION = """
CREATE FUNCTION workspace_of_connection(wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = connections, pg_temp
AS $$ SELECT workspace_id FROM connection WHERE id = wanted $$
"""

# A token is due when it ends soon; one with a short life, when half of it has passed.
LEASE_DUE_CONNECTIONS = """
CREATE FUNCTION lease_due_connections(providers text[], ahead interval, holder uuid, held_for interval, at_most int)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    UPDATE connection c SET lease = holder, not_before = now() + held_for
    WHERE (c.workspace_id, c.id) IN (
        SELECT d.workspace_id, d.id FROM connection d
        WHERE d.state = 'active' AND d.refresh_sealed IS NOT NULL AND d.provider = ANY (providers)
          AND d.expires_at < now() + ahead
          AND d.expires_at - now() < (d.expires_at - d.renewed_at) / 2
          AND (d.not_before IS NULL OR d.not_before <= now())
        ORDER BY d.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    )
    RETURNING c.workspace_id, c.id
$$
"""

LEASE_DUE_REVOCATIONS = """
CREATE FUNCTION lease_due_revocations(held_for interval, at_most int)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    UPDATE revocation r SET due_at = now() + held_for, attempts = r.attempts + 1
    WHERE (r.workspace_id, r.id) IN (
        SELECT d.workspace_id, d.id FROM revocation d
        WHERE d.due_at <= now() ORDER BY d.due_at LIMIT at_most FOR UPDATE SKIP LOCKED
    )
    RETURNING r.workspace_id, r.id
$$
"""

LIST_SEALED_OTHERWISE = """
CREATE FUNCTION list_sealed_otherwise(prefix text, after uuid, at_most int)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    SELECT workspace_id, id FROM connection
    WHERE access_sealed IS NOT NULL AND NOT starts_with(access_sealed, prefix) AND id > after
    ORDER BY id LIMIT at_most
$$
"""

FUNCTIONS = {
    "take_handshake(bytea)": TAKE_HANDSHAKE,
    "drop_expired_handshakes()": DROP_EXPIRED_HANDSHAKES,
    "workspace_of_connection(uuid)": WORKSPACE_OF_CONNECTION,
    "lease_due_connections(text[], interval, uuid, interval, int)": LEASE_DUE_CONNECTIONS,
    "lease_due_revocations(interval, int)": LEASE_DUE_REVOCATIONS,
    "list_sealed_otherwise(text, uuid, int)": LIST_SEALED_OTHERWISE,
}


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("connection", "handshake", "revocation"):
        tenant_table(op, table)
    for signature, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
