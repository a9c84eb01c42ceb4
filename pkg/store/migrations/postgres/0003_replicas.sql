-- Several replicas keep one timeline together, and a timeline belongs to a
-- coordinator's identity (cluster). Rows of before have none; the first cluster
-- that loads the scope takes them over.

-- revision counts the writes of a timeline; doubt_at is the newest look that
-- found another master or masters that disagree, seen_at the newest look.
CREATE TABLE timelines (
    org_id         BIGINT           NOT NULL,
    ds_uid         TEXT COLLATE "C" NOT NULL,
    cluster        TEXT COLLATE "C" NOT NULL,
    revision       BIGINT           NOT NULL,
    master         TEXT COLLATE "C" NOT NULL,
    master_changes BIGINT           NOT NULL,
    doubt_at       BIGINT           NOT NULL,
    seen_at        BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster)
);
INSERT INTO timelines (org_id, ds_uid, cluster, revision, master, master_changes, doubt_at, seen_at)
    SELECT org_id, ds_uid, '', 0, master, master_changes, 0, 0 FROM scope_state;
DROP TABLE scope_state;

-- revision is the write that changed the row last.
ALTER TABLE episodes ADD COLUMN cluster TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE episodes ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
CREATE INDEX episodes_revision ON episodes (org_id, ds_uid, revision);

ALTER TABLE topology_events ADD COLUMN cluster TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE topology_events ADD COLUMN replica TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Who has watched since when without a gap, and until when.
CREATE TABLE replicas (
    org_id    BIGINT           NOT NULL,
    ds_uid    TEXT COLLATE "C" NOT NULL,
    cluster   TEXT COLLATE "C" NOT NULL,
    replica   TEXT COLLATE "C" NOT NULL,
    master    TEXT COLLATE "C" NOT NULL,
    since     BIGINT           NOT NULL,
    last_look BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, replica)
);
