package soak

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/unjam/unjam-jobs-app/bench/crowd"
)

const (
	// interval is the default between two polls; a day has dayPolls of it.
	interval = 10 * time.Second
	dayPolls = 8640
	// perMinute and perHour are the steps of a minute and of an hour.
	perMinute = 6
	perHour   = 360
	// openJobs is about how many jobs are open; a job body has jobBytes.
	openJobs = 40
	jobBytes = 1_900
	// hangsFor is how long a job hangs that somebody cancels, in steps.
	hangsFor = 20 * perMinute
	// down is how long a restart takes.
	down = 30 * time.Second
	// seed repeats the order in which jobs end.
	seed = 7
)

// What may be more at hour 12 and 24 than at hour 2. The heap holds what is told
// of jobs that have ended: a few hundred bytes for each of some hundred more.
const (
	moreGoroutines = 3
	moreHeap       = 3 << 20
	// mostFile bounds the store's file, mostRows the rows that are no episode of
	// a job; an episode is a state of a job, of which each job here has at most
	// mostEpisodes under each master.
	mostFile = 24 << 20
	// pollTolerance is how far the polls may be off what is explained, in parts
	// of all: the jitter of the waits does not quite cancel out.
	pollTolerance = 0.005
)

// use is what the process takes at a moment.
type use struct {
	hour, goroutines int
	heap             uint64
	file             int64
	rows             map[string]int
	polls            float64
}

func (u use) String() string {
	return fmt.Sprintf("hour %2d: %d goroutines, heap %.2f MB, store %.2f MB, %.0f polls, rows %v", u.hour, u.goroutines, float64(u.heap)/1e6, float64(u.file)/1e6, u.polls, u.rows)
}

// day is a coordinator's day.
type day struct {
	*grafana
	network *network
	crowd   *crowd.Crowd
	random  *rand.Rand
	file    string
	hanging map[string]int
	masters []string
}

// TestADayOfPollsDoesNotGrow lets the process poll for 24 h of fake time, with
// all faults every hour.
func TestADayOfPollsDoesNotGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t)
		d.start()
		began := time.Now()
		var uses []use
		for step := range dayPolls {
			d.happen(step)
			d.look(step)
			time.Sleep(time.Until(began.Add(time.Duration(step+1) * interval)))
			if hour := (step + 1) / perHour; (step+1)%perHour == 0 && slices.Contains([]int{2, 12, 24}, hour) {
				uses = append(uses, d.use(hour))
				t.Log(uses[len(uses)-1])
			}
		}
		polls := d.polled()
		d.stop()
		time.Sleep(time.Minute) // the SDK disposes of the last instances
		d.isSteady(uses)
		d.explains(polls, began)
	})
}

func newDay(t *testing.T) *day {
	d := &day{
		grafana: &grafana{t: t, settings: map[string]any{"urls": []string{"http://master.example:8080"}, "workerUrls": []string{"http://worker.example:8080"}, "clusterId": "crowd", "username": "unjam"}, password: "first"},
		random:  rand.New(rand.NewPCG(seed, seed)), hanging: map[string]int{}, masters: []string{"10.0.0.1:5801", "10.0.0.4:5801"},
	}
	d.crowd = crowd.New(openJobs, jobBytes, nil)
	d.network = &network{crowd: crowd.Transport{Handler: d.crowd}, weather: fair, polls: make([]pollBegan, 0, 2*dayPolls)}
	d.file = filepath.Join(t.TempDir(), "unjam.db")
	d.location = "sqlite:" + d.file
	d.reads = func(http.RoundTripper) http.RoundTripper { return d.network }
	return d
}

// happen is what happens in an hour, which is like any other: outages, answers
// that hang or are none, a failover, a worker that goes and comes, saves. The
// process is restarted in the first two hours alone, so that what grows has the
// other 22 to show it.
func (d *day) happen(step int) {
	minute, hour := step%perHour/perMinute, step/perHour
	if step%perMinute != 0 {
		return
	}
	d.jobs(step)
	switch minute {
	case 5:
		d.network.set(refused)
	case 12:
		d.network.set(hanging)
	case 18:
		d.network.set(malformed)
	case 24:
		d.network.set(listHangs)
	case 8, 14, 20, 26:
		d.network.set(fair)
	case 30:
		slices.Reverse(d.masters)
		d.crowd.SetMembers(d.masters[0], "10.0.0.2:5801", "10.0.0.3:5801")
	case 36:
		d.crowd.SetMembers(d.masters[0], "10.0.0.2:5801")
	case 38:
		d.crowd.SetMembers(d.masters[0], "10.0.0.2:5801", "10.0.0.3:5801")
	case 42: // saved with other thresholds: the watcher goes on
		d.settings["stuckAfterSeconds"] = 120 + hour
		d.save()
	case 46: // saved with another password: another watcher
		d.password = fmt.Sprint("password ", hour)
		d.network.disturb()
		d.save()
	case 50:
		if hour < 2 {
			d.network.disturb()
			d.stop()
			time.Sleep(down)
			d.start()
		}
	}
}

