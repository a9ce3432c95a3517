"""What is left of the limits that providers set an account, shared by all workers."""

from alembic import op

revision = "0006"
down_revision = "0005"

# No workspace: two that connect one account share its limits. It holds numbers, beside the provider's name for the
# account.
# Unlogged: a lease is not worth a flush of the disk, and what the server loses when it falls the next answer tells.
BUDGETS = """
CREATE UNLOGGED TABLE budget (
    provider text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    most bigint,
    seconds double precision NOT NULL,
    -- When the window is free again: where calls are paced the one timestamp of GCRA, else when a spent pool is asked.
    free_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    remaining bigint,
    is_spent boolean NOT NULL DEFAULT false,
    used bigint NOT NULL DEFAULT 0,
    used_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (provider, account_id, name)
) WITH (fillfactor = 50);
"""


def upgrade() -> None:
    op.execute(BUDGETS)
