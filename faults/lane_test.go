//go:build unix

package faults_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/faults/host"
	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// cluster is the coordinator identity of the data sources (settings).
const cluster = "lake"

// lane is a store, a coordinator and a data source that outlive the plugins
// that are killed on them, one after the other.
type lane struct {
	t        *testing.T
	random   *rand.Rand
	program  string
	location string
	// witness reads the store from outside, as another process does.
	witness     *store.Store
	coordinator *double.Coordinator
	source      host.Source
	scope       watch.Scope
	// ahead is how far the clocks of the plugins are ahead by now.
	ahead  time.Duration
	rounds []*round

	// standby is the second plugin of a pair.
	standby *replica
	laneKind

	mu sync.Mutex
	// running is the plugin that is used; nil when none is.
	running *replica
	// stopping is the round whose stop request the coordinator expects, and
	// reading what it does before it shows a job.
	stopping *round
	reading  func(job string)
	faults   []string
}

// round is one action that is cut off by a death.
type round struct {
	number int
	step   step
	nature nature
	kind   action.Kind
	job    string
	// person asks for the action; second approves it, where the lane's policy
	// asks for that.
	person   *host.Person
	second   *host.Person
	plan     host.Answer
	approval host.Answer
	// answered: the coordinator answered the stop request.
	answered bool
	// reads counts the readings of the job since its stop request.
	reads int
}

// String names the round in failures.
func (r *round) String() string {
	return fmt.Sprintf("round %d (%s of a job that %s, killed %s)", r.number, r.kind, r.nature, r.step.name)
}

// laneKind is what is particular about a lane.
type laneKind struct {
	// twoPersons: the policy asks for a second person for everything.
	twoPersons bool
	// pair: a second plugin stands by all the time and takes over, as the other
	// Grafana of two does.
	pair bool
}

// String names it in the test's output.
func (k laneKind) String() string {
	switch {
	case k.twoPersons:
		return "two persons"
	case k.pair:
		return "two plugins"
	}
	return "one person"
}

func newLane(t *testing.T, program, location string, random *rand.Rand, kind laneKind) *lane {
	t.Helper()
	witness, err := store.Open(t.Context(), location)
	must(t, err)
	l := &lane{t: t, random: random, program: program, location: location, witness: witness, coordinator: double.New(), laneKind: kind}
	l.coordinator.OnStop(l.react)
	l.coordinator.OnRead(l.read)
	policy := map[string]any{"secondPerson": "off"}
	if kind.twoPersons {
		policy["secondPerson"] = "all"
	}
	l.source = host.Source{ID: 1, OrgID: 1, UID: "lake", Settings: settings(l.coordinator.URL(), policy), Saved: time.Now()}
	l.scope = watch.Scope{OrgID: l.source.OrgID, DataSourceUID: l.source.UID}
	t.Cleanup(func() {
		l.end()
		l.coordinator.Close()
		must(t, witness.Close())
	})
	return l
}

// use has a plugin run: the one that stands by, or else a new one.
func (l *lane) use() {
	l.t.Helper()
	if l.plugin() != nil {
		return
	}
	if l.standby != nil {
		l.run(l.standby)
		l.standby = nil
		return
	}
	l.run(startReplica(l.t, l.program, l.location, l.ahead))
}

// standBy has a second plugin watch the same, where the lane is a pair.
func (l *lane) standBy() {
	l.t.Helper()
	if l.pair && l.standby == nil {
		l.standby = startReplica(l.t, l.program, l.location, l.ahead)
		l.standby.look([]host.Source{l.source})
	}
}

// plugin is the one that runs; nil when none does.
func (l *lane) plugin() *replica {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running
}

func (l *lane) run(plugin *replica) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = plugin
}

// end kills the plugin that runs.
func (l *lane) end() {
	if plugin := l.plugin(); plugin != nil {
		plugin.kill()
		l.run(nil)
	}
}

// died waits for the death of the plugin.
func (l *lane) died(r *round) {
	l.t.Helper()
	if err := l.plugin().WaitForEnd(l.t.Context()); err != nil {
		l.t.Fatalf("%s was not killed: %v\n%s", r, err, l.plugin().log.String())
	}
	l.end()
}

// forward lets time pass.
func (l *lane) forward(by time.Duration) {
	l.t.Helper()
	l.ahead += by
	for _, plugin := range []*replica{l.plugin(), l.standby} {
		if plugin != nil {
			plugin.forward(by)
		}
	}
}

// look makes the data source's instance and has it read the coordinator, where
// the last reading is old. The plugin may die of it.
func (l *lane) look() { _, _ = l.plugin().Jobs(l.t.Context(), l.source) }

// save makes a new instance, whose first work it is to reconcile.
func (l *lane) save() {
	l.source.Saved = l.source.Saved.Add(time.Second)
	l.look()
}

// watched lets all guards pass that ask for a time. The plugin that stands by
// looks as well, as often as the other.
func (l *lane) watched() {
	l.t.Helper()
	for range 2 {
		l.forward(watchedFor)
		l.look()
		if l.standby != nil {
			l.standby.look([]host.Source{l.source})
		}
	}
	if l.standby != nil {
		l.look()
	}
}

// react is the coordinator's reaction to a stop request.
func (l *lane) react(stop double.Stop) double.Reaction {
	l.mu.Lock()
	r := l.stopping
	l.mu.Unlock()
	if r == nil || r.job != stop.Job || stop.Force != (r.kind == action.KindForceStop) {
		l.fault("a stop request came that nobody made in %v: %+v", r, stop)
		return double.Reaction{}
	}
	// Is the record there, for everybody, before the request?
	intent, found, err := l.witness.InFlight(l.t.Context(), cluster, coordinator.JobID(stop.Job))
	approved := !l.twoPersons || intent.Approver != nil && intent.Approver.Login == r.second.Login
	if err != nil || !found || intent.Actor.Login != r.person.Login || intent.Reason != host.Reason || !approved {
		l.fault("%s: its stop request came without a record: %+v, %v", r, intent, err)
	}
	reaction := r.nature.reaction()
	switch r.step.coordinator {
	case dieReceived:
		l.plugin().Signal()
		reaction.Silent = true
	case dieAnswered:
		l.answer(r)
		reaction.Answered = l.plugin().Signal
	default:
		l.answer(r)
	}
	return reaction
}

func (l *lane) answer(r *round) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.answered = true
}

// read is what happens before the coordinator shows a job.
func (l *lane) read(job string) {
	l.mu.Lock()
	r, reading := l.stopping, l.reading
	l.mu.Unlock()
	if r == nil || r.job != job {
		return
	}
	if len(l.coordinator.Stops(job)) > 0 {
		l.mu.Lock()
		r.reads++
		reads := r.reads
		l.mu.Unlock()
		if reads > slowReads {
			if ends := r.nature.later(); ends != "" {
				l.coordinator.Set(job, ends)
			}
		}
	}
	if reading != nil {
		reading(job)
	}
}

// onReading sets what happens when a job is read; nil for nothing.
func (l *lane) onReading(do func(job string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reading = do
}

// fault notes what must not be; it is called from other goroutines.
func (l *lane) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// noFaults fails the test where something was noted.
func (l *lane) noFaults() {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, fault := range l.faults {
		l.t.Error(fault)
	}
	if len(l.faults) > 0 {
		l.t.FailNow()
	}
}
