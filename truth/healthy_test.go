package truth

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unjam/unjam-jobs-app/bench/crowd"
	"github.com/unjam/unjam-jobs-app/pkg/process"
	"github.com/unjam/unjam-jobs-app/truth/asking"
	"github.com/unjam/unjam-jobs-app/truth/rules"
)

const (
	healthyPoll = 10 * time.Second
	healthyDay  = 24 * time.Hour
	healthyJobs = 60
	// evaluateEvery is the interval of the shipped rules.
	evaluateEvery = 30 * time.Second
	// A blip is shorter than any outage that an operator is told of.
	blip = 20 * time.Second
	// A cancel ends its job within some polls, a savepoint within minutes.
	longestCancel    = 25 * time.Second
	longestSavepoint = 4 * time.Minute
	savepointing     = "DOING_SAVEPOINT"
	daySeed          = 11
)

// What an operator provisions, of a SeaTunnel and of a CloverDX.
const (
	seaTunnelRules = "../provisioning/alerting/unjam.yaml"
	cloverRules    = "../provisioning/cloverdx/alerting/unjam-delivery.yaml"
)

// TestAHealthyDayIsSilent lets a cluster live through a day on which much
// happens and nothing is wrong: jobs come and go, cancels and savepoints take
// their time, masters change, workers restart one after the other, and
// connections fail for seconds. No rule that Unjam ships may fire.
func TestAHealthyDayIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		day := newDay(t)
		began := time.Now()
		fired := map[string]int{}
		evaluated := 0
		for time.Since(began) < healthyDay {
			day.live(time.Since(began))
			for _, rule := range day.evaluate(t, time.Since(began)) {
				if fired[rule]++; fired[rule] == 1 {
					t.Errorf("rule %s fires after %s, and nothing is wrong", rule, time.Since(began))
				}
			}
			evaluated++
			time.Sleep(time.Until(began.Add(time.Duration(evaluated) * evaluateEvery)))
		}
		t.Logf("%d jobs, %d cancels, %d savepoints, %d changes of master, %d restarts of workers, %d blips; %d evaluations of %d rules",
			day.crowd.Begun(), day.cancels, day.savepoints, day.failovers, day.restarts, day.blips, evaluated, len(day.rules))
		if day.cancels < 500 || day.savepoints < 50 || day.failovers < 4 || day.restarts < 8 || day.blips < 10 {
			t.Error("not much happened on this day")
		}
		day.end(t)
	})
}

// TestASickDayIsNot shows that the day before is silent for a reason: a job that
// hangs in it, and an outage, are told.
func TestASickDayIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		day := newDay(t)
		began := time.Now()
		hangs := day.crowd.Open()[0]
		fired := map[string]time.Duration{}
		for step := range int(40 * time.Minute / evaluateEvery) {
			at := time.Since(began)
			switch {
			case step == 10:
				day.crowd.Set(hangs, crowd.Canceling)
			case at > 20*time.Minute:
				day.down.Store(true)
			}
			for _, rule := range day.evaluate(t, at) {
				if _, before := fired[rule]; !before {
					fired[rule] = at
				}
			}
			time.Sleep(time.Until(began.Add(time.Duration(step+1) * evaluateEvery)))
		}
		t.Logf("%v", fired)
		for rule, latest := range map[string]time.Duration{
			"unjam-canceling-warning": 5*time.Minute + 180*time.Second + 2*evaluateEvery, "unjam-watchdog": 20*time.Minute + 4*time.Minute,
		} {
			if at, told := fired[rule]; !told || at > latest {
				t.Errorf("%s fired after %s (%v), and should by %s", rule, at, told, latest)
			}
		}
		day.end(t)
	})
}

// day is a cluster with a plugin that watches it.
type day struct {
	crowd  *crowd.Crowd
	random *rand.Rand
	down   atomic.Bool
	shared *process.Process
	source *asking.Source
	rules  []*rules.Rule

	masters                                         []string
	cancels, savepoints, failovers, restarts, blips int
}

