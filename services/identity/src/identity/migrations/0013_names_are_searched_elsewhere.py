"""What golden records are searched and sorted by is in their documents; what nobody read of it here goes."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = """
ALTER TABLE golden_record DROP COLUMN name_key, DROP COLUMN last_name_key;
"""


def upgrade() -> None:
    op.execute(TABLES)
