-- When somebody looked at the coordinator without a gap: between two of these
-- nobody knows how it was.
CREATE TABLE looks (
    org_id  INTEGER NOT NULL,
    ds_uid  TEXT    NOT NULL,
    cluster TEXT    NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, since)
) STRICT, WITHOUT ROWID;

-- Figures of the watching and of pairs of nodes; node and peer are empty where
-- it is the cluster's. value is null where a figure was no longer exposed.
CREATE TABLE samples (
    org_id  INTEGER NOT NULL,
    ds_uid  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    cluster TEXT    NOT NULL,
    metric  TEXT    NOT NULL,
    node    TEXT    NOT NULL,
    peer    TEXT    NOT NULL,
    value   REAL,
    PRIMARY KEY (org_id, ds_uid, at, cluster, metric, node, peer)
) STRICT, WITHOUT ROWID;
