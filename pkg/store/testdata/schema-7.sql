-- A store as schema 7 left it, upgraded from schema-1.sql: the same rows. Dumped
-- once from a real file. Later versions must open it. Never changed.
PRAGMA application_id = 1431194189;
BEGIN TRANSACTION;
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
CREATE TABLE audit (
    org_id    INTEGER NOT NULL,
    ds_uid    TEXT    NOT NULL,
    seq       INTEGER NOT NULL CHECK (seq >= 1),
    payload   BLOB    NOT NULL,
    prev_hash TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    PRIMARY KEY (org_id, ds_uid, seq)
) STRICT;
INSERT INTO "audit" VALUES(1,'seatunnel',1,X'7B226174223A22323032362D30332D30315431323A30303A30352E3132333435363738395A222C226576656E74223A22696E74656E74222C226163746F72223A7B226C6F67696E223A22616461222C226E616D65223A22416461222C22656D61696C223A22616461406578616D706C652E6F7267222C22726F6C65223A2241646D696E227D2C226B696E64223A22666F7263652D73746F70222C22616374696F6E4964223A2272756E6E696E67222C226A6F624E616D65223A226F7264657273222C226964656E74697479223A7B22636C7573746572223A22687474703A2F2F6D61737465722D313A383038302C687474703A2F2F6D61737465722D323A38303830222C226A6F624964223A2232222C2263726561746554696D65223A22323032362D30332D30315431313A30303A30302E3132333435363738395A222C22657069736F6465223A22657069736F64652D31222C227374617465223A2263616E63656C696E67222C226D6173746572223A2231302E302E302E313A35383031227D2C227665726469637473223A5B7B226775617264223A2263616E63656C696E672D616765222C22726573756C74223A2270617373222C22726561736F6E223A22497420686173206265656E2063616E63656C696E6720666F72203130206D696E2E227D5D2C22726561736F6E223A22737475636B2073696E636520746865206E6574776F726B206661756C74222C2272657175657374223A22666F7263652073746F70227D','0000000000000000000000000000000000000000000000000000000000000000','842705a891facefab071d50b0c1118f01f012f805eb8d3849b867ca6cae9c47b');
INSERT INTO "audit" VALUES(1,'seatunnel',2,X'7B226174223A22323032362D30332D30315431323A30303A30352E3132333435363738395A222C226576656E74223A22696E74656E74222C226163746F72223A7B226C6F67696E223A22616461222C226E616D65223A22416461222C22656D61696C223A22616461406578616D706C652E6F7267222C22726F6C65223A2241646D696E227D2C226B696E64223A22666F7263652D73746F70222C22616374696F6E4964223A22646F6E65222C226A6F624E616D65223A226F7264657273222C226964656E74697479223A7B22636C7573746572223A22687474703A2F2F6D61737465722D313A383038302C687474703A2F2F6D61737465722D323A38303830222C226A6F624964223A2233222C2263726561746554696D65223A22323032362D30332D30315431313A30303A30302E3132333435363738395A222C22657069736F6465223A22657069736F64652D31222C227374617465223A2263616E63656C696E67222C226D6173746572223A2231302E302E302E313A35383031227D2C227665726469637473223A5B7B226775617264223A2263616E63656C696E672D616765222C22726573756C74223A2270617373222C22726561736F6E223A22497420686173206265656E2063616E63656C696E6720666F72203130206D696E2E227D5D2C22726561736F6E223A22737475636B2073696E636520746865206E6574776F726B206661756C74222C2272657175657374223A22666F7263652073746F70227D','842705a891facefab071d50b0c1118f01f012f805eb8d3849b867ca6cae9c47b','45b1ef6552b89755c1132c2487b46d557135adfb1198fc1e3d7dae3bccede0a1');
INSERT INTO "audit" VALUES(1,'seatunnel',3,X'7B226174223A22323032362D30332D30315431323A30303A30302E3132333435363738395A222C226576656E74223A226F7574636F6D65222C226163746F72223A7B226C6F67696E223A22616461222C226E616D65223A22416461222C22656D61696C223A22616461406578616D706C652E6F7267222C22726F6C65223A2241646D696E227D2C2264657461696C223A2270726F76656E227D','45b1ef6552b89755c1132c2487b46d557135adfb1198fc1e3d7dae3bccede0a1','30403309cda860aeac3f5d8e99c829d01e68a68389bd07eaa6b7f175e5ae1a4b');
INSERT INTO "audit" VALUES(2,'seatunnel',1,X'7B226174223A22323032362D30332D30315431323A30303A30302E3132333435363738395A222C226576656E74223A2272656675736564222C226163746F72223A7B226C6F67696E223A22616461222C226E616D65223A22416461222C22656D61696C223A22616461406578616D706C652E6F7267222C22726F6C65223A2241646D696E227D2C2264657461696C223A22656E7472792D303031227D','0000000000000000000000000000000000000000000000000000000000000000','e64d9e01705f7139c61c5801818bef97c0cbb8d61b8dfe9e5f9ddc3ad3b0da08');
INSERT INTO "audit" VALUES(2,'seatunnel',2,X'7B226174223A22323032362D30332D30315431323A30303A30302E3132333435363738395A222C226576656E74223A2272656675736564222C226163746F72223A7B226C6F67696E223A22616461222C226E616D65223A22416461222C22656D61696C223A22616461406578616D706C652E6F7267222C22726F6C65223A2241646D696E227D2C2264657461696C223A22656E7472792D303032227D','e64d9e01705f7139c61c5801818bef97c0cbb8d61b8dfe9e5f9ddc3ad3b0da08','0354d03106ceedbc5a0be29f730c3ee7588159275ab07a9a5a6b7c1927543bec');
CREATE TABLE audit_head (
    org_id INTEGER NOT NULL,
    ds_uid TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    PRIMARY KEY (org_id, ds_uid)
) STRICT, WITHOUT ROWID;
INSERT INTO "audit_head" VALUES(1,'seatunnel',3,'30403309cda860aeac3f5d8e99c829d01e68a68389bd07eaa6b7f175e5ae1a4b');
INSERT INTO "audit_head" VALUES(2,'seatunnel',2,'0354d03106ceedbc5a0be29f730c3ee7588159275ab07a9a5a6b7c1927543bec');
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
    missing_since    INTEGER NOT NULL, cluster TEXT NOT NULL DEFAULT '', revision INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "episodes" VALUES(1,'seatunnel','closed','733584788375666689',1772362800123456789,'orders','canceling','CANCELING','10.0.0.1:5801',1772365800123456789,'observed',1772366100123456789,1772366400123456789,1772366400123456789,0,'http://master-1:8080,http://master-2:8080',0);
