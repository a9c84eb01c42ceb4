-- Every table carries its scope (org_id, ds_uid). Times are nanoseconds since
-- 1970 in UTC, 0 for none.

-- Proves that a record can be made: each durable write counts it up, and reads
-- it again through a new connection. store_id tells this store from any other.
CREATE TABLE write_probe (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    store_id TEXT    NOT NULL,
    count    INTEGER NOT NULL
) STRICT;
INSERT INTO write_probe (id, store_id, count) VALUES (1, lower(hex(randomblob(16))), 0);

CREATE TABLE scope_state (
    org_id         INTEGER NOT NULL,
    ds_uid         TEXT    NOT NULL,
    master         TEXT    NOT NULL,
    master_changes INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE episodes (
    org_id           INTEGER NOT NULL,
    ds_uid           TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    job_id           TEXT    NOT NULL,
    create_time      INTEGER NOT NULL,
    name             TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    word             TEXT    NOT NULL,
    master           TEXT    NOT NULL,
    since            INTEGER NOT NULL,
    quality          TEXT    NOT NULL,
    continuous_since INTEGER NOT NULL,
    last_seen        INTEGER NOT NULL,
    until            INTEGER NOT NULL,
    missing_since    INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT, WITHOUT ROWID;
-- Open episodes have until = 0; retention walks the closed ones by age.
CREATE INDEX episodes_until ON episodes (org_id, ds_uid, until);

CREATE TABLE topology_events (
    id       INTEGER NOT NULL PRIMARY KEY,
    org_id   INTEGER NOT NULL,
    ds_uid   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    member   TEXT    NOT NULL,
    previous TEXT    NOT NULL
) STRICT;
CREATE INDEX topology_events_at ON topology_events (org_id, ds_uid, at);

CREATE TABLE plans (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT;
CREATE INDEX plans_expires_at ON plans (org_id, ds_uid, expires_at);

-- body is the intent as it was confirmed; phase, outcome, detail, answered and
-- updated_at are how far it has come since.
CREATE TABLE intents (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    cluster    TEXT    NOT NULL,
    job_id     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    answered   INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT;
-- One action at a time for a job of a cluster, whatever scope it comes from.
CREATE UNIQUE INDEX intents_in_flight ON intents (cluster, job_id) WHERE phase <> 'settled';
CREATE INDEX intents_budget ON intents (cluster, kind, at);
CREATE INDEX intents_at ON intents (org_id, ds_uid, at);

CREATE TABLE leases (
    org_id    INTEGER NOT NULL,
    ds_uid    TEXT    NOT NULL,
    intent_id TEXT    NOT NULL,
    holder    TEXT    NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, intent_id),
    FOREIGN KEY (org_id, ds_uid, intent_id) REFERENCES intents (org_id, ds_uid, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    org_id    INTEGER NOT NULL,
    ds_uid    TEXT    NOT NULL,
    seq       INTEGER NOT NULL CHECK (seq >= 1),
    payload   BLOB    NOT NULL,
    prev_hash TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    PRIMARY KEY (org_id, ds_uid, seq)
) STRICT;
-- The newest row of each chain, so that its removal is found.
CREATE TABLE audit_head (
    org_id INTEGER NOT NULL,
    ds_uid TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    PRIMARY KEY (org_id, ds_uid)
) STRICT, WITHOUT ROWID;
-- Against accidents (a clean-up by hand); whoever drops these is found by
-- verifying the chain.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
