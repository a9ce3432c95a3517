"""The history of a workspace is listed by time, kind and person; what only rules did needs no index of its own."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = """
ALTER TABLE history ADD COLUMN caused_by uuid;
UPDATE history SET caused_by = CAST(CAST(cause AS json) ->> 'by' AS uuid) WHERE cause IS NOT NULL;

CREATE INDEX history_happened ON history (workspace_id, happened_at, number);
CREATE INDEX history_kind ON history (workspace_id, kind, happened_at, number) WHERE kind <> 'joined';
CREATE INDEX history_said ON history (workspace_id, happened_at, number) WHERE cause IS NOT NULL;
CREATE INDEX history_person ON history (workspace_id, caused_by, happened_at, number) WHERE caused_by IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)
