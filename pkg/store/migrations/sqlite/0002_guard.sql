-- Second person, incident budget, leftovers.

-- body is the request as it was made; state, decider, decided_at, note and
-- action_id are how it ended.
CREATE TABLE approvals (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    -- What it is for: the cluster and job, or the scope's incident budget.
    cluster    TEXT    NOT NULL,
    job_id     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    decider    TEXT    NOT NULL,
    decided_at INTEGER NOT NULL,
    note       TEXT    NOT NULL,
    action_id  TEXT    NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT;
CREATE INDEX approvals_waiting ON approvals (cluster, job_id) WHERE state = 'waiting';
CREATE INDEX approvals_at ON approvals (org_id, ds_uid, at);

CREATE TABLE incidents (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    cluster    TEXT    NOT NULL,
    begins_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT;
CREATE INDEX incidents_ends_at ON incidents (org_id, ds_uid, cluster, ends_at);

-- JSON of the leftovers that were seen after the end; empty before.
ALTER TABLE intents ADD COLUMN leftovers TEXT NOT NULL DEFAULT '';

-- The newest row of the audit trail that tells of the action: its receipt.
ALTER TABLE intents ADD COLUMN audit_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN audit_hash TEXT NOT NULL DEFAULT '';
