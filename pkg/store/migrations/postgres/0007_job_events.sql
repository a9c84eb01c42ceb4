-- How well the time of an event is known, and for changes of a diagnosis: in
-- which episode of the job, and what is said since.
ALTER TABLE topology_events ADD COLUMN quality TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE topology_events ADD COLUMN episode TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE topology_events ADD COLUMN became TEXT COLLATE "C" NOT NULL DEFAULT '';
-- What was told of a job last, and what was asked of it.
CREATE INDEX topology_events_job ON topology_events (org_id, ds_uid, job_id, at);
CREATE INDEX intents_job ON intents (cluster, job_id, at);
