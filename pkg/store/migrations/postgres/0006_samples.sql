-- When somebody looked at the coordinator without a gap: between two of these
-- nobody knows how it was.
CREATE TABLE looks (
    org_id  BIGINT           NOT NULL,
    ds_uid  TEXT COLLATE "C" NOT NULL,
    cluster TEXT COLLATE "C" NOT NULL,
    since   BIGINT           NOT NULL,
    until   BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, since)
);

-- Figures of the watching and of pairs of nodes; node and peer are empty where
-- it is the cluster's. value is null where a figure was no longer exposed.
CREATE TABLE samples (
    org_id  BIGINT           NOT NULL,
    ds_uid  TEXT COLLATE "C" NOT NULL,
    at      BIGINT           NOT NULL,
    cluster TEXT COLLATE "C" NOT NULL,
    metric  TEXT COLLATE "C" NOT NULL,
    node    TEXT COLLATE "C" NOT NULL,
    peer    TEXT COLLATE "C" NOT NULL,
    value   DOUBLE PRECISION,
    PRIMARY KEY (org_id, ds_uid, at, cluster, metric, node, peer)
);
