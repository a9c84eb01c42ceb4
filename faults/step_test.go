//go:build unix

package faults_test

import (
	"net/http"
	"slices"

	"github.com/unjam/unjam-jobs-app/faults/double"
)

// nature is how a job and its coordinator react to a stop request.
type nature string

const (
	obeys      nature = "stops at once"
	isSlow     nature = "stops after a while"
	isVague    nature = "is UNKNOWABLE before it stops"
	isDeaf     nature = "does not stop"
	endsItself nature = "ends by itself"
	isRefused  nature = "the coordinator refuses to stop"
)

// slowReads is after how many readings a slow job stops.
const slowReads = 3

// reaction is what the coordinator does when the request comes.
func (n nature) reaction() double.Reaction {
	switch n {
	case obeys:
		return double.Reaction{State: double.Canceled}
	case isVague:
		return double.Reaction{State: double.Unknowable}
	case endsItself:
		return double.Reaction{State: double.Finished}
	case isRefused:
		return double.Reaction{Status: http.StatusBadRequest}
	}
	return double.Reaction{State: double.Canceling}
}

// later is the state that the job comes to by being waited for; empty for none.
func (n nature) later() string {
	if n == isSlow || n == isVague {
		return double.Canceled
	}
	return ""
}

// step is a point between plan and outcome at which the plugin dies.
type step struct {
	name string
	// store is the point of the store at which it dies; empty where the
	// coordinator kills it.
	store       string
	coordinator death
	// next is the point at which the next plugin dies, too, while it
	// reconciles; nextReading: it dies while it reads the job.
	next        string
	nextReading bool
	// requests is how many stop requests have arrived when the plugin is gone.
	requests int
	// verifies: only where the coordinator does not refuse there is such a step.
	verifies bool
	// during is the request of the user that it dies in or after.
	during request
}

// request is what a user asks of the plugin.
type request int

const (
	// acting: confirm, or approve.
	acting request = iota
	planning
	// asking: for a second person.
	asking
)

// death is when the coordinator kills the plugin.
type death string

const (
	dieReceived  death = "received"
	dieAnswered  death = "answered"
	dieVerifying death = "verifying"
)

// steps are all the points. Those with next die twice: the first plugin at one
// that leaves an open intent, the second while it reconciles.
var steps = []step{
	{name: "before the plan is kept", store: "SavePlan" + before, during: planning},
	{name: "while the plan is being kept", store: "SavePlan" + during, during: planning},
	{name: "after the plan was kept", store: "SavePlan" + after, during: planning},
	{name: "before the request for a second person is kept", store: "RequestApproval" + before, during: asking},
	{name: "while the request for a second person is being kept", store: "RequestApproval" + during, during: asking},
	{name: "after the request for a second person was kept", store: "RequestApproval" + after, during: asking},
	{name: "before the record", store: "Begin" + before},
	{name: "while the record is being written", store: "Begin" + during},
	{name: "after the record, before the request", store: "Begin" + after},
	{name: "before the right to act is taken", store: "Lease" + before},
	{name: "with the right to act, before the request", store: "Lease" + after},
	{name: "when the request was received and not answered", coordinator: dieReceived, requests: 1},
	{name: "when the answer was sent", coordinator: dieAnswered, requests: 1},
	{name: "before the answer is recorded", store: "Update:answer" + before, requests: 1},
	{name: "while the answer is being recorded", store: "Update:answer" + during, requests: 1},
	{name: "after the answer was recorded, before verifying", store: "Update:answer" + after, requests: 1},
	{name: "while verifying", coordinator: dieVerifying, requests: 1, verifies: true},
	{name: "before the outcome is recorded", store: "Update:outcome" + before, requests: 1, verifies: true},
	{name: "while the outcome is being recorded", store: "Update:outcome" + during, requests: 1, verifies: true},
	{name: "after the outcome was recorded", store: "Update:outcome" + after, requests: 1, verifies: true},
	{name: "again, before it leases the intent", store: "Begin" + after, next: "Lease" + before},
	{name: "again, while it leases the intent", coordinator: dieReceived, next: "Lease" + during, requests: 1},
	{name: "again, with a lease", coordinator: dieReceived, next: "Lease" + after, requests: 1},
	{name: "again, while it reads the job", store: "Update:answer" + after, nextReading: true, requests: 1, verifies: true},
	{name: "again, before it records an outcome", coordinator: dieAnswered, next: "Update:outcome" + before, requests: 1, verifies: true},
	{name: "again, while it records an outcome", coordinator: dieReceived, next: "Update:outcome" + during, requests: 1},
	{name: "again, after it recorded an outcome", store: "Begin" + after, next: "Update:outcome" + after},
}

// order gives the steps of a lane in random order, each as often as the others.
func (l *lane) order(count int) []step {
	var all []step
	for len(all) < count {
		turn := slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return s.during == asking && !l.twoPersons })
		l.random.Shuffle(len(turn), func(i, k int) { turn[i], turn[k] = turn[k], turn[i] })
		all = append(all, turn...)
	}
	return all[:count]
}

// natures are those that let the plugin come to the step.
func (s step) natures() []nature {
	all := []nature{obeys, isSlow, isVague, isDeaf, endsItself}
	if !s.verifies {
		all = append(all, isRefused)
	}
	return all
}
