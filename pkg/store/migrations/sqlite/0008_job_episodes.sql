-- A job's episodes, open and closed, as its page reads them again and again.
CREATE INDEX episodes_job ON episodes (org_id, ds_uid, job_id, until);
-- SQLite takes a scope for a handful of rows until it is told otherwise, and
-- would rather read all of them. So it is told: 100,000 episodes, four a job.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('episodes', 'episodes_job', '100000 100000 100000 4 1');
ANALYZE sqlite_schema;
