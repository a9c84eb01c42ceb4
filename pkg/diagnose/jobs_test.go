package diagnose_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	. "github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

const (
	stuckJob = coordinator.JobID("1176961102764834817")
	otherJob = coordinator.JobID("1176961102765031425")
)

// says is a worker's answer with the jobs whose task threads it has.
func says(address string, jobs ...coordinator.JobID) coordinator.WorkerThreads {
	worker := coordinator.WorkerThreads{Address: address, Tasks: map[coordinator.JobID]int{}}
	for _, job := range jobs {
		worker.Tasks[job] = 3
	}
	return worker
}

func silent(address string) coordinator.WorkerThreads {
	return coordinator.WorkerThreads{Address: address, Err: coordinator.ErrUnreachable}
}

// zeta is a healthy cluster with one worker at 12:20, whose threads were looked
// at twice: another job runs there, the stuck one does not.
func zeta(change ...func(*Cluster)) Cluster {
	c := Cluster{
		Now: minutes(20), StuckAfter: 3 * time.Minute,
		Policy: Policy{Canceling: 3 * time.Minute, Failing: 3 * time.Minute, Savepointing: 3 * time.Minute, Settle: time.Minute, SavepointStall: 10 * time.Minute},
		Master: "m1:5801", MasterSince: minutes(0), Masters: []coordinator.MasterView{{Address: "http://m1:8080", Master: "m1:5801"}},
		Members: []string{"m1:5801", "w1:5802"}, Workers: 1, ForceStop: coordinator.Capability{Supported: true}, TaskThreads: coordinator.Capability{Supported: true},
		Looks:   []Look{{minutes(19.5), []coordinator.WorkerThreads{says("http://w1:8080", otherJob)}}, {minutes(19.8), []coordinator.WorkerThreads{says("http://w1:8080", otherJob)}}},
		Running: []coordinator.JobID{otherJob},
	}
	for _, one := range change {
		one(&c)
	}
	return c
}

// canceling is a job in CANCELING for ten minutes.
func canceling(change ...func(*Late)) Late {
	l := Late{Job: stuckJob, State: coordinator.StateCanceling, Word: "CANCELING", Since: minutes(10), WatchedSince: minutes(10), Listed: true, Ran: []string{"w1:5802"}}
	for _, one := range change {
		one(&l)
	}
	return l
}

// threads replaces what the workers say, in both looks or in the newest ones.
func threads(looks ...[]coordinator.WorkerThreads) func(*Cluster) {
	return func(c *Cluster) {
		c.Looks = nil
		for i, workers := range looks {
			c.Looks = append(c.Looks, Look{minutes(19.8 - 0.3*float64(len(looks)-1-i)), workers})
		}
	}
}

func both(workers ...coordinator.WorkerThreads) func(*Cluster) { return threads(workers, workers) }

func state(state coordinator.State, word string) func(*Late) {
	return func(l *Late) { l.State, l.Word = state, word }
}

