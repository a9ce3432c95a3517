"""Conversations, as the model and as the page know them; proposals; and how much of the model was used."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0001"
down_revision = None

# What was said to the model is only added to, block for block; a message is what the page shows of it. `held_back` are
# results that wait until people decided the proposals of the same step.
TABLES = """
CREATE TABLE chat (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    chat_id text NOT NULL,
    title text NOT NULL,
    turn_id uuid,
    leased_until timestamptz,
    held_back text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id, chat_id)
);
CREATE INDEX chat_turn ON chat (workspace_id, turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX chat_updated ON chat (workspace_id, user_id, updated_at, chat_id);

CREATE TABLE said (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    chat_id text NOT NULL,
    number integer NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (workspace_id, user_id, chat_id, number),
    FOREIGN KEY (workspace_id, user_id, chat_id) REFERENCES chat ON DELETE CASCADE
);

CREATE TABLE message (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    chat_id text NOT NULL,
    number integer NOT NULL,
    message_id text NOT NULL,
    role text NOT NULL,
    parts text NOT NULL,
    PRIMARY KEY (workspace_id, user_id, chat_id, number),
    FOREIGN KEY (workspace_id, user_id, chat_id) REFERENCES chat ON DELETE CASCADE
);

CREATE TABLE proposal (
    workspace_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    user_id uuid NOT NULL,
    chat_id text NOT NULL,
    message_id text NOT NULL,
    call_id text NOT NULL,
    tool text NOT NULL,
    input text NOT NULL,
    plan text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'running', 'done', 'failed', 'refused', 'expired')),
    reason text,
    outcome text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    PRIMARY KEY (workspace_id, proposal_id),
    FOREIGN KEY (workspace_id, user_id, chat_id) REFERENCES chat ON DELETE CASCADE
);
CREATE INDEX proposal_of_person ON proposal (workspace_id, user_id, created_at, proposal_id);
CREATE INDEX proposal_of_chat ON proposal (workspace_id, user_id, chat_id);

CREATE TABLE usage (
    workspace_id uuid NOT NULL,
    day date NOT NULL,
    turns bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    cache_read_tokens bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, day)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("chat", "said", "message", "proposal", "usage"):
        tenant_table(op, table)
