"""People, their workspaces and sessions, and the keys that sign for them."""

from alembic import op
from servicekit.migrations import tenant_table

revision = "0001"
down_revision = None

TENANT_TABLES = ("workspace", "member", "invitation", "audit_log")

TABLES = """
CREATE TABLE person (
    id uuid PRIMARY KEY,
    email text COLLATE "C" NOT NULL UNIQUE,
    first_name text NOT NULL,
    last_name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE workspace (
    workspace_id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE member (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX member_person ON member (person_id, joined_at);

CREATE TABLE invitation (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    id uuid NOT NULL,
    email text COLLATE "C" NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'member')),
    token_hash bytea NOT NULL,
    invited_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX invitation_token ON invitation (token_hash);

CREATE TABLE audit_log (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    at timestamptz NOT NULL,
    actor_id uuid NOT NULL,
    action text NOT NULL,
    subject_id uuid,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE session (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    device text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_workspace ON session (workspace_id);

CREATE TABLE refresh_token (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    rotated_at timestamptz
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);

CREATE TABLE signing_key (
    id text PRIMARY KEY,
    public_key bytea NOT NULL,
    sealed_private_key text NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL
);

CREATE TABLE sign_in_attempt (
    subject bytea PRIMARY KEY,
    attempts integer NOT NULL,
    window_began_at timestamptz NOT NULL
);
"""

# Two look-ups that no single workspace can answer. They run as their owner, whom the walls do not bind.
FUNCTIONS = """
CREATE FUNCTION memberships_of(person uuid)
RETURNS TABLE (workspace_id uuid, name text, role text, created_at timestamptz, joined_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
AS $$
    SELECT w.workspace_id, w.name, m.role, w.created_at, m.joined_at
    FROM auth.member m JOIN auth.workspace w USING (workspace_id)
    WHERE m.person_id = person
    ORDER BY m.joined_at, w.workspace_id
$$;
REVOKE ALL ON FUNCTION memberships_of(uuid) FROM PUBLIC;

CREATE FUNCTION people_without_workspace(people uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
AS $$
    SELECT p.id FROM unnest(people) AS p (id)
    WHERE NOT EXISTS (SELECT FROM auth.member m WHERE m.person_id = p.id)
$$;
REVOKE ALL ON FUNCTION people_without_workspace(uuid[]) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in TENANT_TABLES:
        tenant_table(op, table)
    op.execute(FUNCTIONS)
