package cloverdx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// restBase is where REST is below a server's address.
	restBase       = "/api/rest/v1"
	pathExecutions = restBase + "/executions"
	// listBody bounds a page: at most 1,000 executions of a few kB.
	listBody = 32 << 20
	// oneBody bounds an answer about one execution.
	oneBody = 4 << 20
	// maxDigits is the length of the largest run id, a positive 64-bit number.
	maxDigits = 19
	// maxFieldBytes bounds a sandbox code, a node's name and a time.
	maxFieldBytes = 255
	// maxLinkBytes bounds @self, which is read for its last part.
	maxLinkBytes = 2048
)

// ownFields are the fields of an execution that are read beside those in the
// settings.
var ownFields = []string{"@self", "runId", "sandboxCode", "jobFile", "status", "submitTime", "startTime", "stopTime"}

// readREST reads the running executions by REST.
func (c *client) readREST(ctx context.Context, s *server, pages int) (running, error) {
	found, err := readPages(ctx, s, c.config.PageSize, pages, func(ctx context.Context, start, size int) (page, error) {
		path := fmt.Sprintf("%s?%s&pageSize=%d&startIndex=%d", pathExecutions, c.config.StatusFilter, size, start)
		var got page
		err := c.http.JSON(ctx, upstream.Call{Address: s.address, Path: path, Route: pathExecutions, Limit: listBody}, func(a *upstream.Answer, r *upstream.Reader) error {
			got.clock = upstream.DateClock(a)
			return c.collection(r, &got)
		})
		if upstream.StatusOf(err) == http.StatusBadRequest {
			err = refusedFilter(err, c.config.StatusFilter)
		}
		return got, err
	})
	if found.unfiltered != "" {
		found.unfiltered += fmt.Sprintf(" The status filter %q may have another name at this server: see /api/rest/v1/docs.html there and set it.", c.config.StatusFilter)
		found.gap = found.unfiltered
	}
	found.api = apiREST
	return found, err
}

// refusedFilter adds what to do about a 400 to a list.
func refusedFilter(err error, filter string) error {
	return withAdvice(err, fmt.Sprintf("The status filter %q may be another at this server: see /api/rest/v1/docs.html there and set it.", filter))
}

// withAdvice gives a coordinator's error with another advice.
func withAdvice(err error, advice string) error {
	var told *coordinator.Error
	if !errors.As(err, &told) {
		return err
	}
	better := *told
	better.Advice = advice
	return &better
}

// collection reads an ExecutionCollection.
func (c *client) collection(r *upstream.Reader, into *page) error {
	members := false
	into.total = coordinator.NotKnown
	err := r.Object("the list of executions", func(name string) (bool, error) {
		var err error
		switch name {
		case "@totalItems":
			into.total, err = r.Count(name)
		case "members":
			members = true
			err = r.List(name, func() error {
				job, err := c.execution(r)
				if err == nil && len(into.jobs) == maxPageSize {
					return upstream.Shapef("a page has more than %d executions", maxPageSize)
				}
				into.jobs = append(into.jobs, job)
				return err
			})
		default:
			return false, nil
		}
		return true, err
	})
	if err == nil && (!members || into.total == coordinator.NotKnown) {
		return upstream.Shapef("the list of executions has no members or no @totalItems, so this is not CloverDX's REST API")
	}
	return err
}