// Design §6, SeaTunnel: each rule with what makes it speak, and what it lacks.
func TestJobRules(t *testing.T) {
	disagree := func(c *Cluster) {
		c.Masters = append(c.Masters, coordinator.MasterView{Address: "http://m2:8080", Master: "m2:5801"}, coordinator.MasterView{Address: "http://m3:8080", Err: coordinator.ErrUnreachable})
	}
	noWorkers := func(c *Cluster) {
		c.Looks, c.TaskThreads = nil, coordinator.Capability{Reason: "No worker addresses are set."}
	}
	young := func(l *Late) { l.Since, l.WatchedSince = minutes(19.4), minutes(19.4) }
	savepointing := canceling(state(coordinator.StateSavepointing, "DOING_SAVEPOINT"))
	cases := []struct {
		name       string
		cluster    Cluster
		job        Late
		cause      Cause
		outlook    Outlook
		confidence delivery.Certainty
		advice     string
		needs      string
	}{
		{"lost", zeta(), canceling(), CauseStatusLost, CannotRecover, delivery.Proven, "Force stop the job", ""},
		{"lost, an engine without force stop", zeta(func(c *Cluster) { c.ForceStop = coordinator.Capability{} }), canceling(), CauseStatusLost, CannotRecover, delivery.Proven, "no force stop. Fail over the active master", ""},
		{"lost, one look", zeta(threads([]coordinator.WorkerThreads{says("http://w1:8080", otherJob)})), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "A second look"},
		{"lost, looks too close", zeta(func(c *Cluster) { c.Looks[0].At = c.Looks[1].At.Add(-9 * time.Second) }), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "at least 10s"},
		{"lost, one look before it was canceling", zeta(), canceling(func(l *Late) { l.WatchedSince = minutes(19.6) }), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "A second look"},
		{"lost, master not the same", zeta(func(c *Cluster) { c.MasterSince = minutes(19.6) }), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "The same master"},
		{"lost, master not known", zeta(func(c *Cluster) { c.MasterSince = time.Time{} }), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "The same master"},
		{"lost, others are restored", zeta(func(c *Cluster) { c.Restoring = 1 }), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "No restore"},
		{"lost, not listed", zeta(), canceling(func(l *Late) { l.Listed = false }), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "The newest list"},
		{"lost, workers not counted", zeta(func(c *Cluster) { c.Workers = coordinator.NotKnown }), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "How many workers"},
		{"lost, thread sharing not known", zeta(both(says("http://w1:8080")), func(c *Cluster) { c.Running = nil }), canceling(), CauseStatusLost, CannotRecover, delivery.Likely, "Force stop", "Thread sharing must be known"},
		{"lost, a master with slots not asked", zeta(func(c *Cluster) { c.Workers = 2 }), canceling(), CauseNotKnown, MayRecover, delivery.Possible, "Cancel the job again", "the master counts 2, and 1 answered"},
		{"lost, a worker silent", zeta(both(says("http://w1:8080", otherJob), silent("http://w2:8080"))), canceling(), CauseNotKnown, MayRecover, delivery.Possible, "Cancel the job again", "An answer from http://w2:8080"},
		{"lost, threads have no names", zeta(both(says("http://w1:8080"))), canceling(), CauseNotKnown, MayRecover, delivery.Possible, "Cancel the job again", "thread sharing switched on"},
		{"no worker configured", zeta(noWorkers), canceling(), CauseNotKnown, MayRecover, delivery.Possible, "Cancel the job again", "No worker addresses are set."},
		{"not asked yet", zeta(threads()), canceling(), CauseNotKnown, MayRecover, delivery.Possible, "Cancel the job again", "have not been asked"},
		{"failing", zeta(), canceling(state(coordinator.StateFailing, "FAILING")), CauseNotKnown, MayRecover, delivery.Possible, "Look into the logs", ""},

		{"not delivered, the worker left", zeta(both(says("http://w1:8080", stuckJob)), func(c *Cluster) { c.Left = []Departure{{Member: "w1:5802", At: minutes(9)}} }), canceling(), CauseUndelivered, MayRecover, delivery.Likely, "Cancel the job again. If", ""},
		{"not delivered, the worker is no member", zeta(both(says("http://w1:8080", stuckJob)), func(c *Cluster) { c.Members = []string{"m1:5801"} }), canceling(), CauseUndelivered, MayRecover, delivery.Likely, "Cancel the job again. If", ""},
		{"the worker was back before the cancel", zeta(both(says("http://w1:8080", stuckJob)), func(c *Cluster) { c.Left = []Departure{{"w1:5802", minutes(2), minutes(3)}} }), canceling(), CauseWillNotStop, MayRecover, delivery.Proven, "connectors on http://w1:8080", ""},
		{"will not stop", zeta(both(says("http://w1:8080", stuckJob))), canceling(), CauseWillNotStop, MayRecover, delivery.Proven, "zombie", ""},
		{"will not stop, one look", zeta(threads([]coordinator.WorkerThreads{says("http://w1:8080", stuckJob)})), canceling(), CauseWillNotStop, MayRecover, delivery.Likely, "zombie", "A second look"},
		{"will not stop, members not told", zeta(both(says("http://w1:8080", stuckJob)), func(c *Cluster) { c.Members = nil }), canceling(), CauseWillNotStop, MayRecover, delivery.Proven, "zombie", ""},

		{"deadlocked", zeta(both(silent("http://w1:8080")), func(c *Cluster) {
			c.Workers, c.Members, c.Left = 0, []string{"m1:5801"}, []Departure{{Member: "w1:5802", At: minutes(9.9)}}
		}), canceling(func(l *Late) { l.ForceAt = minutes(18) }), CauseDeadlocked, CannotRecover, delivery.Likely, "Fail over the active master: another force stop", "thread dump"},
		{"force stop sent just now", zeta(), canceling(func(l *Late) { l.ForceAt = minutes(19.5) }), CauseStatusLost, CannotRecover, delivery.Proven, "Force stop", ""},
		{"the only worker killed", zeta(both(silent("http://w1:8080")), func(c *Cluster) { c.Workers, c.Members = 0, []string{"m1:5801"} }), canceling(), CauseDeadlocked, CannotRecover, delivery.Likely, "Fail over the active master: it seems", "thread dump"},
		{"the only worker killed just now", zeta(both(silent("http://w1:8080")), func(c *Cluster) {
			c.Workers, c.Members, c.Left = 0, []string{"m1:5801"}, []Departure{{Member: "w1:5802", At: minutes(19.8)}}
		}), canceling(), CauseNotKnown, MayRecover, delivery.Possible, "Cancel the job again", "An answer from http://w1:8080"},
		{"no worker counted, one answers", zeta(func(c *Cluster) { c.Workers = 0 }), canceling(), CauseStatusLost, CannotRecover, delivery.Proven, "Force stop", ""},

		{"restoring", zeta(), canceling(func(l *Late) { l.RestoringSince = minutes(19.5) }), CauseRestore, WillRecover, delivery.Likely, "Wait until the master has restored", ""},
		{"restoring too long", zeta(), canceling(func(l *Late) { l.RestoringSince = minutes(18) }), CauseRestore, MayRecover, delivery.Likely, "longer than a master should need", ""},
		{"a young job under a new master", zeta(func(c *Cluster) { c.MasterChangedAt = minutes(19.5) }), canceling(young), CauseRestore, WillRecover, delivery.Likely, "Wait", ""},
		{"the master has settled", zeta(func(c *Cluster) { c.MasterChangedAt = minutes(18.9) }), canceling(), CauseStatusLost, CannotRecover, delivery.Proven, "Force stop", ""},

		{"savepoint, not asked", zeta(), savepointing, CauseSavepoint, MayRecover, delivery.Possible, "Do not force stop it blindly", "not asked yet"},
		{"savepoint, not told", zeta(), canceling(state(coordinator.StateSavepointing, ""), func(l *Late) {
			l.Checkpoint = &Checkpoint{At: minutes(19), Err: errors.New("a checkpoint is in progress")}
		}), CauseSavepoint, MayRecover, delivery.Possible, "Wait", "a checkpoint is in progress"},
		{"savepoint stalled", zeta(), canceling(state(coordinator.StateSavepointing, ""), func(l *Late) { l.Checkpoint = &Checkpoint{At: minutes(19), Last: minutes(10)} }), CauseSavepoint, MayRecover, delivery.Likely, "does not go on", ""},
		{"savepoint, none ever", zeta(), canceling(state(coordinator.StateSavepointing, ""), func(l *Late) { l.Checkpoint, l.Since = &Checkpoint{At: minutes(19)}, minutes(9) }), CauseSavepoint, MayRecover, delivery.Likely, "does not go on", ""},

		{"cancel without effect", zeta(), canceling(state(coordinator.StateRunning, "RUNNING"), func(l *Late) { l.CancelAt = minutes(16) }), CauseCancel, CannotRecover, delivery.Likely, "Cancel the job again", ""},
		{"split, and running", zeta(disagree), canceling(state(coordinator.StateRunning, "RUNNING"), func(l *Late) { l.Forgotten = &Forgotten{} }), CauseSplit, MayRecover, delivery.Proven, "End the split first", ""},
	}
	seen := map[Cause]bool{}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			seen[test.cause] = true
			got, found := Jobs(test.cluster, []Late{test.job})[test.job.Job]
			if !found || got.Cause != test.cause || got.Outlook != test.outlook || got.Confidence != test.confidence || !strings.Contains(got.Advice, test.advice) {
				t.Errorf("%+v", got)
			}
			if test.needs == "" != (got.Needs == "") || !strings.Contains(got.Needs, test.needs) {
				t.Errorf("needs %q, want %q", got.Needs, test.needs)
			}
			for _, one := range got.Evidence {
				if one.At.IsZero() || one.Source == "" || !strings.HasSuffix(one.Sentence, ".") {
					t.Errorf("%+v", one)
				}
			}
		})
	}
	for _, cause := range Causes()[6:] {
		if !seen[cause] && cause != CauseForgotten && cause != CauseUnresponsive {
			t.Errorf("no case for %q", cause)
		}
	}
}

