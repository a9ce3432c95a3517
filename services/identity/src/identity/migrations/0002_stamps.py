"""Who changed a workspace last: every change leaves a stamp, so that what was read before it is known to be old."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE workspace ADD COLUMN stamp uuid")
