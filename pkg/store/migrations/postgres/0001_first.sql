-- Every table carries its scope (org_id, ds_uid). Times are nanoseconds since
-- 1970 in UTC, 0 for none. Texts are compared by their bytes (collation "C"), as
-- SQLite does; no update of the system's collations can spoil an index.

-- Proves that a record can be made: each durable write counts it up. store_id
-- tells this store from any other.
CREATE TABLE write_probe (
    id       BIGINT           NOT NULL PRIMARY KEY CHECK (id = 1),
    store_id TEXT COLLATE "C" NOT NULL,
    count    BIGINT           NOT NULL
);
INSERT INTO write_probe (id, store_id, count) VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0);

CREATE TABLE scope_state (
    org_id         BIGINT           NOT NULL,
    ds_uid         TEXT COLLATE "C" NOT NULL,
    master         TEXT COLLATE "C" NOT NULL,
    master_changes BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid)
);

CREATE TABLE episodes (
    org_id           BIGINT           NOT NULL,
    ds_uid           TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    job_id           TEXT COLLATE "C" NOT NULL,
    create_time      BIGINT           NOT NULL,
    name             TEXT COLLATE "C" NOT NULL,
    state            TEXT COLLATE "C" NOT NULL,
    word             TEXT COLLATE "C" NOT NULL,
    master           TEXT COLLATE "C" NOT NULL,
    since            BIGINT           NOT NULL,
    quality          TEXT COLLATE "C" NOT NULL,
    continuous_since BIGINT           NOT NULL,
    last_seen        BIGINT           NOT NULL,
    until            BIGINT           NOT NULL,
    missing_since    BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
);
-- Open episodes have until = 0; retention walks the closed ones by age.
CREATE INDEX episodes_until ON episodes (org_id, ds_uid, until);

CREATE TABLE topology_events (
    id       BIGINT           NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    org_id   BIGINT           NOT NULL,
    ds_uid   TEXT COLLATE "C" NOT NULL,
    at       BIGINT           NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    member   TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL
);
CREATE INDEX topology_events_at ON topology_events (org_id, ds_uid, at);

CREATE TABLE plans (
    org_id     BIGINT           NOT NULL,
    ds_uid     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT           NOT NULL,
    used_at    BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
);
CREATE INDEX plans_expires_at ON plans (org_id, ds_uid, expires_at);

-- body is the intent as it was confirmed; phase, outcome, detail, answered and
-- updated_at are how far it has come since.
CREATE TABLE intents (
    org_id     BIGINT           NOT NULL,
    ds_uid     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    cluster    TEXT COLLATE "C" NOT NULL,
    job_id     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    at         BIGINT           NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    phase      TEXT COLLATE "C" NOT NULL,
    outcome    TEXT COLLATE "C" NOT NULL,
    detail     TEXT COLLATE "C" NOT NULL,
    answered   BIGINT           NOT NULL,
    updated_at BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
);
-- One action at a time for a job of a cluster, whatever scope it comes from.
CREATE UNIQUE INDEX intents_in_flight ON intents (cluster, job_id) WHERE phase <> 'settled';
CREATE INDEX intents_budget ON intents (cluster, kind, at);
CREATE INDEX intents_at ON intents (org_id, ds_uid, at);

CREATE TABLE leases (
    org_id    BIGINT           NOT NULL,
    ds_uid    TEXT COLLATE "C" NOT NULL,
    intent_id TEXT COLLATE "C" NOT NULL,
    holder    TEXT COLLATE "C" NOT NULL,
    until     BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, intent_id),
    FOREIGN KEY (org_id, ds_uid, intent_id) REFERENCES intents (org_id, ds_uid, id)
);

CREATE TABLE audit (
    org_id    BIGINT           NOT NULL,
    ds_uid    TEXT COLLATE "C" NOT NULL,
    seq       BIGINT           NOT NULL CHECK (seq >= 1),
    payload   BYTEA            NOT NULL,
    prev_hash TEXT COLLATE "C" NOT NULL,
    hash      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, ds_uid, seq)
);
-- The newest row of each chain, so that its removal is found.
CREATE TABLE audit_head (
    org_id BIGINT           NOT NULL,
    ds_uid TEXT COLLATE "C" NOT NULL,
    seq    BIGINT           NOT NULL,
    hash   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, ds_uid)
);
-- Against accidents (a clean-up by hand); whoever drops these is found by
-- verifying the chain.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_is_append_only();
