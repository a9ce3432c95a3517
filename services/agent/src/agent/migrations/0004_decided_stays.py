"""What was decided stays when its conversation is deleted. Expired is how an open proposal is shown, and no state."""

from alembic import op

revision = "0004"
down_revision = "0003"

SCRIPT = """
ALTER TABLE proposal DROP CONSTRAINT proposal_via_chat;
ALTER TABLE proposal ADD CONSTRAINT proposal_via_chat
    CHECK (chat_id IS NULL AND (via = 'mcp' OR state <> 'open') OR chat_id IS NOT NULL AND via = 'chat');
ALTER TABLE proposal DROP CONSTRAINT proposal_state_check;
ALTER TABLE proposal ADD CONSTRAINT proposal_state_check
    CHECK (state IN ('open', 'running', 'done', 'failed', 'refused'));
"""


def upgrade() -> None:
    op.execute(SCRIPT)
