"""Proposals that programs make over MCP: they belong to no conversation."""

from alembic import op

revision = "0002"
down_revision = "0001"

SCRIPT = """
ALTER TABLE proposal ALTER COLUMN chat_id DROP NOT NULL;
ALTER TABLE proposal ADD COLUMN via text NOT NULL DEFAULT 'chat' CHECK (via IN ('chat', 'mcp'));
ALTER TABLE proposal ADD CONSTRAINT proposal_via_chat CHECK ((via = 'chat') = (chat_id IS NOT NULL));
CREATE INDEX proposal_by_program ON proposal (workspace_id, user_id, state) WHERE chat_id IS NULL;
"""


def upgrade() -> None:
    op.execute(SCRIPT)
