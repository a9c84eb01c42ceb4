package cloverdx

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// maxPages bounds the requests for running executions in one poll.
	maxPages = 100
	// overlapShare is the part of a page that the next one asks for again.
	overlapShare = 10
	// leastEnded is how many ended executions in a list of running ones make it
	// plain that the filter has no effect. Some end while they are listed.
	leastEnded = 3
)

// running is what one reading of a server's running executions gave.
type running struct {
	api  api
	jobs []coordinator.Job
	// whole is false when executions may be missing; gap says why, a sentence.
	whole bool
	gap   string
	// unfiltered says in a sentence that the filter has no effect.
	unfiltered string
	// why says why this interface is used, if it is not the first choice.
	why   string
	clock coordinator.Clock
}

// page is one answer with executions.
type page struct {
	jobs []coordinator.Job
	// total is the length of the whole list; coordinator.NotKnown where it is
	// not told: then the list ends with a page that is not full.
	total int
	clock coordinator.Clock
}

// readPages reads a list page by page, size executions at a time, at most most
// pages. advice says what to do about a filter that has no effect.
//
// The list changes while it is read, and how it is sorted is not known. One
// that ends pulls others to earlier pages, past a reader that goes from page to
// page. Therefore every page begins a part of a page before the end of the one
// before. If it shows an execution that was seen already, nothing lies between
// the two; if not, some may be missing.
func readPages(ctx context.Context, s *server, size, most int, read func(ctx context.Context, start, size int) (page, error)) (running, error) {
	found := running{whole: true}
	at := map[coordinator.JobID]int{}
	ended, start := 0, 0
	var err error
	for number := 1; ; number++ {
		var got page
		if got, err = read(ctx, start, size); err != nil {
			break
		}
		if number == 1 {
			found.clock = got.clock
		}
		again, added := false, 0
		for _, job := range got.jobs {
			i, seen := at[job.ID]
			if seen {
				found.jobs[i], again = job, true
				continue
			}
			at[job.ID] = len(found.jobs)
			found.jobs = append(found.jobs, job)
			added++
			if job.State.Ended() {
				ended++
			}
		}
		end := start + len(got.jobs)
		atEnd := got.total == coordinator.NotKnown && len(got.jobs) < size || got.total != coordinator.NotKnown && end >= got.total
		switch {
		case ended >= leastEnded && 2*ended > len(found.jobs):
			found.unfiltered = fmt.Sprintf("%s lists ended executions where running ones were asked for, so its history would be read: it was not.", s.address)
			found.whole, found.gap = false, found.unfiltered
		case number > 1 && !again && len(got.jobs) > 0, !atEnd && added == 0, number > 1 && len(got.jobs) == 0:
			found.whole = false
			found.gap = fmt.Sprintf("The list of running executions changed too much while %s was read page by page; some may be missing until the next poll.", s.address)
		case !atEnd && number == most:
			found.whole = false
			found.gap = fmt.Sprintf("%d running executions of %s were read, in %d requests, and there are more. Raise the page size in the settings.", len(found.jobs), s.address, most)
		}
		if atEnd || !found.whole {
			break
		}
		start = end - max(1, min(size, len(got.jobs))/overlapShare)
	}
	if err != nil && (len(found.jobs) == 0 || !upstream.Passing(err)) {
		return running{}, err
	}
	if err != nil {
		found.whole = false
		found.gap = fmt.Sprintf("The list of running executions was not complete; %d had come. %s", len(found.jobs), upstream.Sentence(err))
	}
	found.jobs = slices.DeleteFunc(found.jobs, func(job coordinator.Job) bool { return job.State.Ended() })
	slices.SortFunc(found.jobs, func(a, b coordinator.Job) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return found, nil
}
