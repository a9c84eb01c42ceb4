package soak

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/bench/crowd"
)

// weather is how the coordinator fares.
type weather string

const (
	fair weather = "fair"
	// refused: nobody listens. hanging: no request is answered. malformed:
	// what is answered is not JSON to its end, or is of another type.
	refused   weather = "refused"
	hanging   weather = "hanging"
	malformed weather = "malformed"
	// listHangs: a frozen worker makes the lists hang while the overview answers.
	listHangs weather = "list hangs"
)

// pollBegan is the beginning of a poll, as the coordinator saw it.
type pollBegan struct {
	at time.Time
	// disturbed: something was wrong since the poll before.
	disturbed bool
}

// network stands between the process and the crowd.
type network struct {
	crowd     http.RoundTripper
	mu        sync.Mutex
	weather   weather
	disturbed bool
	polls     []pollBegan
	requests  int
	malformed int
}

// set changes the weather.
func (n *network) set(to weather) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.weather = to
	n.disturbed = n.disturbed || to != fair
}

// disturb notes something else that may move a poll: a restart, a save.
func (n *network) disturb() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.disturbed = true
}

// samePoll is the time within which an overview that is asked for belongs to
// the poll before: after a bad answer the dialect is looked for anew.
const samePoll = time.Second

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	now := n.weather
	n.requests++
	n.malformed++
	turn := n.malformed
	if r.URL.Path == crowd.PathOverview && (len(n.polls) == 0 || time.Since(n.polls[len(n.polls)-1].at) > samePoll) {
		n.polls = append(n.polls, pollBegan{time.Now(), n.disturbed || now != fair})
		n.disturbed = now != fair
	}
	n.mu.Unlock()
	list := r.URL.Path == crowd.PathList || strings.HasPrefix(r.URL.Path, "/system-monitoring")
	switch {
	case now == refused:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	case now == hanging, now == listHangs && list:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case now == malformed:
		bodies := []string{`{"projectVersion":`, `[]`, `{"data":[{"jobId":true}],"total":1}`, ``, `<html>`}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(bodies[turn%len(bodies)])), Request: r}, nil
	}
	return n.crowd.RoundTrip(r)
}

// begun gives the polls so far.
func (n *network) begun() []pollBegan {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.polls[:len(n.polls):len(n.polls)]
}
