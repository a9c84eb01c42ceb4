-- What a watcher must remember over restarts beside episodes: losses of event
-- delivery, families of jobs. kind says which; body is that package's JSON.
CREATE TABLE memories (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    cluster    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, kind)
) STRICT, WITHOUT ROWID;
