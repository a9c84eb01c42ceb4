package cloverdx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// simpleBases are where the simple HTTP API is below a server's address: its
// newer place and its older one.
var simpleBases = []string{"/simpleHttpApi/", "/request_processor/"}

const (
	acceptText = "text/plain"
	// textBody bounds an answer: 1,000 rows of a few hundred bytes.
	textBody = 4 << 20
	// maxLine bounds a row.
	maxLine = 8 << 10
	// historyRows is how many rows of running executions are asked for at once.
	historyRows = 500
	// maxNodes bounds the rows of cluster_status.
	maxNodes     = 1000
	adviceSimple = "The simple HTTP API is off by default since CloverDX 7: switch it on there (http.api.enabled=true), or choose REST in the settings, and check the address and its context path."
	// rowWord begins each row of an execution.
	rowWord = "execution"
)

// simple reads an operation of the simple HTTP API line by line. The place of
// the API is looked for where it is not known.
func (c *client) simple(ctx context.Context, s *server, operation string, query url.Values, line func(*upstream.Answer, string) error) error {
	s.mutex.Lock()
	bases := simpleBases
	if s.simpleBase != "" {
		bases = []string{s.simpleBase}
	}
	s.mutex.Unlock()
	var first error
	for _, base := range bases {
		path := base + operation
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		err := c.http.Lines(ctx, upstream.Call{Address: s.address, Path: path, Route: base + operation, Limit: textBody, Accept: acceptText}, maxLine, func(a *upstream.Answer, text string) error {
			if text = strings.TrimSpace(text); text == "" {
				return nil
			}
			// Hidden before it is taken apart: half a credential is one too much.
			return line(a, c.http.Secrets().HideInName([]byte(strings.ToValidUTF8(text, "\ufffd")), maxLine))
		})
		if err == nil {
			s.mutex.Lock()
			s.simpleBase = base
			s.mutex.Unlock()
			return nil
		}
		if first == nil {
			first = err
		}
		if !absent(err) {
			return err
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.simpleBase = ""
	return withAdvice(first, adviceSimple)
}

// absent tells whether a failure may mean that there is no such interface at
// this place: a page, or a 4xx that is not about credentials. Nothing of the
// answer was read as rows then.
func absent(err error) bool {
	status := upstream.StatusOf(err)
	return errors.Is(err, upstream.ErrHTML) || errors.Is(err, coordinator.ErrBadAnswer) && (status >= 400 && status < 500 || status == http.StatusNotImplemented)
}

// readSimple reads the running executions by the simple HTTP API: the history
// filtered by status, with what server_jobs lists beside it.
func (c *client) readSimple(ctx context.Context, s *server, pages int) (running, error) {
	found, err := readPages(ctx, s, historyRows, pages, func(ctx context.Context, start, size int) (page, error) {
		got := page{total: coordinator.NotKnown}
		query := url.Values{"status": {wordRunning}, "returnType": {"DESCRIPTION"}, "index": {fmt.Sprint(start)}, "records": {fmt.Sprint(size)}}
		err := c.simple(ctx, s, "executions_history", query, func(a *upstream.Answer, text string) error {
			got.clock = upstream.DateClock(a)
			job, err := c.row(text)
			if err == nil && len(got.jobs) == maxPageSize {
				return upstream.Shapef("more than %d rows where %d were asked for", maxPageSize, size)
			}
			got.jobs = append(got.jobs, job)
			return err
		})
		return got, err
	})
	found.api = apiSimple
	if err != nil && !worthAnother(err) {
		return running{}, err
	}
	listed, listErr := c.serverJobs(ctx, s)
	switch {
	case err != nil && listErr != nil:
		return running{}, err
	case err != nil:
		found.whole = false
		found.gap = fmt.Sprintf("The history of %s, by which running executions of all nodes are found, was not readable; those that server_jobs lists stand in. %s", s.address, upstream.Sentence(err))
	case listErr != nil:
		return found, nil // the history is enough
	}
	known := map[coordinator.JobID]bool{}
	for _, job := range found.jobs {
		known[job.ID] = true
	}
	for _, id := range listed {
		if !known[id] {
			known[id] = true
			found.jobs = append(found.jobs, coordinator.Job{ID: id, Word: wordRunning, State: c.state(wordRunning, id, time.Time{})})
		}
	}
	slices.SortFunc(found.jobs, func(a, b coordinator.Job) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return found, nil
}

// serverJobs lists the run ids of running executions.
func (c *client) serverJobs(ctx context.Context, s *server) ([]coordinator.JobID, error) {
	var ids []coordinator.JobID
	err := c.simple(ctx, s, "server_jobs", nil, func(_ *upstream.Answer, text string) error {
		if !isRunID(text) {
			return upstream.Shapef("a line of server_jobs is %q, not %s", upstream.OneLine(upstream.Cut(text, upstream.MaxQuoteBytes)), runIDShape)
		}
		if len(ids) == maxPages*historyRows {
			return upstream.Shapef("server_jobs lists more than %d executions", maxPages*historyRows)
		}
		ids = append(ids, coordinator.JobID(text))
		return nil
	})
	return ids, err
}

// The columns of a row:
// execution|runID|status|user|sandbox|graphID|submitted|finished|node|version.
// A graphID may have bars in it: those after it are counted from the end.
const (
	columnID      = 1
	columnStatus  = 2
	columnSandbox = 4
	columnFile    = 5
	columns       = 10
	afterFile     = 4
	nodeFromEnd   = 2
)

// row reads an execution's row. Its times have no zone and are not read; the
// user's name is none of our business.
func (c *client) row(text string) (coordinator.Job, error) {
	fields := strings.Split(text, "|")
	if len(fields) < columns || fields[0] != rowWord || !isRunID(fields[columnID]) {
		return coordinator.Job{}, upstream.Shapef("a row is %q, not execution|runID|status|…", upstream.OneLine(upstream.Cut(text, upstream.MaxQuoteBytes)))
	}
	job := coordinator.Job{
		ID:   coordinator.JobID(fields[columnID]),
		Word: upstream.Cut(fields[columnStatus], maxWordBytes),
		Name: nameOf(upstream.Cut(fields[columnSandbox], maxFieldBytes), upstream.Cut(strings.Join(fields[columnFile:len(fields)-afterFile], "|"), coordinator.MaxNameBytes)),
	}
	if node := upstream.Cut(fields[len(fields)-nodeFromEnd], maxFieldBytes); node != "" {
		job.Nodes = []string{node}
	}
	job.State = c.state(job.Word, job.ID, time.Time{})
	return job, nil
}

// readStatus reads one execution by the simple HTTP API: its row, or its status
// alone where the server gives no row.
func (c *client) readStatus(ctx context.Context, s *server, id coordinator.JobID) (coordinator.Job, error) {
	var job coordinator.Job
	const operation = "graph_status"
	ask := func(returnType string, line func(string) error) error {
		lines := 0
		err := c.simple(ctx, s, operation, url.Values{"runID": {string(id)}, "returnType": {returnType}}, func(_ *upstream.Answer, text string) error {
			if lines++; lines > 1 {
				return upstream.Shapef("%s has more than one line", operation)
			}
			return line(text)
		})
		if err == nil && lines == 0 {
			return upstream.BadAnswer(s.address, simpleBases[0]+operation, "the answer is empty", "", nil)
		}
		return err
	}
	err := ask("DESCRIPTION", func(text string) (err error) {
		job, err = c.row(text)
		return err
	})
	if errors.Is(err, coordinator.ErrBadAnswer) && upstream.StatusOf(err) == 0 {
		err = ask("STATUS_TEXT", func(text string) error {
			if _, known := states[text]; !known {
				return upstream.Shapef("the status is %q, which is none of CloverDX's", upstream.OneLine(upstream.Cut(text, maxWordBytes)))
			}
			job = coordinator.Job{ID: id, Word: text, State: c.state(text, id, time.Time{})}
			return nil
		})
	}
	switch {
	case upstream.StatusOf(err) == http.StatusNotFound:
		return job, notFound(s, simpleBases[0]+operation, id)
	case err != nil:
		return job, err
	case job.ID != id:
		return job, upstream.BadAnswer(s.address, simpleBases[0]+operation, fmt.Sprintf("the answer is about execution %s", job.ID), "", nil)
	}
	return job, nil
}

// readMembers reads cluster_status: name|URL|load|status. The URLs are shown
// and never contacted.
func (c *client) readMembers(ctx context.Context, s *server) ([]coordinator.Member, error) {
	var members []coordinator.Member
	err := c.simple(ctx, s, "cluster_status", nil, func(_ *upstream.Answer, text string) error {
		fields := strings.Split(text, "|")
		if len(fields) < 4 || fields[0] == "" {
			return upstream.Shapef("a row of cluster_status is %q, not name|URL|load|status", upstream.OneLine(upstream.Cut(text, upstream.MaxQuoteBytes)))
		}
		if len(members) == maxNodes {
			return upstream.Shapef("cluster_status lists more than %d nodes", maxNodes)
		}
		members = append(members, coordinator.Member{
			Name: upstream.Cut(fields[0], maxFieldBytes), Address: c.http.Secrets().HideInName([]byte(hostOf(fields[1])), maxFieldBytes), Word: upstream.Cut(fields[3], maxWordBytes),
		})
		return nil
	})
	slices.SortFunc(members, func(a, b coordinator.Member) int { return strings.Compare(a.Name, b.Name) })
	return members, err
}

// hostOf gives the "host:port" of a URL; "" where it has none. Escapes in it are
// read, so that it may be another text than was seen before.
func hostOf(text string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(parsed.Host, "\ufffd")
}