// Whatever is not late, and held up by nothing, has no finding.
func TestHealthyJobsHaveNoFinding(t *testing.T) {
	young := canceling(func(l *Late) { l.Since, l.WatchedSince = minutes(18), minutes(18) })
	for name, job := range map[string]Late{
		"canceling since a moment":  young,
		"savepoint since a moment":  canceling(state(coordinator.StateSavepointing, "DOING_SAVEPOINT"), func(l *Late) { l.Since = minutes(18) }),
		"cancel sent a moment ago":  canceling(state(coordinator.StateRunning, "RUNNING"), func(l *Late) { l.CancelAt = minutes(19) }),
		"running under new master":  canceling(state(coordinator.StateRunning, "RUNNING")),
		"forgotten, and now ending": young,
	} {
		job.Forgotten = map[bool]*Forgotten{true: {Master: "m0:5801"}}[name == "forgotten, and now ending"]
		if got := Jobs(zeta(func(c *Cluster) { c.MasterChangedAt = minutes(18) }), []Late{job}); len(got) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestS05_SavepointThatGoesOn(t *testing.T) {
	// Given a savepoint that takes long, while checkpoints are acknowledged
	job := canceling(state(coordinator.StateSavepointing, "DOING_SAVEPOINT"), func(l *Late) { l.Checkpoint = &Checkpoint{At: minutes(19.8), Last: minutes(18)} })
	got := Jobs(zeta(), []Late{job})[stuckJob]
	// then waiting helps, which blocks a force stop, until the checkpoints stall
	if got.Cause != CauseSavepoint || got.Outlook != WillRecover || !got.Deadline.Equal(minutes(28)) || !strings.Contains(got.Advice, "Do not force stop") {
		t.Errorf("%+v", got)
	}
}

func TestS13_CancelForgotten(t *testing.T) {
	for _, now := range []struct {
		state coordinator.State
		word  string
	}{{coordinator.StatePending, "PENDING"}, {coordinator.StateRunning, "RUNNING"}} {
		job := canceling(state(now.state, now.word), func(l *Late) {
			l.Forgotten = &Forgotten{Master: "m0:5801", Since: minutes(10), LastSeen: minutes(19)}
		})
		got := Jobs(zeta(func(c *Cluster) { c.MasterChangedAt = minutes(19.5) }), []Late{job})[stuckJob]
		if got.Cause != CauseForgotten || got.Outlook != CannotRecover || got.Confidence != delivery.Proven || !strings.HasPrefix(got.Advice, "Cancel the job again") {
			t.Errorf("%+v", got)
		}
		if said := got.Evidence[1].Sentence; !strings.Contains(said, "Under the master m0:5801 the job was in CANCELING since 2026-11-22 12:10:00 UTC") || !strings.Contains(said, "Under m1:5801") {
			t.Error(said)
		}
	}
}

func TestS14_WorkerUnresponsive(t *testing.T) {
	frozen := func(c *Cluster) { c.ListSilentSince, c.Members = minutes(19.5), nil }
	// A worker that does not answer, and lists that hang: wait for the drop.
	got := Jobs(zeta(frozen, both(silent("http://w1:8080"))), []Late{canceling()})[stuckJob]
	if got.Cause != CauseUnresponsive || got.Outlook != MayRecover || got.Confidence != delivery.Likely || !got.Deadline.Equal(minutes(20.5)) || !strings.Contains(got.Advice, "has no effect") {
		t.Errorf("%+v", got)
	}
	// It is told for young jobs too, whose workers were not asked yet.
	young := canceling(func(l *Late) { l.Since, l.WatchedSince = minutes(19.9), minutes(19.9) })
	if got := Jobs(zeta(frozen), []Late{young})[stuckJob]; got.Confidence != delivery.Possible || got.Needs == "" {
		t.Errorf("%+v", got)
	}
	// After the limit it is no longer a matter of waiting alone.
	late := zeta(frozen, func(c *Cluster) { c.ListSilentSince = minutes(18) })
	if got := Jobs(late, []Late{canceling()})[stuckJob]; !got.Deadline.IsZero() || !strings.Contains(got.Advice, "fail it over") || got.Needs == "" {
		t.Errorf("%+v", got)
	}
}

func TestS16_SplitCluster(t *testing.T) {
	split := zeta(func(c *Cluster) {
		c.Masters = append(c.Masters, coordinator.MasterView{Address: "http://m2:8080", Master: "m2:5801"}, coordinator.MasterView{Address: "http://m3:8080", Err: coordinator.ErrUnreachable}, coordinator.MasterView{Address: "http://m4:8080"})
	})
	got := Jobs(split, []Late{canceling()})[stuckJob]
	if got.Cause != CauseSplit || got.Outlook == WillRecover || len(got.Evidence) != 5 || !strings.Contains(got.Evidence[2].Sentence, "http://m2:8080 says that the active master is m2:5801") {
		t.Errorf("%+v", got)
	}
}

// S18, the rules' side: what is shown changes only after two looks agree.
func TestS18_FindingsDoNotFlap(t *testing.T) {
	finding := func(cause Cause, outlook Outlook, confidence delivery.Certainty) map[coordinator.JobID]Finding {
		return map[coordinator.JobID]Finding{stuckJob: {Cause: cause, Outlook: outlook, Confidence: confidence}}
	}
	unknown, silence := finding(CauseNotKnown, MayRecover, delivery.Possible), finding(CauseUnresponsive, MayRecover, delivery.Likely)
	lost, none := finding(CauseStatusLost, CannotRecover, delivery.Proven), map[coordinator.JobID]Finding(nil)
	var steady Steady
	for i, step := range []struct {
		at      float64
		found   map[coordinator.JobID]Finding
		episode string
		shown   Cause
	}{
		{1, unknown, "one", CauseNotKnown}, // at once where there was none
		{2, silence, "one", CauseNotKnown}, // one look is none
		{2, silence, "one", CauseNotKnown}, // the same look again
		{3, unknown, "one", CauseNotKnown}, // a blip
		{4, silence, "one", CauseNotKnown}, //
		{5, silence, "one", CauseUnresponsive},
		{6, none, "one", CauseUnresponsive},
		{7, silence, "one", CauseUnresponsive},
		{8, lost, "one", CauseStatusLost},    // worse, and proven
		{9, unknown, "one", CauseStatusLost}, // better needs two
		{10, unknown, "one", CauseNotKnown},
		{11, none, "one", CauseNotKnown},
		{12, none, "one", ""},
		{13, unknown, "one", CauseNotKnown},
		{14, none, "two", ""}, // the job itself went on
		{15, silence, "two", CauseUnresponsive},
		{16, none, "", ""}, // it is not open any more
	} {
		shown := steady.Take(minutes(step.at), step.found, func(coordinator.JobID) string { return step.episode })
		if shown[stuckJob].Cause != step.shown {
			t.Errorf("step %d: %+v", i, shown)
		}
	}
}

// Whatever the evidence: a lost final status is proven only by two whole looks
// under one master, and "will recover" never stands without a deadline.
func TestPropertyJobs(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	coin := func() bool { return random.IntN(2) == 0 }
	worker := func(address string) coordinator.WorkerThreads {
		switch random.IntN(6) {
		case 0:
			return silent(address)
		case 1:
			return says(address, stuckJob, otherJob)
		case 2:
			return says(address)
		}
		return says(address, otherJob)
	}
	states := []coordinator.State{coordinator.StateCanceling, coordinator.StateFailing, coordinator.StateSavepointing, coordinator.StateRunning, coordinator.StatePending}
	proven := 0
	for range 20_000 {
		workers := []coordinator.WorkerThreads{worker("w1"), worker("w2")}
		c := zeta(threads(workers, []coordinator.WorkerThreads{worker("w1"), worker("w2")}), func(c *Cluster) {
			c.Workers = random.IntN(4) - 1
			c.MasterSince = minutes(float64(random.IntN(25)))
			if random.IntN(4) == 0 {
				c.ListSilentSince = minutes(float64(random.IntN(20)))
			}
			if random.IntN(4) == 0 {
				c.MasterChangedAt = minutes(float64(random.IntN(20)))
			}
		})
		job := canceling(state(states[random.IntN(len(states))], ""), func(l *Late) {
			l.Since = minutes(float64(random.IntN(20)))
			l.WatchedSince = l.Since
			l.Listed = coin()
			if random.IntN(4) == 0 {
				l.ForceAt = minutes(float64(random.IntN(20)))
			}
			if random.IntN(8) == 0 {
				l.Checkpoint = &Checkpoint{At: minutes(19), Last: minutes(float64(random.IntN(20)))}
			}
		})
		got, found := Jobs(c, []Late{job})[stuckJob]
		if !found {
			continue
		}
		if !slices.Contains(Causes(), got.Cause) || got.Outlook.Code() == 0 || got.Confidence == "" || got.Advice == "" {
			t.Fatalf("%+v", got)
		}
		if got.Outlook == WillRecover && !got.Deadline.After(c.Now) {
			t.Fatalf("%+v", got)
		}
		if got.Cause == CauseStatusLost && got.Confidence == delivery.Proven {
			proven++
			for _, look := range c.Looks {
				for _, one := range look.Workers {
					if one.Err != nil || one.Tasks[stuckJob] > 0 {
						t.Fatalf("%+v of %+v", got, c)
					}
				}
			}
			if c.Workers > 2 || c.Workers < 0 || c.MasterSince.After(c.Looks[0].At) || !job.Listed || job.WatchedSince.After(c.Looks[0].At) {
				t.Fatalf("%+v of %+v", got, c)
			}
		}
	}
	if proven == 0 {
		t.Error("nothing was ever proven")
	}
}

// The codes that metrics carry never change.
func TestCodes(t *testing.T) {
	if CauseRetransmission.Code() != 1 || CauseStatusLost.Code() != 7 || CauseNotKnown.Code() != 17 || Cause("").Code() != 0 || len(Causes()) != 17 {
		t.Error("the codes of causes changed")
	}
	if WillRecover.Code() != 1 || MayRecover.Code() != 2 || CannotRecover.Code() != 3 || Outlook("").Code() != 0 {
		t.Error("the codes of outlooks changed")
	}
	for _, rule := range JobRules() {
		if rule.Name == "" || rule.Source == "" {
			t.Errorf("%+v", rule)
		}
	}
}
