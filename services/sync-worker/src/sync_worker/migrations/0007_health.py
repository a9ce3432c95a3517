"""Connections that rest, readings of everything by the clock, and what was counted at their end."""

from alembic import op

revision = "0007"
down_revision = "0006"

CONNECTIONS = """
ALTER TABLE connection
    DROP CONSTRAINT connection_state_check,
    ADD CONSTRAINT connection_state_check CHECK (state IN ('active', 'paused', 'broken', 'removed')),
    -- Since when it is paused, or is so no longer: what is told late must not undo what came after it.
    ADD COLUMN stood_at timestamptz,
    -- When everything is to be read again by itself, and since when that is under way: over several runs, where one
    -- fails or is called off and the next goes on.
    ADD COLUMN full_sync_at timestamptz,
    ADD COLUMN full_began_at timestamptz;
"""

LISTINGS = """
-- Of which kind the reading shows everything, '' for contacts: what is saved by other ways meanwhile counts as shown.
ALTER TABLE stream_state ADD COLUMN listing_kind text COLLATE "C";
UPDATE stream_state SET listing_kind = '' WHERE listing IS NOT NULL AND stream = 'contacts';
"""

COUNTS = """
ALTER TABLE sync_stream
    ADD COLUMN counted bigint,
    ADD COLUMN held bigint,
    ADD COLUMN unread bigint,
    ADD COLUMN suppressed bigint;
"""


def upgrade() -> None:
    op.execute(CONNECTIONS)
    op.execute(LISTINGS)
    op.execute(COUNTS)
