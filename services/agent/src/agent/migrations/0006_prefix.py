"""What stands in front of a conversation, and from where on its thinking is bound to that."""

from alembic import op

revision = "0006"
down_revision = "0005"

SCRIPT = """
ALTER TABLE chat ADD COLUMN prefix text;
ALTER TABLE chat ADD COLUMN thinks_from integer NOT NULL DEFAULT 0;
"""


def upgrade() -> None:
    op.execute(SCRIPT)
