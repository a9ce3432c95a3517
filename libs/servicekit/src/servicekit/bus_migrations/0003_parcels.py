"""Events lie in the outbox in parcels: one row for those that were published together, one after the other."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("""
    DROP FUNCTION bus.take_batch(text, text, text, int, int);
    DROP FUNCTION bus.read_batch(text, text, int, bigint, int);

    -- `position` is that of a parcel's last event, `event_id` that of its first; the payloads are lines of JSON. They
    -- are ours, so nobody need check them again, and to compress what lives for three days costs more than to keep it.
    ALTER TABLE bus.outbox
        ADD COLUMN events int NOT NULL DEFAULT 1,
        ALTER COLUMN headers TYPE text,
        ALTER COLUMN payload TYPE text,
        ALTER COLUMN payload SET STORAGE EXTERNAL;

    -- For people who look at the bus.
    CREATE VIEW bus.event AS
        SELECT p.topic, p.lane, p.shard, p.position - p.events + line.nth AS position, p.published_at, p.event_name,
               p.workspace_id, p.headers::json AS headers, line.payload::json AS payload
        FROM bus.outbox p, LATERAL string_to_table(p.payload, E'\\n') WITH ORDINALITY AS line (payload, nth);
    """)
    op.execute("""
    -- Up to `size` events after a position: parcels, and of each those that count, `first` to `last`. Reading in order
    -- must cost the batch, not the backlog. A partition fills from empty, so the planner believes it holds next to
    -- nothing and would rather read all of the backlog and sort it; here it may not.
    CREATE FUNCTION bus.read_batch(of_topic text, of_lane text, of_shard int, after_position bigint, size int)
    RETURNS TABLE (parcel_id uuid, ends_at bigint, events int, first bigint, last bigint, published_at timestamptz,
                   event_name text, workspace_id uuid, headers text, payload text) LANGUAGE plpgsql STABLE
    SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    DECLARE
        until bigint;
    BEGIN
        FOR parcel_id, ends_at, events, published_at, event_name, workspace_id, headers, payload IN
            SELECT o.event_id, o.position, o.events, o.published_at, o.event_name, o.workspace_id, o.headers, o.payload
            FROM bus.outbox o
            WHERE o.topic = of_topic AND o.lane = of_lane AND o.shard = of_shard AND o.position > after_position
            ORDER BY o.position
        LOOP
            first := greatest(after_position, ends_at - events) + 1;
            until := coalesce(until, first - 1 + size);
            EXIT WHEN first > until;
            last := least(ends_at, until);
            RETURN NEXT;
        END LOOP;
    END $$;

    -- One round trip: lock the offset unless another copy has it, read what comes after it, move the offset past that,
    -- and let the rest of the transaction see the rows of the batch's workspaces.
    CREATE FUNCTION bus.take_batch(of_consumer text, of_topic text, of_lane text, of_shard int, size int)
    RETURNS TABLE (parcel_id uuid, ends_at bigint, events int, first bigint, last bigint, published_at timestamptz,
                   event_name text, workspace_id uuid, headers text, payload text) LANGUAGE plpgsql AS $$
    DECLARE
        at bigint;
        last_given bigint;
        workspaces uuid[] := '{}';
    BEGIN
        SELECT position INTO at FROM bus."offset"
        WHERE consumer = of_consumer AND topic = of_topic AND lane = of_lane AND shard = of_shard
        FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            INSERT INTO bus."offset" (consumer, topic, lane, shard, position)
            VALUES (of_consumer, of_topic, of_lane, of_shard, 0) ON CONFLICT DO NOTHING RETURNING position INTO at;
            IF NOT FOUND THEN RETURN; END IF;
        END IF;
        -- Read before the batch: whoever sees this number sees every event up to it.
        SELECT s.last INTO last_given FROM bus.shard s
        WHERE s.topic = of_topic AND s.lane = of_lane AND s.shard = of_shard;
        FOR parcel_id, ends_at, events, first, last, published_at, event_name, workspace_id, headers, payload IN
            SELECT * FROM bus.read_batch(of_topic, of_lane, of_shard, at, size)
        LOOP
            IF NOT workspace_id = ANY (workspaces) THEN workspaces := workspaces || workspace_id; END IF;
            RETURN NEXT;
        END LOOP;
        IF FOUND THEN
            at := last;
            UPDATE bus."offset" SET position = at, moved_at = clock_timestamp()
            WHERE consumer = of_consumer AND topic = of_topic AND lane = of_lane AND shard = of_shard;
            PERFORM set_config('app.workspaces', workspaces::text, true);
        ELSIF last_given > at THEN
            -- What lay between is older than the retention: a consumer that came later has nothing to wait for.
            UPDATE bus."offset" SET position = last_given, moved_at = clock_timestamp()
            WHERE consumer = of_consumer AND topic = of_topic AND lane = of_lane AND shard = of_shard;
        END IF;
    END $$;
    """)
