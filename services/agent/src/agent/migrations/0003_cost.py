"""What a day cost, by the prices of that day."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE usage ADD COLUMN cost_micros bigint NOT NULL DEFAULT 0")
