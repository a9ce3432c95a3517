"""Keys are mailboxes: who wrote an address with other dots and tags is found when all records are settled anew."""

from alembic import op

revision = "0007"
down_revision = "0006"

AGAIN = """
INSERT INTO reweighing (workspace_id) SELECT workspace_id FROM workspace WHERE NOT erased
ON CONFLICT (workspace_id) DO UPDATE SET after = NULL, done = 0, begun_at = now()
"""


def upgrade() -> None:
    op.execute(AGAIN)
