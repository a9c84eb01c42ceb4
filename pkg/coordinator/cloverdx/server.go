package cloverdx

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// roleServer is the role of configured addresses in a probe.
const roleServer = "server"

// api is one of CloverDX's interfaces.
type api int

const (
	apiUnknown api = iota
	apiREST
	apiSimple
)

// String names the interface for people.
func (a api) String() string {
	switch a {
	case apiREST:
		return "REST API"
	case apiSimple:
		return "simple HTTP API"
	default:
		return ""
	}
}

// learntFor is how long what was learnt about a server is used without trying
// anew: servers are seldom changed, and a failure tries anew anyway.
const learntFor = 10 * time.Minute

// server is one configured address and what was learnt about it. It is safe for
// concurrent use.
type server struct {
	// address is the configured address in normal form, with its context path.
	address string

	mutex sync.Mutex
	// api is the interface that its running executions are read by, why says in
	// a sentence why it is not the first choice, if it is not.
	api    api
	why    string
	learnt time.Time
	// simpleBase is where its simple HTTP API is; empty: not known.
	simpleBase string
	// noSimple is when the simple HTTP API was last found not to be there.
	noSimple time.Time
}

func (s *server) remember(api api, why string, now time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.api, s.why, s.learnt = api, why, now
}

// forget makes the next use try all interfaces.
func (s *server) forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.api, s.why, s.noSimple = apiUnknown, "", time.Time{}
}

// known gives what was learnt; apiUnknown when there is nothing or it is too
// old.
func (s *server) known(now time.Time) (found api, why string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if age := now.Sub(s.learnt); age < 0 || age > learntFor {
		return apiUnknown, ""
	}
	return s.api, s.why
}

// choices lists the interfaces to try at a server, the known one first.
func (c *client) choices(s *server) []api {
	known, _ := s.known(c.config.Now())
	switch {
	case c.config.API == APIREST:
		return []api{apiREST}
	case c.config.API == APISimpleHTTP:
		return []api{apiSimple}
	case known == apiSimple:
		return []api{apiSimple, apiREST}
	default:
		return []api{apiREST, apiSimple}
	}
}

// apiOf gives the interface that a server is known to speak, or tries them with
// a read of one running execution.
func (c *client) apiOf(ctx context.Context, s *server) (api, error) {
	if known, _ := s.known(c.config.Now()); known != apiUnknown {
		return known, nil
	}
	running, err := c.running(ctx, s, 1)
	return running.api, err
}

// running reads the running executions of a server by the first interface that
// gives them, at most pages pages (0: maxPages). The error is the most telling
// one.
func (c *client) running(ctx context.Context, s *server, pages int) (running, error) {
	if pages == 0 {
		pages = maxPages
	}
	choices := c.choices(s)
	var first error
	why := ""
	for i, choice := range choices {
		read := c.readREST
		if choice == apiSimple {
			read = c.readSimple
		}
		found, err := read(ctx, s, pages)
		last := i == len(choices)-1
		if err == nil && found.unfiltered != "" && !last {
			// What REST gave stands if nothing better is there.
			if better, err := c.readSimple(ctx, s, pages); err == nil {
				better.why = found.unfiltered + " The simple HTTP API stands in."
				s.remember(apiSimple, better.why, c.config.Now())
				return better, nil
			}
		}
		if err == nil {
			if known, knownWhy := s.known(c.config.Now()); known == choice {
				why = knownWhy
			}
			found.why = why
			s.remember(choice, why, c.config.Now())
			return found, nil
		}
		if first == nil || errors.Is(err, coordinator.ErrUnauthorised) || absent(first) && !absent(err) {
			first = err
		}
		if !worthAnother(err) {
			break
		}
		if !last && upstream.StatusOf(err) == http.StatusBadRequest {
			why = upstream.Sentence(err) + " The simple HTTP API stands in."
		}
	}
	s.forget()
	return running{}, first
}

// worthAnother tells whether a failure may mean "not this interface": not when
// the server does not answer at all, wants other credentials, or redirects.
func worthAnother(err error) bool {
	status := upstream.StatusOf(err)
	return errors.Is(err, coordinator.ErrBadAnswer) && (status < 300 || status >= 400 && status < 500 || status == http.StatusNotImplemented)
}

// find gives the configured server by the address that coordinator types carry;
// nil when it is none of them.
func (c *client) find(address string) *server {
	for _, s := range c.servers {
		if s.address == address {
			return s
		}
	}
	return nil
}

func notConfigured(address string) error { return upstream.NotConfigured(address, "servers") }
