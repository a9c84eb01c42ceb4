-- What a watcher must remember over restarts beside episodes: losses of event
-- delivery, families of jobs. kind says which; body is that package's JSON.
CREATE TABLE memories (
    org_id     BIGINT           NOT NULL,
    ds_uid     TEXT COLLATE "C" NOT NULL,
    cluster    TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    body       TEXT             NOT NULL,
    updated_at BIGINT           NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, kind)
);