// jobs lets one begin and one end in every minute, and cancels one every ten
// that hangs for a while.
func (d *day) jobs(step int) {
	d.crowd.Add()
	open := d.crowd.Open()
	id := open[d.random.IntN(len(open))]
	if _, hangs := d.hanging[id]; !hangs && len(open) > openJobs {
		d.crowd.Set(id, crowd.Finished)
	}
	for id, since := range d.hanging {
		if step-since >= hangsFor {
			d.crowd.Set(id, crowd.Canceled)
			delete(d.hanging, id)
		}
	}
	if step%(10*perMinute) == 0 {
		d.crowd.Set(open[0], crowd.Canceling)
		d.hanging[open[0]] = step
	}
}

// look is what panels and rules ask in an interval. What they are told is other
// tests' matter; here they are told something, or why not.
func (d *day) look(step int) {
	rule := map[string]string{"FromAlert": "true"}
	d.ask("jobs", map[string]any{"stuckOnly": true}, nil)
	d.ask("metric", map[string]any{"metric": "stuck_jobs"}, rule)
	d.ask("metric", map[string]any{"metric": "canceling_age_seconds"}, rule)
	if answer := d.ask("metric", map[string]any{"metric": "poll_age_seconds"}, rule); answer.Error != nil {
		d.t.Errorf("step %d: the watchdog's metric fails: %v", step, answer.Error)
	}
	if step%perMinute == 0 {
		d.ask("events", nil, nil)
		d.ask("states", map[string]any{"limit": 100}, nil)
	}
}

// use looks when everything has settled.
func (d *day) use(hour int) use {
	d.t.Helper()
	synctest.Wait()
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	u := use{hour: hour, goroutines: runtime.NumGoroutine(), heap: memory.HeapAlloc, polls: d.polled(), rows: d.rows()}
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(d.file + suffix); err == nil {
			u.file += info.Size()
		}
	}
	return u
}

// rows counts those of every table of the store.
func (d *day) rows() map[string]int {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.file+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	names, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		d.t.Fatal(err)
	}
	var tables []string
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			d.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := names.Close(); err != nil {
		d.t.Fatal(err)
	}
	rows := map[string]int{}
	for _, table := range tables {
		var count int
		if err := db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&count); err != nil {
			d.t.Fatal(err)
		}
		if count > 0 {
			rows[table] = count
		}
	}
	return rows
}

// isSteady compares the later uses with the first.
func (d *day) isSteady(uses []use) {
	d.t.Helper()
	first := uses[0]
	for _, later := range uses[1:] {
		if later.goroutines > first.goroutines+moreGoroutines {
			d.t.Errorf("goroutines grow: %v, then %v\n%s", first, later, stacks())
		}
		if later.heap > first.heap+moreHeap {
			d.t.Errorf("the heap grows: %v, then %v", first, later)
		}
		if later.file > mostFile {
			d.t.Errorf("the store's file grows: %v", later)
		}
	}
	last := uses[len(uses)-1]
	if most := d.mostEpisodes(); last.rows["episodes"] > most {
		d.t.Errorf("%d episodes of %d jobs, at most %d: %v", last.rows["episodes"], d.crowd.Begun(), most, last)
	}
}

// mostEpisodes is how many there can be: each job begins, perhaps hangs, and
// ends; the open ones begin another with every change of master, twice with
// that of the watcher's own after a restart.
func (d *day) mostEpisodes() int { return 3*d.crowd.Begun() + 2*24*(openJobs+hangsFor) }

func stacks() string {
	all := make([]byte, 1<<20)
	return strings.TrimSpace(string(all[:runtime.Stack(all, true)]))
}

// explains holds that the polls of a day are as many as the interval says,
// without those that backoff, slow failures and restarts left out: whatever
// comes in fair weather comes in time.
func (d *day) explains(counted float64, began time.Time) {
	d.t.Helper()
	polls := d.network.begun()
	leftOut, off := polls[0].at.Sub(began), 0
	for index := 1; index < len(polls); index++ {
		gap := polls[index].at.Sub(polls[index-1].at)
		switch {
		case polls[index].disturbed || polls[index-1].disturbed:
			leftOut += gap - interval
		case gap < 9*time.Second || gap > 11*time.Second:
			off++
			d.t.Logf("%s lies between two polls at %s", gap, polls[index].at)
		}
	}
	explained := counted + leftOut.Seconds()/interval.Seconds()
	d.t.Logf("%.0f polls, %d seen by the coordinator; %.0f left out by faults and restarts; %d requests", counted, len(polls), leftOut.Seconds()/interval.Seconds(), d.network.requests)
	if difference := explained - dayPolls; difference > dayPolls*pollTolerance || difference < -dayPolls*pollTolerance {
		d.t.Errorf("%.0f polls and %.0f left out are not %d", counted, leftOut.Seconds()/interval.Seconds(), dayPolls)
	}
	if off > 0 {
		d.t.Errorf("%d polls in fair weather did not come in time", off)
	}
}
