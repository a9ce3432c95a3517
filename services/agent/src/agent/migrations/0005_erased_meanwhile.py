"""Whom a conversation must forget when the turn under way in it is over: people who were erased meanwhile."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE chat ADD COLUMN erased text[]")