// execution reads one execution. What is not documented is taken as not told
// where it is of another kind than we think.
func (c *client) execution(r *upstream.Reader) (coordinator.Job, error) {
	var job coordinator.Job
	var self, sandbox, file, submitted, started, stopped string
	err := r.Object("an execution", func(name string) (bool, error) {
		var err error
		switch name {
		case "@self":
			self, err = r.Text(name, maxLinkBytes)
		case "runId":
			var id string
			id, err = r.ID(name, runIDShape, isRunID)
			job.ID = coordinator.JobID(id)
		case "sandboxCode":
			sandbox, err = r.Text(name, maxFieldBytes)
		case "jobFile":
			file, err = r.Text(name, coordinator.MaxNameBytes)
		case "status":
			job.Word, err = r.Text(name, maxWordBytes)
		case "submitTime":
			submitted, err = loose(r, name)
		case "startTime":
			started, err = loose(r, name)
		case "stopTime":
			stopped, err = loose(r, name)
		case c.config.NodeField:
			var node string
			if node, err = loose(r, name); node != "" {
				job.Nodes = []string{node}
			}
		case c.config.ParentField:
			c.parentSeen.Store(true)
			var parent string
			if parent, err = loose(r, name); isRunID(parent) {
				job.Parent = coordinator.JobID(parent)
			}
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return coordinator.Job{}, err
	}
	if job.ID == "" {
		last := self[strings.LastIndexByte(self, '/')+1:]
		if !isRunID(last) {
			return coordinator.Job{}, upstream.Shapef("an execution has no runId and no @self that ends in one")
		}
		job.ID = coordinator.JobID(last)
	}
	job.Name = nameOf(sandbox, file)
	// The time of submission is there from the beginning; with the start's,
	// an execution would become another one by starting.
	job.CreateTime = parseTime(submitted)
	if submitted == "" {
		job.CreateTime = parseTime(started)
	}
	job.State = c.state(job.Word, job.ID, job.CreateTime)
	if job.State.Ended() {
		job.FinishTime = parseTime(stopped)
	}
	return job, nil
}

// readExecution reads one execution by REST.
func (c *client) readExecution(ctx context.Context, s *server, id coordinator.JobID) (coordinator.Job, error) {
	var job coordinator.Job
	path := pathExecutions + "/" + string(id)
	err := c.http.JSON(ctx, upstream.Call{Address: s.address, Path: path, Route: pathExecutions + "/{id}", Limit: oneBody}, func(_ *upstream.Answer, r *upstream.Reader) error {
		var err error
		job, err = c.execution(r)
		return err
	})
	switch {
	case upstream.StatusOf(err) == http.StatusNotFound:
		return job, notFound(s, path, id)
	case err != nil:
		return job, err
	case job.ID != id:
		return job, upstream.BadAnswer(s.address, path, fmt.Sprintf("the answer is about execution %s", job.ID), "", nil)
	}
	return job, nil
}

func notFound(s *server, path string, id coordinator.JobID) error {
	return &coordinator.Error{Kind: coordinator.ErrNotFound, Address: s.address, Path: path,
		Detail: fmt.Sprintf("the server knows no execution with the run id %s", id)}
}

// nameOf is how people call a job: its file, with the sandbox before it.
func nameOf(sandbox, file string) string {
	name := file
	if sandbox != "" && file != "" {
		name = sandbox + "/" + file
	}
	return upstream.Cut(name, coordinator.MaxNameBytes)
}

// loose reads a string or a number; anything else is "".
func loose(r *upstream.Reader, what string) (string, error) {
	kind, err := r.Kind()
	switch {
	case err != nil:
		return "", err
	case kind != '"' && kind != '0':
		return "", r.Skip()
	default:
		return r.TextOrNumber(what, maxFieldBytes)
	}
}

// runIDShape is what a run id should be, for sentences.
const runIDShape = "a run id of digits"

// isRunID tells whether text is a run id: a positive 64-bit number, without
// leading zeros.
func isRunID(text string) bool {
	if text == "" || len(text) > maxDigits || text[0] == '0' {
		return false
	}
	return strings.Trim(text, "0123456789") == ""
}

// notAnID is for ids that no execution can have. Nothing was asked.
func notAnID(id coordinator.JobID) error {
	return &coordinator.Error{Kind: coordinator.ErrNotFound,
		Detail: fmt.Sprintf("%q is no CloverDX run id: they are numbers of up to %d digits", upstream.Cut(string(id), maxWordBytes), maxDigits)}
}

// timeLayouts are ISO 8601 as JSON libraries for Java write it.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"}

// The milliseconds since 1970 that are taken for a time: years 2001 to 9999.
const (
	minMillis = 1_000_000_000_000
	maxMillis = 253_402_300_799_999
)

// parseTime reads a time with its zone, or milliseconds since 1970; the zero
// time where it is neither. Without a zone it would be a guess.
func parseTime(text string) time.Time {
	for _, layout := range timeLayouts {
		if parsed, err := time.Parse(layout, text); err == nil && parsed.UTC().Year() >= 1970 && parsed.UTC().Year() <= 9999 {
			return parsed.UTC()
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= minMillis && ms <= maxMillis {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}
