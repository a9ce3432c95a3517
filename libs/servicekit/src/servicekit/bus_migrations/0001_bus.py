"""The bus: shards that count, an outbox that is a log, offsets, parked events."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE bus.shard (
        topic text NOT NULL,
        lane  text NOT NULL CHECK (lane IN ('live', 'backfill')),
        shard int  NOT NULL,
        last  bigint NOT NULL,
        PRIMARY KEY (topic, lane, shard)
    ) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

    CREATE TABLE bus.outbox (
        topic        text   NOT NULL,
        lane         text   NOT NULL,
        shard        int    NOT NULL,
        position     bigint NOT NULL,
        published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        event_id     uuid   NOT NULL,
        event_name   text   NOT NULL,
        workspace_id uuid   NOT NULL,
        headers      json   NOT NULL,
        payload      json   NOT NULL,
        PRIMARY KEY (topic, lane, shard, position, published_at)
    ) PARTITION BY RANGE (published_at);

    -- The net under the daily partitions: an event is never refused because its day was not made ahead.
    CREATE TABLE bus.outbox_default PARTITION OF bus.outbox DEFAULT;

    CREATE TABLE bus."offset" (
        consumer text NOT NULL,
        topic    text NOT NULL,
        lane     text NOT NULL,
        shard    int  NOT NULL,
        position bigint NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (consumer, topic, lane, shard)
    ) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

    CREATE TABLE bus.parked (
        consumer     text   NOT NULL,
        event_id     uuid   NOT NULL,
        topic        text   NOT NULL,
        lane         text   NOT NULL,
        shard        int    NOT NULL,
        position     bigint NOT NULL,
        published_at timestamptz NOT NULL,
        event_name   text   NOT NULL,
        workspace_id uuid   NOT NULL,
        headers      json   NOT NULL,
        payload      json   NOT NULL,
        failure      text   NOT NULL,
        traceback    text   NOT NULL,
        attempts     int    NOT NULL DEFAULT 1,
        parked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
        retry_at     timestamptz,
        PRIMARY KEY (consumer, event_id)
    );
    CREATE INDEX parked_due ON bus.parked (consumer, retry_at);
    """)
    op.execute("""
    -- Partitions are made a week ahead and dropped once every consumer has passed all they hold and they are older
    -- than the retention. It runs as its owner, because services may read and write the bus but not reshape it.
    CREATE FUNCTION bus.keep_partitions(retention_days int) RETURNS TABLE (made int, dropped int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        day date;
        name text;
        behind boolean;
    BEGIN
        made := 0; dropped := 0;
        IF NOT pg_try_advisory_xact_lock(hashtext('bus.keep_partitions')) THEN RETURN NEXT; RETURN; END IF;
        SET LOCAL lock_timeout = '2s';
        FOR day IN SELECT d::date FROM generate_series((now() AT TIME ZONE 'UTC')::date,
                                                       (now() AT TIME ZONE 'UTC')::date + 7, '1 day') d LOOP
            name := 'outbox_' || to_char(day, 'YYYYMMDD');
            IF to_regclass('bus.' || name) IS NULL THEN
                BEGIN
                    EXECUTE format('CREATE TABLE bus.%I PARTITION OF bus.outbox FOR VALUES FROM (%L) TO (%L)',
                                   name, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
                    made := made + 1;
                EXCEPTION WHEN check_violation THEN
                    NULL;  -- the day's first events already lie in the default partition; they are read from there
                END;
            END IF;
        END LOOP;
        FOR name, day IN
            SELECT c.relname, to_date(substr(c.relname, 8), 'YYYYMMDD')
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'bus.outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
        LOOP
            CONTINUE WHEN day >= (now() AT TIME ZONE 'UTC')::date - retention_days;
            EXECUTE format('SELECT EXISTS (SELECT FROM (SELECT topic, lane, shard, max(position) AS last FROM bus.%I
                            GROUP BY topic, lane, shard) held
                            JOIN (SELECT DISTINCT consumer, topic FROM bus."offset") c USING (topic)
                            LEFT JOIN bus."offset" o USING (consumer, topic, lane, shard)
                            WHERE coalesce(o.position, 0) < held.last)', name) INTO behind;
            CONTINUE WHEN behind;
            BEGIN
                EXECUTE format('DROP TABLE bus.%I', name);
                dropped := dropped + 1;
            EXCEPTION WHEN lock_not_available THEN
                NULL;  -- somebody reads it just now; the next round drops it
            END;
        END LOOP;
        DELETE FROM bus.outbox_default d
        WHERE d.published_at < ((now() AT TIME ZONE 'UTC')::date - retention_days)::timestamp AT TIME ZONE 'UTC'
          AND NOT EXISTS (SELECT FROM (SELECT DISTINCT consumer FROM bus."offset" WHERE topic = d.topic) c
                          LEFT JOIN bus."offset" o ON (o.consumer, o.topic, o.lane, o.shard)
                                                    = (c.consumer, d.topic, d.lane, d.shard)
                          WHERE coalesce(o.position, 0) < d.position);
        RETURN NEXT;
    END $$;
    REVOKE ALL ON FUNCTION bus.keep_partitions(int) FROM PUBLIC;
    SELECT bus.keep_partitions(3);
    """)
    op.execute("""
    -- Reading in order must cost the batch, not the backlog. A partition fills from empty, so the planner believes it
    -- holds next to nothing and would rather read all of the backlog and sort it; here it may not.
    CREATE FUNCTION bus.read_batch(of_topic text, of_lane text, of_shard int, after_position bigint, size int)
    RETURNS SETOF bus.outbox LANGUAGE sql STABLE
    SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
        SELECT * FROM bus.outbox
        WHERE topic = of_topic AND lane = of_lane AND shard = of_shard AND position > after_position
        ORDER BY position LIMIT size
    $$;

    -- One round trip: lock the offset unless another copy has it, read what comes after it, move the offset past that,
    -- and let the rest of the transaction see the rows of the batch's workspaces.
    CREATE FUNCTION bus.take_batch(of_consumer text, of_topic text, of_lane text, of_shard int, size int)
    RETURNS SETOF bus.outbox LANGUAGE plpgsql AS $$
    DECLARE
        at bigint;
        last_given bigint;
        taken bus.outbox;
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
        SELECT last INTO last_given FROM bus.shard
        WHERE topic = of_topic AND lane = of_lane AND shard = of_shard;
        FOR taken IN SELECT * FROM bus.read_batch(of_topic, of_lane, of_shard, at, size) LOOP
            IF NOT taken.workspace_id = ANY (workspaces) THEN workspaces := workspaces || taken.workspace_id; END IF;
            at := taken.position;
            RETURN NEXT taken;
        END LOOP;
        IF FOUND THEN
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
