"""Tokens that people make for programs of their own, of which only fingerprints are kept."""

from alembic import op

revision = "0002"
down_revision = "0001"

# Without a wall, as sessions are: it is found by its fingerprint before any workspace is known.
TABLES = """
CREATE TABLE personal_token (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    name text NOT NULL,
    scopes text[] NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX personal_token_person ON personal_token (person_id);
CREATE INDEX personal_token_workspace ON personal_token (workspace_id);
"""


def upgrade() -> None:
    op.execute(TABLES)
