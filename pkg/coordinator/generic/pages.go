package generic

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathJobs = "/jobs"
	// maxJobs bounds the jobs that are kept of one coordinator; five times the
	// scale target of 50,000.
	maxJobs = 250_000
	// maxPages bounds the reads of one poll: maxJobs, 50 a page.
	maxPages = 5000
	// maxCursorBytes is the contract's longest cursor.
	maxCursorBytes = 1024
)

// jobList is what one walk through the pages of /jobs gave.
type jobList struct {
	jobs []coordinator.Job
	// restoring are the ids that a master is restoring, sorted; nil for none.
	restoring []coordinator.JobID
	// gap says why jobs may be missing, a sentence; empty where none are.
	gap string
}

// collected gathers jobs while pages are read, each id once.
type collected struct {
	jobs []coordinator.Job
	// at is where each id is in jobs.
	at        map[coordinator.JobID]int
	restoring map[coordinator.JobID]bool
}

// add keeps a job; a later reading of the same id replaces an earlier one.
func (l *collected) add(job coordinator.Job) error {
	if i, found := l.at[job.ID]; found {
		l.jobs[i] = job
		return nil
	}
	if len(l.jobs) == maxJobs {
		return upstream.Shapef("more than %d open jobs", maxJobs)
	}
	l.at[job.ID] = len(l.jobs)
	l.jobs = append(l.jobs, job)
	return nil
}

// list gives the jobs without those that ended while the pages were read,
// sorted by id.
func (l *collected) list() jobList {
	open := slices.DeleteFunc(l.jobs, func(job coordinator.Job) bool { return job.State.Ended() })
	slices.SortFunc(open, func(a, b coordinator.Job) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return jobList{jobs: open, restoring: slices.Sorted(maps.Keys(l.restoring))}
}

// readJobs reads all open jobs, page by page. When the time is over in the
// middle, or the coordinator is in trouble, it gives those that had come.
func (c *client) readJobs(ctx context.Context, address string) (jobList, error) {
	got := &collected{at: map[coordinator.JobID]int{}, restoring: map[coordinator.JobID]bool{}}
	cursor, cursors := "", map[string]bool{}
	for pages := 1; ; pages++ {
		next, err := c.readPage(ctx, address, c.config.PageSize, cursor, got)
		switch {
		case err != nil && upstream.Passing(err) && len(got.jobs) > 0:
			list := got.list()
			list.gap = fmt.Sprintf("The list of jobs of %s was not complete; %d jobs had come (%s). If that stays so, raise the poll deadline in the settings.", address, len(list.jobs), upstream.Detail(err))
			return list, nil
		case err != nil:
			return jobList{}, err
		case next == "":
			return got.list(), nil
		case cursors[next]:
			return jobList{}, upstream.BadAnswer(address, pathJobs, "its pages go round in a circle: a page's next is that of an earlier page", "", nil)
		case pages == maxPages:
			return jobList{}, upstream.BadAnswer(address, pathJobs, fmt.Sprintf("more than %d pages", maxPages), "Give more jobs a page.", nil)
		}
		cursor, cursors[next] = next, true
	}
}

// readPage reads one page, and gives the cursor of the next; "" after the last.
func (c *client) readPage(ctx context.Context, address string, limit int, cursor string, got *collected) (next string, err error) {
	path := fmt.Sprintf("%s?limit=%d", pathJobs, limit)
	if cursor != "" {
		path += "&cursor=" + url.QueryEscape(cursor)
	}
	ask := upstream.Call{Address: address, Path: path, Route: pathJobs, Limit: c.config.BodyLimit, Streamed: true}
	err = c.json(ctx, ask, func(_ *upstream.Answer, d *decoder) error {
		next, err = d.page(got)
		return err
	})
	return next, err
}

func (d *decoder) page(got *collected) (next string, err error) {
	told := false
	err = d.Object("the page of jobs", func(name string) (bool, error) {
		var err error
		switch name {
		case "jobs":
			told = true
			err = d.List(name, func() error {
				job, err := d.job()
				if err != nil {
					return err
				}
				return got.add(job)
			})
		case "next":
			next, err = d.Text(name, maxCursorBytes+1)
		case "restoring":
			err = d.restoring(got.restoring)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return "", err
	case !told:
		return "", upstream.Shapef("the page has no jobs")
	case len(next) > maxCursorBytes:
		return "", upstream.Shapef("next is longer than %d bytes", maxCursorBytes)
	}
	return next, nil
}

func (d *decoder) restoring(into map[coordinator.JobID]bool) error {
	if null, err := d.Null(); null || err != nil {
		return err
	}
	return d.List("restoring", func() error {
		id, err := d.id("one of restoring")
		switch {
		case err != nil:
			return err
		case id == "":
			return upstream.Shapef("one of restoring is empty, not an id")
		case len(into) == maxJobs:
			return upstream.Shapef("more than %d jobs are restored", maxJobs)
		}
		into[id] = true
		return nil
	})
}
