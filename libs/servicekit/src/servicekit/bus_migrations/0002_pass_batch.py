"""Passing a batch that was read ahead, if it still is the next one."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
    -- Move an offset past a batch that was read before, and let the rest of the transaction see its workspaces; false
    -- when another copy has the shard, or the offset is no longer where the batch begins.
    CREATE FUNCTION bus.pass_batch(of_consumer text, of_topic text, of_lane text, of_shard int,
                                   after_position bigint, last_position bigint, workspaces uuid[])
    RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM bus."offset"
        WHERE consumer = of_consumer AND topic = of_topic AND lane = of_lane AND shard = of_shard
          AND position = after_position
        FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN RETURN false; END IF;
        UPDATE bus."offset" SET position = last_position, moved_at = clock_timestamp()
        WHERE consumer = of_consumer AND topic = of_topic AND lane = of_lane AND shard = of_shard;
        PERFORM set_config('app.workspaces', workspaces::text, true);
        RETURN true;
    END $$;
    """)
