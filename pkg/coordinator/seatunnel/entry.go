package seatunnel

import (
	"time"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// timeLayout is how SeaTunnel writes times: the asked member's local time,
// without a zone.
const timeLayout = "2006-01-02 15:04:05"

// readErrorBytes is how much of an ended job's message is looked at: more than
// is kept, so that a credential at the cut is seen whole and hidden.
const readErrorBytes = 2 * coordinator.MaxErrorBytes

// entry is a job as /running-jobs, /job-info and /finished-jobs show it. Only
// the fields that Unjam needs are read.
type entry struct {
	id, name, word, message string
	created, finished       string
}

// entry reads one job. jobDag, metrics, envOptions and the rest are skipped.
func (r *jsonReader) entry() (entry, error) {
	var e entry
	err := r.Object("a job", func(name string) (bool, error) {
		var err error
		switch name {
		case "jobId":
			e.id, err = r.jobID(name)
		case "jobName":
			e.name, err = r.Text(name, coordinator.MaxNameBytes)
		case "jobStatus":
			e.word, err = r.word(name)
		case "createTime":
			e.created, err = r.Text(name, maxWordBytes)
		case "finishTime":
			e.finished, err = r.Text(name, maxWordBytes)
		case "errorMsg":
			e.message, err = r.Text(name, readErrorBytes)
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return entry{}, err
	}
	if e.id == "" {
		return entry{}, upstream.Shapef("a job has no jobId")
	}
	return e, nil
}

// word reads a state word. Known words are shared, not allocated for each job.
func (r *jsonReader) word(what string) (string, error) {
	text, err := r.Text(what, maxWordBytes)
	if err != nil {
		return "", err
	}
	return knownWord(text), nil
}

// job makes a coordinator.Job of an entry. Times are read in the zone of the
// settings and given in UTC.
func (c *client) job(e entry) (coordinator.Job, error) {
	job := coordinator.Job{
		ID:    coordinator.JobID(e.id),
		Name:  e.name,
		State: stateOf(e.word),
		Word:  e.word,
		Error: c.server.Secrets().HideIn(e.message, len(e.message) < readErrorBytes-utf8.UTFMax, coordinator.MaxErrorBytes),
	}
	var err error
	if job.CreateTime, err = c.parseTime("createTime", e.created); err != nil {
		return job, err
	}
	job.FinishTime, err = c.parseTime("finishTime", e.finished)
	return job, err
}

// parseTime reads a time without zone; "" is a time that is not told. In the
// hour that is repeated when summer time ends, the earlier one is taken.
func (c *client) parseTime(what, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	parsed, err := time.ParseInLocation(timeLayout, text, c.config.TimeZone)
	if err != nil {
		return time.Time{}, upstream.Shapef("%s is %q, not a time like %s", what, upstream.OneLine(text), timeLayout)
	}
	return parsed.UTC(), nil
}