func newDay(t *testing.T) *day {
	d := &day{crowd: crowd.New(healthyJobs, 1_900, nil), random: rand.New(rand.NewPCG(daySeed, daySeed)), masters: []string{"10.0.0.1:5801", "10.0.0.4:5801"}}
	network := crowd.Transport{Handler: d.crowd}
	reads := func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if d.down.Load() {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			return network.RoundTrip(r)
		})
	}
	location := "sqlite:" + filepath.Join(t.TempDir(), "unjam.db")
	d.shared = process.Open(t.Context(), location, location, slog.New(slog.DiscardHandler), process.WithReads(reads))
	var err error
	if d.source, err = asking.Open(t.Context(), d.shared, []byte(`{"urls":["http://master.example:8080"],"workerUrls":["http://worker.example:8080"],"clusterId":"lake"}`), nil); err != nil && !errors.Is(err, asking.ErrUnhealthy) {
		t.Fatal(err)
	}
	if d.rules, err = rules.Load(seaTunnelRules); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * healthyPoll) // Grafana evaluates some time after it has loaded the plugin.
	return d
}

func (d *day) end(t *testing.T) {
	d.source.Close()
	if err := d.shared.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Hour) // what was to happen to jobs has happened
}

func (d *day) evaluate(t *testing.T, at time.Duration) (firing []string) {
	for _, rule := range d.rules {
		found, err := rule.Firing(t.Context(), d.source)
		if err != nil {
			t.Fatalf("after %s: %v", at, err)
		}
		if len(found) > 0 {
			firing = append(firing, rule.UID)
		}
	}
	return firing
}

// live is what happens in half a minute.
func (d *day) live(at time.Duration) {
	open := d.crowd.Open()
	one := open[d.random.IntN(len(open))]
	switch d.random.IntN(3) {
	case 0:
		d.cancels++
		d.passes(one, crowd.Canceling, crowd.Canceled, longestCancel)
	case 1:
		d.crowd.Set(one, crowd.Finished)
	}
	for len(d.crowd.Open()) < healthyJobs {
		d.crowd.Add()
	}
	minute := int(at / time.Minute)
	if at%time.Minute != 0 {
		return
	}
	switch {
	case minute%10 == 3:
		d.savepoints++
		d.passes(open[0], savepointing, crowd.Finished, longestSavepoint)
	case minute%360 == 120:
		d.fail()
	case minute%300 == 200:
		d.restart("10.0.0.2:5801", "10.0.0.3:5801")
	case minute%300 == 205:
		d.restart("10.0.0.3:5801", "10.0.0.2:5801")
	case minute%90 == 45:
		d.blips++
		// So that the rules are evaluated in the middle of it.
		time.AfterFunc(evaluateEvery-blip/2, func() { d.down.Store(true) })
		time.AfterFunc(evaluateEvery+blip/2, func() { d.down.Store(false) })
	}
}

// passes brings a job into a state and, some time later, to its end.
func (d *day) passes(id, state, end string, longest time.Duration) {
	d.crowd.Set(id, state)
	time.AfterFunc(time.Duration(d.random.Int64N(int64(longest))), func() { d.crowd.Set(id, end) })
}

// fail lets the standby take over: it restores the jobs within seconds.
func (d *day) fail() {
	d.failovers++
	d.masters[0], d.masters[1] = d.masters[1], d.masters[0]
	d.crowd.SetMembers(d.masters[0], "10.0.0.2:5801", "10.0.0.3:5801")
	for _, id := range d.crowd.Open() {
		d.passes(id, crowd.Unknowable, crowd.Running, longestCancel/2)
	}
}

// restart lets a worker be away for a minute.
func (d *day) restart(worker, other string) {
	d.restarts++
	d.crowd.SetMembers(d.masters[0], other)
	time.AfterFunc(time.Minute, func() { d.crowd.SetMembers(d.masters[0], worker, other) })
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
