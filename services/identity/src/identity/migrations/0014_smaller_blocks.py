"""Smaller blocks than before are passed over, also by learned rules; all is weighed anew in the background."""

from alembic import op

revision = "0014"
down_revision = "0013"

RULES = """
UPDATE rules SET rules = CAST(jsonb_set(CAST(rules AS jsonb), '{block_limit}', '12') AS text);
"""


def upgrade() -> None:
    op.execute(RULES)
