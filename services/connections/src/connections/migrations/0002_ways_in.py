"""Accounts that people name beforehand, and grants that are no bearer tokens or have an end set."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE connection ADD COLUMN token_type text NOT NULL DEFAULT 'Bearer', ADD COLUMN ends_at timestamptz;
ALTER TABLE revocation ADD COLUMN token_type text NOT NULL DEFAULT 'Bearer', ADD COLUMN ends_at timestamptz;
ALTER TABLE handshake ADD COLUMN asked jsonb NOT NULL DEFAULT '{}';
"""

# What a function returns cannot be changed, and a process that still runs reads what `take_handshake` returned: that
# stays for those, and a later revision drops it.
TAKE_ASKED_HANDSHAKE = """
CREATE FUNCTION take_asked_handshake(wanted bytea)
RETURNS TABLE (workspace_id uuid, state_hash bytea, user_id uuid, provider text, browser_hash bytea,
               verifier_sealed text, return_to text, asked jsonb, expired boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = connections, pg_temp
AS $$
    DELETE FROM handshake h WHERE h.state_hash = wanted
    RETURNING h.workspace_id, h.state_hash, h.user_id, h.provider, h.browser_hash, h.verifier_sealed, h.return_to,
              h.asked, h.expires_at <= now()
$$;
REVOKE ALL ON FUNCTION take_asked_handshake(bytea) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(TAKE_ASKED_HANDSHAKE)
