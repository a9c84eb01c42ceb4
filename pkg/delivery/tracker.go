package delivery

import (
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// keepLosses is how long a closed loss is kept, maxLosses how many at most:
// with 30 nodes a view that flaps makes 870 a time.
const (
	keepLosses = 7 * 24 * time.Hour
	maxLosses  = 4000
	// keepPairs is how long a pair is remembered that nobody lists any more.
	keepPairs = 7 * 24 * time.Hour
)

// pairKey is an ordered pair.
type pairKey struct{ from, to string }

func (k pairKey) compare(other pairKey) int {
	if by := strings.Compare(k.from, other.from); by != 0 {
		return by
	}
	return strings.Compare(k.to, other.to)
}

// Tracker follows the deliveries between the nodes of one coordinator from
// look to look. It is not safe for concurrent use.
type Tracker struct {
	nodes map[string]*node
	pairs map[pairKey]*pair
	// past are closed losses that no pair holds any more, oldest first.
	past []Loss
	// listed are the nodes of the newest look, sorted, and shown what they said.
	listed []string
	shown  map[string]*nodeLook
	// told are the pairs of the newest look that the coordinator tells itself.
	told []pairKey
}

// Advance takes one look. finishedJobs counts, by node, the jobs that finished
// since the last call; nil where nobody counts them. It returns what changed,
// by node and peer. A snapshot without nodes and deliveries is no look.
func (t *Tracker) Advance(snapshot *coordinator.Snapshot, finishedJobs map[string]int, settings Settings) []Event {
	at := snapshot.ReadAt
	t.countJobs(finishedJobs)
	var events []Event
	if len(snapshot.Nodes) > 0 {
		events = t.advanceNodes(snapshot.Nodes, finishedJobs != nil, at, settings)
	}
	if snapshot.Deliveries != nil {
		t.told = t.told[:0]
	}
	for index := range snapshot.Deliveries {
		events = append(events, t.advanceTold(&snapshot.Deliveries[index], at, settings)...)
	}
	slices.SortFunc(t.told, pairKey.compare)
	t.forget(at)
	return events
}

// countJobs adds finished jobs to the estimates.
func (t *Tracker) countJobs(finishedJobs map[string]int) {
	for name, count := range finishedJobs {
		if known := t.nodes[name]; known != nil && count > 0 {
			known.jobs += int64(count)
		}
	}
}

// advanceNodes looks at every ordered pair of the nodes.
func (t *Tracker) advanceNodes(readings []coordinator.Node, jobsTold bool, at time.Time, settings Settings) (events []Event) {
	looks := make([]*nodeLook, 0, len(readings))
	t.shown = make(map[string]*nodeLook, len(readings))
	t.listed = t.listed[:0]
	gappy, silent := 0, false
	for index := range readings {
		if t.shown[readings[index].Name] != nil {
			continue
		}
		if jobsTold {
			t.remember(readings[index].Name).jobsTold = true
		}
		look := t.look(&readings[index], at)
		looks = append(looks, look)
		t.shown[look.Name] = look
		t.listed = append(t.listed, look.Name)
		silent = silent || !look.answers
		if look.answers && known(look.Gaps) > 0 {
			gappy++
		}
	}
	slices.Sort(t.listed)
	slices.SortFunc(looks, func(a, b *nodeLook) int { return strings.Compare(a.Name, b.Name) })
	seen := make([]*pair, 0, len(looks)*len(looks))
	towards := make(map[string]*needs, len(looks))
	for _, from := range looks {
		for _, to := range looks {
			if from == to {
				continue
			}
			row := t.pair(pairKey{from.Name, to.Name})
			row.told = nil
			changes, over := row.step(t.between(from, to, looks, at, settings, gappy, silent))
			events = append(events, changes...)
			t.keep(over)
			seen = append(seen, row)
			if row.loss != nil && row.loss.Open() {
				if towards[to.Name] == nil {
					towards[to.Name] = &needs{known: true}
				}
				towards[to.Name].add(row.loss)
			}
		}
	}
	for _, row := range seen {
		var sum needs
		if found := towards[row.to]; found != nil {
			sum = *found
		}
		changes, over := row.judge(settings, sum)
		events = append(events, changes...)
		t.keep(over)
		row.settle()
	}
	return events
}

// settle moves the contact and says how far the pair reaches, after what came
// of the loss is judged.
func (p *pair) settle() {
	look := p.newest
	open := p.loss != nil && p.loss.Open()
	if look.contact && !open && (look.atContact != notKnown || look.counter == notKnown || p.contact.sent == notKnown) {
		// A contact whose counter cannot be told does not take the place of one
		// whose counter is known.
		p.contact = contact{at: look.at, sent: look.atContact, recovered: look.recovered, raw: look.counter, lag: look.lag, shown: look.delivered != notKnown}
		p.marks.add(p.contact, look.detection)
	}
	switch {
	case look.side == apart:
		p.reach = Lost
	case look.side == unseen:
		p.reach = NotSeen
	case p.stands() && !p.moves:
		p.reach = Lost
	case open, !look.contact && (p.loss != nil || p.reach != Reachable):
		p.reach = Returning
	default:
		p.reach = Reachable
	}
}

// remember gives what is remembered of a node.
func (t *Tracker) remember(name string) *node {
	if t.nodes[name] == nil {
		t.nodes[name] = &node{name: name, sent: notKnown, rates: newRates()}
	}
	return t.nodes[name]
}

// pair gives what is remembered of a pair.
func (t *Tracker) pair(key pairKey) *pair {
	if t.pairs[key] == nil {
		t.pairs[key] = newPair(key.from, key.to)
	}
	return t.pairs[key]
}

// keep puts a loss that is over among the past ones.
func (t *Tracker) keep(over *Loss) {
	if over != nil {
		t.past = append(t.past, *over)
	}
}

// forget drops what is too old, and pairs that nobody lists any more.
func (t *Tracker) forget(at time.Time) {
	t.past = slices.DeleteFunc(t.past, func(loss Loss) bool { return at.Sub(loss.Ended) > keepLosses })
	if surplus := len(t.past) - maxLosses; surplus > 0 {
		t.past = slices.Delete(t.past, 0, surplus)
	}
	for key, row := range t.pairs {
		if row.loss != nil && !row.loss.Open() && at.Sub(row.loss.Ended) > keepLosses && !row.loss.ReturnedAt.IsZero() {
			row.loss = nil
		}
		if at.Sub(row.lookAt) <= keepPairs {
			continue
		}
		if row.loss != nil {
			if row.loss.Open() {
				row.end(at, OutcomeUnknown, Possible)
			}
			t.keep(row.loss)
		}
		delete(t.pairs, key)
	}
	for name, known := range t.nodes {
		if t.shown[name] == nil && at.Sub(known.answered) > keepPairs {
			delete(t.nodes, name)
		}
	}
}

// Losses are the open losses and those closed in the last 7 days, by node, peer
// and beginning.
func (t *Tracker) Losses() []Loss {
	losses := slices.Clone(t.past)
	for _, row := range t.pairs {
		if row.loss != nil {
			losses = append(losses, *row.loss)
		}
	}
	slices.SortFunc(losses, compareLosses)
	return losses
}

// compareLosses orders by node, peer and beginning.
func compareLosses(a, b Loss) int {
	if by := (pairKey{a.Node, a.Peer}).compare(pairKey{b.Node, b.Peer}); by != 0 {
		return by
	}
	return a.FirstMissed.Compare(b.FirstMissed)
}
