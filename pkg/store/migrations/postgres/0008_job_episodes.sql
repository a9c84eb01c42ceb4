-- A job's episodes, open and closed, as its page reads them again and again.
CREATE INDEX episodes_job ON episodes (org_id, ds_uid, job_id, until);
