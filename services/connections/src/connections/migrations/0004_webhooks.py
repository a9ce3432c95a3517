"""Being told by providers: subscriptions, and which deliveries came already."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE webhook (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'off' CHECK (state IN ('on', 'off', 'refused')),
    subscription_id text,
    secret_sealed text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    heard_at timestamptz,
    PRIMARY KEY (workspace_id, connection_id),
    CONSTRAINT proved_by_a_secret CHECK ((subscription_id IS NULL) = (secret_sealed IS NULL))
);
CREATE INDEX webhook_due ON webhook (due_at);

-- What a delivery told of, by the name that its provider's module gives the event: one that comes again is known by it.
CREATE TABLE webhook_delivery (
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    key text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, connection_id, key)
);
CREATE INDEX webhook_delivery_received ON webhook_delivery (received_at);

-- Deliveries for all accounts of an app name the account.
CREATE INDEX connection_account ON connection (provider, account_id) WHERE state = 'active';

-- What is to be ended at the provider before the grant is given back.
ALTER TABLE revocation ADD COLUMN subscription_id text;
"""

KNOWN = """
INSERT INTO webhook (workspace_id, connection_id)
SELECT workspace_id, id FROM connection WHERE is_granted AND state <> 'removed'
"""

CONNECTIONS_OF_ACCOUNTS = """
CREATE FUNCTION connections_of_accounts(wanted_provider text, wanted text[])
RETURNS TABLE (workspace_id uuid, id uuid, account_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    SELECT workspace_id, id, account_id FROM connection
    WHERE provider = wanted_provider AND account_id = ANY (wanted) AND state = 'active'
$$
"""

LEASE_DUE_WEBHOOKS = """
CREATE FUNCTION lease_due_webhooks(providers text[], held_for interval, at_most int)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    UPDATE webhook w SET due_at = now() + held_for, attempts = w.attempts + 1
    WHERE (w.workspace_id, w.connection_id) IN (
        SELECT d.workspace_id, d.connection_id
        FROM webhook d JOIN connection c ON (c.workspace_id, c.id) = (d.workspace_id, d.connection_id)
        WHERE d.due_at <= now() AND c.state = 'active' AND c.provider = ANY (providers)
        ORDER BY d.due_at LIMIT at_most FOR UPDATE OF d SKIP LOCKED
    )
    RETURNING w.workspace_id, w.connection_id
$$
"""

DROP_OLD_DELIVERIES = """
CREATE FUNCTION drop_old_deliveries(kept_for interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$ DELETE FROM webhook_delivery WHERE received_at < now() - kept_for $$
"""

FUNCTIONS = {
    "connections_of_accounts(text, text[])": CONNECTIONS_OF_ACCOUNTS,
    "lease_due_webhooks(text[], interval, int)": LEASE_DUE_WEBHOOKS,
    "drop_old_deliveries(interval)": DROP_OLD_DELIVERIES,
}


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(KNOWN)
    for table in ("webhook", "webhook_delivery"):
        tenant_table(op, table)
    for signature, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
