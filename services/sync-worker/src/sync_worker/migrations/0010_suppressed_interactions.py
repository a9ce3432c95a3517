"""What happened with erased people alone stays away as they do. The kind of a contact is empty."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("""
    ALTER TABLE suppressed ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT '';
    ALTER TABLE suppressed DROP CONSTRAINT suppressed_pkey;
    ALTER TABLE suppressed ADD PRIMARY KEY (workspace_id, connection_id, kind, provider_id);
    """)
