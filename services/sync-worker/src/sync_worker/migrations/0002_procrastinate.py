"""The job queue's own tables, as procrastinate 3.10 makes them.

They carry no workspace and are exempt from its wall: a job names ids and nothing else. The dependency is pinned to
3.10, and a step to a newer one brings procrastinate's own migration as a revision of ours.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Straight to the driver: the text is full of colons and percent signs that are no parameters.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(SchemaManager.get_schema())
