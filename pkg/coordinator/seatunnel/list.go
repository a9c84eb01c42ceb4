package seatunnel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathRunning = "/running-jobs"
	// maxJobs bounds the jobs that are kept of one coordinator; five times the
	// scale target of 50,000.
	maxJobs = 250_000
	// pageOverlap is how many jobs of the page before a page asks for again, at
	// least: see readPages.
	pageOverlap = 25
	// roomShare is the part of the last list's length that the next one may be
	// longer without being copied while it grows.
	roomShare = 20
	// yieldEvery is after how many jobs the reading lets others run: it takes
	// most of a second for 50,000 jobs, and a query that is answered meanwhile
	// would wait some 10 ms for each of its turns.
	yieldEvery = 64
)

// openJobs collects jobs while lists are read, each id once.
type openJobs struct {
	jobs []coordinator.Job
	// at is where each id is in jobs.
	at map[string]int
	// seen is the number of entries read, again is true when the last page
	// showed a job that an earlier one had shown.
	seen  int
	again bool
	// enough, when not 0, is the number of jobs after which no more are wanted.
	enough int
}

// add keeps a job; a later reading of the same id replaces an earlier one.
func (o *openJobs) add(job coordinator.Job) error {
	if o.full() {
		return upstream.ErrEnough
	}
	if o.seen++; o.seen%yieldEvery == 0 {
		runtime.Gosched()
	}
	if i, found := o.at[string(job.ID)]; found {
		o.jobs[i], o.again = job, true
		return nil
	}
	if len(o.jobs) == maxJobs {
		return upstream.Shapef("more than %d open jobs", maxJobs)
	}
	o.at[string(job.ID)] = len(o.jobs)
	o.jobs = append(o.jobs, job)
	return nil
}

// full tells whether no more jobs are wanted.
func (o *openJobs) full() bool { return o.enough > 0 && len(o.jobs) >= o.enough }

// open gives the collected jobs without those that have ended (a list can show
// one for a moment), sorted by id.
func (o *openJobs) open() []coordinator.Job {
	open := slices.DeleteFunc(o.jobs, func(job coordinator.Job) bool { return job.State.Ended() })
	slices.SortFunc(open, func(a, b coordinator.Job) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return open
}

// jobList is what one reading of /running-jobs gave.
type jobList struct {
	jobs []coordinator.Job
	// whole is false when jobs may be missing; gap says why, a sentence.
	whole bool
	gap   string
}

// readJobs reads all open jobs. When the time is over in the middle, it gives
// those that had come.
func (c *client) readJobs(ctx context.Context, e *endpoint, d dialect) (jobList, error) {
	room := int(c.lastOpen.Load())
	collected := &openJobs{at: make(map[string]int, room), jobs: make([]coordinator.Job, 0, room)}
	var gap string
	var err error
	if d == dialectV1 {
		_, _, err = c.readPage(ctx, e, e.path(d, pathRunning), collected)
	} else {
		gap, err = c.readPages(ctx, e, collected)
	}
	if err != nil && upstream.TimedOut(err) && len(collected.jobs) > 0 {
		gap = fmt.Sprintf("The list of jobs of %s was not complete in time; %d jobs had come. If that stays so, raise the poll deadline in the settings.", e.address, len(collected.jobs))
		err = nil
	}
	if err != nil {
		return jobList{}, err
	}
	open := collected.open()
	c.lastOpen.Store(int64(len(open) + len(open)/roomShare))
	return jobList{jobs: open, whole: gap == "", gap: gap}, nil
}

// readPages reads REST v2's list page by page.
//
// The list changes while it is read. SeaTunnel sorts it by start, newest
// first: a new job pushes others to later pages, where they are seen twice,
// which does no harm. A job that ends pulls others to earlier pages, past a
// reader that goes from page to page. Therefore every page begins pageOverlap
// jobs or more before the end of the one before. If it shows a job that was
// seen already, nothing lies between the two; if not, jobs may be missing.
//
// gap is a sentence when jobs may be missing.
func (c *client) readPages(ctx context.Context, e *endpoint, collected *openJobs) (gap string, err error) {
	page, rows := 1, c.config.PageRows
	for {
		collected.again = false
		before := collected.seen
		path := fmt.Sprintf("%s?page=%d&rows=%d", e.path(dialectV2, pathRunning), page, rows)
		total, paged, err := c.readPage(ctx, e, path, collected)
		first := page == 1
		switch {
		case errors.Is(err, errNoSuchPage) && first:
			return "", nil // an empty list, in versions that refuse its first page
		case errors.Is(err, errNoSuchPage):
			return gapSentence(e), nil // more jobs ended meanwhile than overlap
		case err != nil:
			return "", err
		case !paged:
			return "", nil // the whole list came at once
		case !first && !collected.again:
			return gapSentence(e), nil
		}
		got := collected.seen - before
		end := (page-1)*rows + got
		if end >= total {
			return "", nil
		}
		if got != rows {
			return "", upstream.BadAnswer(e.address, path, fmt.Sprintf("%d jobs came where %d were asked for and %d are announced", got, rows, total), c.server.AddressAdvice(), nil)
		}
		page, rows = nextPage(end, c.config.PageRows)
	}
}

// nextPage gives the page (from 1) and its rows for the jobs from about
// read - pageOverlap. Pages begin at multiples of their rows, so the rows are
// chosen that way: the page begins at most pageOverlap + page jobs before read.
func nextPage(read, rows int) (page, pageRows int) {
	begin := read - pageOverlap
	skipped := (begin + rows - 1) / rows
	return skipped + 1, begin / skipped
}

func gapSentence(e *endpoint) string {
	return fmt.Sprintf("The list of jobs changed too much while %s was read page by page; some jobs may be missing until the next poll.", e.address)
}

// errNoSuchPage is SeaTunnel's refusal of a page behind the list's end.
var errNoSuchPage = errors.New("no such page")

// readPage reads one answer of /running-jobs: a list, or a page of it with the
// list's length.
func (c *client) readPage(ctx context.Context, e *endpoint, path string, collected *openJobs) (total int, paged bool, err error) {
	element := func(r *jsonReader) func() error {
		return func() error {
			entry, err := r.entry()
			if err != nil {
				return err
			}
			job, err := c.job(entry)
			if err != nil {
				return err
			}
			return collected.add(job)
		}
	}
	total = -1
	hasData := false
	ask := upstream.Call{Address: e.address, Path: path, Route: pathRunning, Limit: c.config.BodyLimit, Streamed: true}
	err = c.json(ctx, e, ask, func(_ *upstream.Answer, r *jsonReader) error {
		if kind, err := r.Kind(); err != nil || kind != '{' {
			if err != nil {
				return err
			}
			return r.List("the list of jobs", element(r))
		}
		paged = true
		return r.Object("the page of jobs", func(name string) (bool, error) {
			var err error
			switch name {
			case "data":
				hasData = true
				err = r.List(name, element(r))
			case "total":
				total, err = r.Count(name)
			default:
				return false, nil
			}
			return true, err
		})
	})
	switch {
	case upstream.StatusOf(err) == http.StatusBadRequest && strings.Contains(err.Error(), "exceeds total pages"):
		return 0, true, errNoSuchPage
	case err != nil:
		return 0, false, err
	case collected.full():
		return total, paged, nil
	case paged && (!hasData || total < 0):
		return 0, false, upstream.BadAnswer(e.address, path, "the page of jobs has no data or no total", c.server.AddressAdvice(), nil)
	}
	return total, paged, nil
}
