"""What golden records are searched, filtered and sorted by; views that are kept, and who took contacts out."""

from alembic import op
from servicekit.migrations import expect_distinct, tenant_table

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE search_document (
    workspace_id uuid NOT NULL,
    golden_id uuid NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    emails text COLLATE "C" NOT NULL,
    phones text COLLATE "C" NOT NULL,
    company_key text COLLATE "C" NOT NULL,
    job_title_key text COLLATE "C" NOT NULL,
    city_key text COLLATE "C" NOT NULL,
    country_key text COLLATE "C" NOT NULL,
    owner_key text COLLATE "C" NOT NULL,
    providers text COLLATE "C" NOT NULL,
    connections text COLLATE "C" NOT NULL,
    sources integer NOT NULL,
    updated_at timestamptz NOT NULL,
    last_interaction_at timestamptz NOT NULL,
    tokens text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, golden_id)
);
CREATE INDEX search_document_name ON search_document (workspace_id, name_key, golden_id);
CREATE INDEX search_document_email ON search_document (workspace_id, email_key, golden_id);
CREATE INDEX search_document_company ON search_document (workspace_id, company_key, golden_id);
CREATE INDEX search_document_updated ON search_document (workspace_id, updated_at, golden_id);
CREATE INDEX search_document_interaction ON search_document (workspace_id, last_interaction_at, golden_id);

CREATE TABLE search_token (
    workspace_id uuid NOT NULL,
    token text COLLATE "C" NOT NULL,
    golden_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, token, golden_id)
);

CREATE TABLE search_spelling (
    workspace_id uuid NOT NULL,
    spelling text COLLATE "C" NOT NULL,
    word text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, spelling, word)
);

-- Workspaces whose documents are made anew, and how far that is.
CREATE TABLE search_rebuild (
    workspace_id uuid PRIMARY KEY,
    after uuid
);

CREATE TABLE saved_view (
    workspace_id uuid NOT NULL,
    view_id uuid NOT NULL,
    name text NOT NULL,
    view text NOT NULL,
    made_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, view_id)
);

CREATE TABLE contact_export (
    workspace_id uuid NOT NULL,
    export_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, export_id)
);

-- Lists by name, and what is found by it, come from the documents.
DROP INDEX golden_record_name;
DROP INDEX golden_record_last_name;

-- What there is already is looked at once.
INSERT INTO search_rebuild (workspace_id) SELECT workspace_id FROM workspace WHERE NOT erased;

CREATE FUNCTION workspaces_to_rebuild() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = identity, pg_temp
AS $$ SELECT workspace_id FROM identity.search_rebuild ORDER BY workspace_id $$;
REVOKE ALL ON FUNCTION workspaces_to_rebuild() FROM PUBLIC;
"""

WALLED = ("search_document", "search_token", "search_spelling", "search_rebuild", "saved_view", "contact_export")

# Until the first ANALYZE knows better, as in 0001.
EXPECTED = {
    ("search_document", "workspace_id"): 1,
    ("search_document", "golden_id"): -1,
    ("search_token", "workspace_id"): 1,
    ("search_token", "token"): -0.5,
    ("search_token", "golden_id"): -0.15,
    ("search_spelling", "workspace_id"): 1,
    ("search_spelling", "spelling"): -0.7,
    ("search_spelling", "word"): -0.14,
}


def upgrade() -> None:
    op.execute(TABLES)
    expect_distinct(op, EXPECTED)
    for table in WALLED:
        tenant_table(op, table)