INSERT INTO "episodes" VALUES(1,'seatunnel','open','733584788375666689',1772362800123456789,'orders','canceling','CANCELING','10.0.0.1:5801',1772365800123456789,'observed',1772366100123456789,1772366400123456789,0,0,'http://master-1:8080,http://master-2:8080',0);
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
    updated_at INTEGER NOT NULL, leftovers TEXT NOT NULL DEFAULT '', audit_seq INTEGER NOT NULL DEFAULT 0, audit_hash TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT;
INSERT INTO "intents" VALUES(1,'seatunnel','running','http://master-1:8080,http://master-2:8080','2','force-stop',1772366405123456789,'{"id":"running","kind":"force-stop","actor":{"login":"ada","name":"Ada","email":"ada@example.org","role":"Admin"},"job":{"id":"2","name":"orders","state":"canceling","word":"CANCELING","since":"2026-03-01T11:50:00.123456789Z","quality":"observed"},"identity":{"cluster":"http://master-1:8080,http://master-2:8080","jobId":"2","createTime":"2026-03-01T11:00:00.123456789Z","episode":"episode-1","state":"canceling","master":"10.0.0.1:5801"},"address":"http://master-1:8080","reason":"stuck since the network fault","at":"2026-03-01T12:00:05.123456789Z","phase":"intended","outcome":"","detail":"Recorded.","answered":false,"updatedAt":"2026-03-01T12:00:05.123456789Z"}','intended','','Recorded.',0,1772366405123456789,'',0,'');
INSERT INTO "intents" VALUES(1,'seatunnel','done','http://master-1:8080,http://master-2:8080','3','force-stop',1772366405123456789,'{"id":"done","kind":"force-stop","actor":{"login":"ada","name":"Ada","email":"ada@example.org","role":"Admin"},"job":{"id":"3","name":"orders","state":"canceling","word":"CANCELING","since":"2026-03-01T11:50:00.123456789Z","quality":"observed"},"identity":{"cluster":"http://master-1:8080,http://master-2:8080","jobId":"3","createTime":"2026-03-01T11:00:00.123456789Z","episode":"episode-1","state":"canceling","master":"10.0.0.1:5801"},"address":"http://master-1:8080","reason":"stuck since the network fault","at":"2026-03-01T12:00:05.123456789Z","phase":"intended","outcome":"","detail":"Recorded.","answered":false,"updatedAt":"2026-03-01T12:00:05.123456789Z"}','settled','stopped','It is stopped.',1,1772366465123456789,'',0,'');
CREATE TABLE leases (
    org_id    INTEGER NOT NULL,
    ds_uid    TEXT    NOT NULL,
    intent_id TEXT    NOT NULL,
    holder    TEXT    NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, intent_id),
    FOREIGN KEY (org_id, ds_uid, intent_id) REFERENCES intents (org_id, ds_uid, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "leases" VALUES(1,'seatunnel','running','a',1772366460123456789);
CREATE TABLE looks (
    org_id  INTEGER NOT NULL,
    ds_uid  TEXT    NOT NULL,
    cluster TEXT    NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE memories (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    cluster    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE plans (
    org_id     INTEGER NOT NULL,
    ds_uid     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, id)
) STRICT;
INSERT INTO "plans" VALUES(1,'seatunnel','planned','{"id":"planned","kind":"force-stop","actor":{"login":"ada","name":"Ada","email":"ada@example.org","role":"Admin"},"job":{"id":"1","name":"orders","state":"canceling","word":"CANCELING","since":"2026-03-01T11:50:00.123456789Z","quality":"observed"},"identity":{"cluster":"http://master-1:8080,http://master-2:8080","jobId":"1","createTime":"2026-03-01T11:00:00.123456789Z","episode":"episode-1","state":"canceling","master":"10.0.0.1:5801"},"context":{"nodes":["10.0.0.2:5801"],"workers":2},"verdicts":[{"guard":"canceling-age","result":"pass","reason":"It has been canceling for 10 min."}],"consequences":["A task thread may go on."],"phrase":"orders","createdAt":"2026-03-01T12:00:00.123456789Z","expiresAt":"2026-03-01T12:02:00.123456789Z"}',1772366520123456789,0);
INSERT INTO "plans" VALUES(1,'seatunnel','running','{"id":"running","kind":"force-stop","actor":{"login":"ada","name":"Ada","email":"ada@example.org","role":"Admin"},"job":{"id":"2","name":"orders","state":"canceling","word":"CANCELING","since":"2026-03-01T11:50:00.123456789Z","quality":"observed"},"identity":{"cluster":"http://master-1:8080,http://master-2:8080","jobId":"2","createTime":"2026-03-01T11:00:00.123456789Z","episode":"episode-1","state":"canceling","master":"10.0.0.1:5801"},"context":{"nodes":["10.0.0.2:5801"],"workers":2},"verdicts":[{"guard":"canceling-age","result":"pass","reason":"It has been canceling for 10 min."}],"consequences":["A task thread may go on."],"phrase":"orders","createdAt":"2026-03-01T12:00:00.123456789Z","expiresAt":"2026-03-01T12:02:00.123456789Z"}',1772366520123456789,1772366405123456789);
INSERT INTO "plans" VALUES(1,'seatunnel','done','{"id":"done","kind":"force-stop","actor":{"login":"ada","name":"Ada","email":"ada@example.org","role":"Admin"},"job":{"id":"3","name":"orders","state":"canceling","word":"CANCELING","since":"2026-03-01T11:50:00.123456789Z","quality":"observed"},"identity":{"cluster":"http://master-1:8080,http://master-2:8080","jobId":"3","createTime":"2026-03-01T11:00:00.123456789Z","episode":"episode-1","state":"canceling","master":"10.0.0.1:5801"},"context":{"nodes":["10.0.0.2:5801"],"workers":2},"verdicts":[{"guard":"canceling-age","result":"pass","reason":"It has been canceling for 10 min."}],"consequences":["A task thread may go on."],"phrase":"orders","createdAt":"2026-03-01T12:00:00.123456789Z","expiresAt":"2026-03-01T12:02:00.123456789Z"}',1772366520123456789,1772366405123456789);
CREATE TABLE replicas (
    org_id    INTEGER NOT NULL,
    ds_uid    TEXT    NOT NULL,
    cluster   TEXT    NOT NULL,
    replica   TEXT    NOT NULL,
    master    TEXT    NOT NULL,
    since     INTEGER NOT NULL,
    last_look INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster, replica)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO "schema_version" VALUES(1,'first');
INSERT INTO "schema_version" VALUES(2,'guard');
INSERT INTO "schema_version" VALUES(3,'replicas');
INSERT INTO "schema_version" VALUES(4,'memories');
INSERT INTO "schema_version" VALUES(5,'events');
INSERT INTO "schema_version" VALUES(6,'samples');
INSERT INTO "schema_version" VALUES(7,'job_events');
CREATE TABLE timelines (
    org_id         INTEGER NOT NULL,
    ds_uid         TEXT    NOT NULL,
    cluster        TEXT    NOT NULL,
    revision       INTEGER NOT NULL,
    master         TEXT    NOT NULL,
    master_changes INTEGER NOT NULL,
    doubt_at       INTEGER NOT NULL,
    seen_at        INTEGER NOT NULL,
    PRIMARY KEY (org_id, ds_uid, cluster)
) STRICT, WITHOUT ROWID;
INSERT INTO "timelines" VALUES(1,'seatunnel','http://master-1:8080,http://master-2:8080',0,'10.0.0.1:5801',1,0,0);
CREATE TABLE topology_events (
    id       INTEGER NOT NULL PRIMARY KEY,
    org_id   INTEGER NOT NULL,
    ds_uid   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    member   TEXT    NOT NULL,
    previous TEXT    NOT NULL
, cluster TEXT NOT NULL DEFAULT '', replica TEXT NOT NULL DEFAULT '', peer TEXT NOT NULL DEFAULT '', job_id TEXT NOT NULL DEFAULT '', sentence TEXT NOT NULL DEFAULT '', quality TEXT NOT NULL DEFAULT '', episode TEXT NOT NULL DEFAULT '', became TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "topology_events" VALUES(1,1,'seatunnel',1772366400123456789,'master changed','10.0.0.1:5801','10.0.0.3:5801','http://master-1:8080,http://master-2:8080','','','','','','','');
CREATE TABLE write_probe (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    store_id TEXT    NOT NULL,
    count    INTEGER NOT NULL
) STRICT;
INSERT INTO "write_probe" VALUES(1,'b9b61372f32a3df81a4f55992db1db16',11);
CREATE INDEX approvals_at ON approvals (org_id, ds_uid, at);
CREATE INDEX approvals_waiting ON approvals (cluster, job_id) WHERE state = 'waiting';
CREATE INDEX episodes_revision ON episodes (org_id, ds_uid, revision);
CREATE INDEX episodes_until ON episodes (org_id, ds_uid, until);
CREATE INDEX incidents_ends_at ON incidents (org_id, ds_uid, cluster, ends_at);
CREATE INDEX intents_at ON intents (org_id, ds_uid, at);
CREATE INDEX intents_budget ON intents (cluster, kind, at);
CREATE UNIQUE INDEX intents_in_flight ON intents (cluster, job_id) WHERE phase <> 'settled';
CREATE INDEX intents_job ON intents (cluster, job_id, at);
CREATE INDEX plans_expires_at ON plans (org_id, ds_uid, expires_at);
CREATE INDEX topology_events_at ON topology_events (org_id, ds_uid, at);
CREATE INDEX topology_events_job ON topology_events (org_id, ds_uid, job_id, at);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
COMMIT;
