-- Events tell more than topology: between which two nodes, about which job, and
-- the sentence where it cannot be made from the rest.
ALTER TABLE topology_events ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE topology_events ADD COLUMN job_id TEXT NOT NULL DEFAULT '';
ALTER TABLE topology_events ADD COLUMN sentence TEXT NOT NULL DEFAULT '';
