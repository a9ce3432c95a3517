"""What an update found before it wrote: known even where the answer to what it wrote never comes."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE action ADD COLUMN before json")
