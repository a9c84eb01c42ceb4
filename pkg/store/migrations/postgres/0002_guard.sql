-- Second person, incident budget, leftovers.

-- body is the request as it was made; state, decider, decided_at, note and
-- action_id are how it ended.
CREATE TABLE approvals (
    org_id     BIGINT           NOT NULL,
    ds_uid     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    -- What it is for: the cluster and job, or the scope's incident budget.
    cluster    TEXT COLLATE "C" NOT NULL,
    job_id     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    at         BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    decider    TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT           NOT NULL,
    note       TEXT COLLATE "C" NOT NULL,
    action_id  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
);
CREATE INDEX approvals_waiting ON approvals (cluster, job_id) WHERE state = 'waiting';
CREATE INDEX approvals_at ON approvals (org_id, ds_uid, at);

CREATE TABLE incidents (
    org_id     BIGINT           NOT NULL,
    ds_uid     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    cluster    TEXT COLLATE "C" NOT NULL,
    begins_at  BIGINT           NOT NULL,
    ends_at    BIGINT           NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
);
CREATE INDEX incidents_ends_at ON incidents (org_id, ds_uid, cluster, ends_at);

-- JSON of the leftovers that were seen after the end; empty before.
ALTER TABLE intents ADD COLUMN leftovers TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The newest row of the audit trail that tells of the action: its receipt.
ALTER TABLE intents ADD COLUMN audit_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN audit_hash TEXT COLLATE "C" NOT NULL DEFAULT '';
