"""Golden records are found by whether something is asked of them; what is asked now is indexed in the background."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
ALTER TABLE search_document ADD COLUMN review_from timestamptz NOT NULL DEFAULT '9999-12-31 00:00:00+00';

INSERT INTO search_rebuild (workspace_id) SELECT DISTINCT workspace_id FROM suggestion
ON CONFLICT (workspace_id) DO UPDATE SET after = NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)
