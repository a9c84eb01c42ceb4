package delivery_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
)

var errSilent = errors.New("no answer within 2 s")

// world is a cluster that keeps what an excluded peer did not get, as CloverDX
// describes it, and knows the truth.
type world struct {
	now      time.Time
	settings Settings
	names    []string
	// side is the part of the network that a node is in; view what it sees, as
	// the failure detection brings it up to date.
	side map[string]int
	view map[string][]string
	// silent nodes do not answer us.
	silent  map[string]bool
	sent    map[string]int64
	started map[string]time.Time
	// got is what a peer has delivered of a node's events.
	got map[string]map[string]int64
	// limit, gaps and the rest are told where they are set.
	limit   *int64
	gaps    map[string]int64
	asked   int64
	hidden  bool
	lag     int
	tracker *Tracker
	events  []Event
}

func newWorld(count int, settings Settings) *world {
	w := &world{
		now: noon, settings: settings, side: map[string]int{}, view: map[string][]string{}, silent: map[string]bool{},
		sent: map[string]int64{}, started: map[string]time.Time{}, got: map[string]map[string]int64{},
		limit: new(int64(1000)), gaps: map[string]int64{}, tracker: New(Memory{}),
	}
	for index := range count {
		name := fmt.Sprintf("node%02d", index+1)
		w.names = append(w.names, name)
		w.started[name], w.got[name] = noon.Add(-time.Hour), map[string]int64{}
	}
	w.detect()
	return w
}

// send lets every node send to the cluster; who is in the same part gets it.
func (w *world) send(events int64) {
	for _, from := range w.names {
		w.sent[from] += events
	}
	w.deliver()
}

// deliver brings what was sent to those who are in one part and one view.
func (w *world) deliver() {
	for _, from := range w.names {
		for _, to := range w.names {
			if w.side[from] == w.side[to] && w.sees(from, to) && w.sees(to, from) {
				w.got[to][from] = w.sent[from]
			}
		}
	}
}

func (w *world) sees(from, to string) bool {
	for _, member := range w.view[from] {
		if member == to {
			return true
		}
	}
	return false
}

// detect brings the views up to date.
func (w *world) detect() {
	for _, from := range w.names {
		w.view[from] = nil
		for _, to := range w.names {
			if w.side[from] == w.side[to] {
				w.view[from] = append(w.view[from], to)
			}
		}
	}
}

// late counts the polls since the views were right.
func (w *world) late() int {
	for _, from := range w.names {
		for _, to := range w.names {
			if (w.side[from] == w.side[to]) != w.sees(from, to) {
				w.lag++
				return w.lag
			}
		}
	}
	w.lag = 0
	return 0
}

// read is what one node tells now.
func (w *world) read(name string) coordinator.Node {
	node := coordinator.Node{Name: name, ReadAt: w.now}
	if w.silent[name] {
		node.Err = errSilent
		return node
	}
	node.View, node.StartedAt = w.view[name], new(w.started[name])
	if w.hidden {
		return node
	}
	node.Sent, node.SentLimit, node.Gaps, node.Held = new(w.sent[name]), w.limit, new(w.gaps[name]), new(int64(0))
	node.RequestsReceived, node.ResponsesSent = new(w.asked), new(int64(0))
	node.RequestsSent, node.ResponsesReceived = new(int64(0)), new(int64(0))
	return node
}

// snapshot is what a poll reads now.
func (w *world) snapshot() *coordinator.Snapshot {
	snapshot := &coordinator.Snapshot{ReadAt: w.now, Complete: true}
	for _, name := range w.names {
		snapshot.Nodes = append(snapshot.Nodes, w.read(name))
	}
	return snapshot
}

// poll takes a look, one interval after the last.
func (w *world) poll(finished map[string]int) []Event {
	w.now = w.now.Add(w.settings.PollInterval)
	return w.peek(finished)
}

// peek takes a look without moving the clock.
func (w *world) peek(finished map[string]int) []Event {
	w.events = w.tracker.Advance(w.snapshot(), finished, w.settings)
	return w.events
}

// pair gives a row of now.
func (w *world) pair(from, to int) Pair {
	for _, pair := range w.tracker.Pairs(w.now, w.settings) {
		if pair.Node == w.names[from] && pair.Peer == w.names[to] {
			return pair
		}
	}
	return Pair{}
}

// cut parts the last node from the others, and heal undoes it.
func (w *world) cut() {
	w.side[w.names[len(w.names)-1]] = 1
	w.detect()
}

func (w *world) heal() {
	clear(w.side)
	w.detect()
	w.deliver()
}
