package seatunnel

import (
	"slices"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	// pendingJobs is the queue in the answer of /pending-jobs.
	pendingJobs = "pendingJobs"
	// sourceRestore is the pendingSourceState of a job that a new master has
	// queued to take it over (SeaTunnel's log says "The RESTORE Job").
	sourceRestore = "RESTORE"
	// wordRestoring is the state of a job that the master does not know yet:
	// seen for a moment after a failover, while jobs are restored.
	wordRestoring = "UNKNOWABLE"
)

// queuedRestore reads a job of the queue, and gives its id when a restore has
// put it there.
func (r *jsonReader) queuedRestore() (string, error) {
	var id, source string
	err := r.Object("a pending job", func(name string) (bool, error) {
		var err error
		switch name {
		case "jobId":
			id, err = r.jobID("a pending job's id")
		case "pendingSourceState":
			source, err = r.Text(name, maxWordBytes)
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil || source != sourceRestore {
		return "", err
	}
	return id, nil
}

// restoring gives the jobs that are being restored, or are queued for it. REST
// v1 tells the first alone.
func restoring(jobs []coordinator.Job, queued []coordinator.JobID) []coordinator.JobID {
	found := slices.Clone(queued)
	for _, job := range jobs {
		if job.Word == wordRestoring {
			found = append(found, job.ID)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
