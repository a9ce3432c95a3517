"""Connections that nobody granted: files that a person hands over have no tokens."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE connection ADD COLUMN is_granted boolean NOT NULL DEFAULT true;
ALTER TABLE connection DROP CONSTRAINT tokens_while_connected;
ALTER TABLE connection ADD CONSTRAINT tokens_while_connected
    CHECK ((state = 'removed' OR NOT is_granted) = (access_sealed IS NULL));
"""


def upgrade() -> None:
    op.execute(TABLES)
