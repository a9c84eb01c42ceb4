package delivery

import (
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/forecast"
)

// Memory is what a tracker knows, as JSON for a store: enough for a new one to
// go on. The rates are not in it; they are measured anew.
type Memory struct {
	Nodes  []NodeMemory `json:"nodes,omitempty"`
	Pairs  []PairMemory `json:"pairs,omitempty"`
	Losses []Loss       `json:"losses,omitempty"`
}

// NodeMemory is what is remembered of a node.
type NodeMemory struct {
	Name     string    `json:"name"`
	Started  time.Time `json:"started,omitzero"`
	Answered time.Time `json:"answered,omitzero"`
	// Sent is the last counter; coordinator.NotKnown where it never told one.
	Sent int64 `json:"sent"`
	// Jobs counts the finished jobs that estimates are made from.
	Jobs int64 `json:"jobs,omitempty"`
}

// PairMemory is what is remembered of an ordered pair beside its losses.
type PairMemory struct {
	Node string `json:"node"`
	Peer string `json:"peer"`
	// Contact is the last contact, Sent and Recovered the counters then.
	Contact   time.Time `json:"contact,omitzero"`
	Sent      int64     `json:"sent"`
	Recovered int64     `json:"recovered"`
	// Earlier is a contact before it, older than the view's lag where there is
	// one, with its counters; nil: none.
	Earlier  *ContactMemory `json:"earlier,omitempty"`
	Releases int64          `json:"releases,omitempty"`
	Look     time.Time      `json:"look"`
}

// ContactMemory is one contact.
type ContactMemory struct {
	At        time.Time `json:"at"`
	Sent      int64     `json:"sent"`
	Recovered int64     `json:"recovered"`
}

// New makes a tracker that goes on from a memory; the zero Memory begins one.
func New(memory Memory) *Tracker {
	t := &Tracker{nodes: map[string]*node{}, pairs: map[pairKey]*pair{}, shown: map[string]*nodeLook{}}
	for _, known := range memory.Nodes {
		t.nodes[known.Name] = &node{
			name: known.Name, started: known.Started, sent: known.Sent, answered: known.Answered,
			everTold: known.Sent != notKnown, jobs: known.Jobs, rates: newRates(),
		}
	}
	for _, known := range memory.Pairs {
		row := t.pair(pairKey{known.Node, known.Peer})
		row.contact = contact{at: known.Contact, sent: known.Sent, recovered: known.Recovered}
		if known.Earlier != nil {
			row.marks = marks{{at: known.Earlier.At, sent: known.Earlier.Sent, recovered: known.Earlier.Recovered}}
		}
		row.releases, row.lookAt = known.Releases, known.Look
	}
	losses := slices.Clone(memory.Losses)
	slices.SortStableFunc(losses, compareLosses)
	for index := range losses {
		loss := losses[index]
		row := t.pair(pairKey{loss.Node, loss.Peer})
		if loss.Open() || loss.Outcome.Gone() || loss.ReturnedAt.IsZero() {
			t.keep(row.loss)
			row.loss = &loss
			continue
		}
		t.keep(&loss)
	}
	for index := range t.past {
		// Only one loss of a pair is open: an earlier one was never ended.
		if t.past[index].Open() {
			t.past[index].Ended, t.past[index].Outcome, t.past[index].Certainty = t.past[index].LastLook, OutcomeUnknown, Possible
		}
	}
	slices.SortStableFunc(t.past, func(a, b Loss) int { return a.Ended.Compare(b.Ended) })
	return t
}

// Memory is what the tracker knows now.
func (t *Tracker) Memory() Memory {
	memory := Memory{Losses: t.Losses()}
	for _, known := range t.nodes {
		memory.Nodes = append(memory.Nodes, NodeMemory{
			Name: known.name, Started: known.started, Answered: known.answered, Sent: known.sent, Jobs: known.jobs,
		})
	}
	for _, row := range t.pairs {
		known := PairMemory{
			Node: row.from, Peer: row.to, Contact: row.contact.at, Sent: row.contact.sent,
			Recovered: row.contact.recovered, Releases: row.releases, Look: row.lookAt,
		}
		if len(row.marks) > 0 {
			earlier := row.marks[0]
			known.Earlier = &ContactMemory{At: earlier.at, Sent: earlier.sent, Recovered: earlier.recovered}
		}
		memory.Pairs = append(memory.Pairs, known)
	}
	memory.sort()
	return memory
}

// sort gives a memory its one order.
func (m *Memory) sort() {
	slices.SortFunc(m.Nodes, func(a, b NodeMemory) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Pairs, func(a, b PairMemory) int {
		return (pairKey{a.Node, a.Peer}).compare(pairKey{b.Node, b.Peer})
	})
	slices.SortFunc(m.Losses, compareLosses)
}

// Undelivered lists what each node keeps for each peer that does not get it, as
// the forecast of a restart needs it.
func Undelivered(pairs []Pair) []forecast.Undelivered {
	var rows []forecast.Undelivered
	for _, pair := range pairs {
		if pair.Loss == nil || !pair.Loss.Open() {
			continue
		}
		events := pair.Undelivered
		if pair.Reach == Returning && pair.SentSinceLoss != nil && (events == nil || *events > pair.SentSinceLoss.Most) {
			events = &pair.SentSinceLoss.Most
		}
		rows = append(rows, forecast.Undelivered{Node: pair.Node, Peer: pair.Peer, Events: events})
	}
	return rows
}
