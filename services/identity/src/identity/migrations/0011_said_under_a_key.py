"""A word that is said again under the key it was said under is taken once."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0011"
down_revision = "0010"

# What was said is kept as a fingerprint, and what came of it by the numbers of its entries: nothing of people is here.
TABLES = """
CREATE TABLE said_once (
    workspace_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    entries bigint[] NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, key)
);
CREATE INDEX said_once_at ON said_once (workspace_id, said_at);
"""


def upgrade() -> None:
    op.execute(TABLES)
    tenant_table(op, "said_once")
