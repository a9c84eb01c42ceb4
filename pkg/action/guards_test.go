package action_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// The table of design §7: which action is right in which state.
func TestGuardState_ActionByState(t *testing.T) {
	allowed := map[action.Kind]map[coordinator.State]bool{
		action.KindCancel:    {coordinator.StateRunning: true, coordinator.StatePending: true, coordinator.StateCanceling: true},
		action.KindForceStop: {coordinator.StateCanceling: true, coordinator.StateFailing: true, coordinator.StateSavepointing: true},
	}
	for kind, states := range allowed {
		for _, state := range coordinator.States() {
			if reason := action.StateBlock(kind, state, ""); (reason == "") != states[state] {
				t.Errorf("%s of a %s job: %q", kind, state, reason)
			}
		}
		if action.StateBlock(kind, "a word of tomorrow", "") == "" {
			t.Errorf("%s of a job in a state that nobody knows is allowed", kind)
		}
	}
}

// allowing are facts under which every guard passes for a force stop.
func allowing() action.Facts {
	now := created.Add(time.Hour)
	policy := action.DefaultPolicy()
	policy.Enabled = true
	supported := coordinator.Capability{Supported: true}
	return action.Facts{
		Kind: action.KindForceStop, Now: now, StoreNow: now, Policy: policy, AsOf: now.Add(-5 * time.Second),
		Capabilities: coordinator.Capabilities{Cancel: supported, ForceStop: supported, TaskThreads: supported},
		Master:       master, MasterStableSince: now.Add(-time.Hour), Watched: true, Listed: true,
		Reading:        coordinator.Reading{Master: master, Job: coordinator.Job{ID: jobID, State: coordinator.StateCanceling, Word: "CANCELING", CreateTime: created}},
		Episode:        timeline.Episode{State: coordinator.StateCanceling, Word: "CANCELING", CreateTime: created, ContinuousSince: now.Add(-10 * time.Minute), LastSeen: now.Add(-5 * time.Second)},
		LastCheckpoint: now.Add(-time.Hour),
		Threads:        []coordinator.WorkerThreads{{Address: "http://w1"}},
	}
}

// allowingIn are those facts for another kind and state.
func allowingIn(kind action.Kind, state coordinator.State) action.Facts {
	facts := allowing()
	facts.Kind = kind
	setState(&facts, state)
	return facts
}

func setState(f *action.Facts, state coordinator.State) {
	f.Reading.Job.State, f.Episode.State = state, state
}

// Where the coordinator's only stop is force stop, it is right for running
// jobs too: silently for one that is found stuck, and acknowledged for others.
func TestGuardState_OnlyStop(t *testing.T) {
	for name, row := range map[string]struct {
		state coordinator.State
		stuck bool
		want  action.Result
	}{
		"a stuck parent":            {coordinator.StateRunning, true, action.Pass},
		"a job that looks healthy":  {coordinator.StateRunning, false, action.Warn},
		"one that waits to start":   {coordinator.StatePending, false, action.Warn},
		"asked before":              {coordinator.StateCanceling, false, action.Pass},
		"ended":                     {coordinator.StateFinished, true, action.Block},
		"its state is not certain":  {coordinator.StateUnknown, true, action.Block},
		"a word that nobody knows":  {"another", true, action.Block},
		"no longer listed anywhere": {coordinator.StateLost, true, action.Block},
	} {
		t.Run(name, func(t *testing.T) {
			facts := allowingIn(action.KindForceStop, row.state)
			facts.Capabilities.OnlyStop, facts.Capabilities.NoMaster, facts.Reading.Master = "abort", true, ""
			facts.Outlook.Stuck = row.stuck
			for _, verdict := range action.Judge(action.Guards(), facts) {
				switch verdict.Guard {
				case action.GuardState:
					if verdict.Result != row.want {
						t.Errorf("got %+v, want %s", verdict, row.want)
					}
				case action.GuardMaster:
					if verdict.Result != action.Pass {
						t.Errorf("a master is asked for where there is none: %+v", verdict)
					}
				}
			}
		})
	}
}

var kinds = []action.Kind{action.KindCancel, action.KindForceStop}

// With nothing against it, the state alone decides, whatever kind and state.
func TestGuards_PassWhenNothingSpeaksAgainst(t *testing.T) {
	for _, kind := range kinds {
		for _, state := range coordinator.States() {
			for _, verdict := range action.Judge(action.Guards(), allowingIn(kind, state)) {
				if verdict.Guard != action.GuardState && verdict.Result != action.Pass || verdict.Reason == "" || verdict.Guard == "" {
					t.Errorf("%s of a %s job: %+v", kind, state, verdict)
				}
			}
		}
	}
}

// cell is an action on a job in a state.
type cell struct {
	kind  action.Kind
	state coordinator.State
}

func everyCell(cell) bool { return true }

func forceOnly(c cell) bool { return c.kind == action.KindForceStop }

// agingOnly: a force stop in a state that must have lasted for a while.
func agingOnly(c cell) bool {
	return forceOnly(c) && (c.state == coordinator.StateCanceling || c.state == coordinator.StateFailing || c.state == coordinator.StateSavepointing)
}

func savepointOnly(c cell) bool { return forceOnly(c) && c.state == coordinator.StateSavepointing }

// breaks are the ways in which one thing speaks against an action, each with
// the guard that must say so and the cells where it must.
var breaks = map[string]struct {
	guard  string
	result action.Result
	where  func(cell) bool
	change func(*action.Facts)
	// allowedFrom is expected relative to now; 0 for none.
	allowedFrom time.Duration
}{
	"switched off":              {action.GuardEnabled, action.Block, everyCell, func(f *action.Facts) { f.Policy.Enabled = false }, 0},
	"S44 proxy open":            {action.GuardProxyClosed, action.Block, everyCell, func(f *action.Facts) { f.ProxyFault = "url is set" }, 0},
	"S35 store gone":            {action.GuardStore, action.Block, everyCell, func(f *action.Facts) { f.StoreErr = errors.New("disk full") }, 0},
	"S38 too old for force":     {action.GuardSupported, action.Block, forceOnly, func(f *action.Facts) { f.Capabilities.ForceStop = coordinator.Capability{Reason: "2.3.8"} }, 0},
	"cannot cancel":             {action.GuardSupported, action.Block, func(c cell) bool { return !forceOnly(c) }, func(f *action.Facts) { f.Capabilities.Cancel = coordinator.Capability{Reason: "read only"} }, 0},
	"blind":                     {action.GuardFresh, action.Block, everyCell, func(f *action.Facts) { f.Blind = true }, 0},
	"last poll failed":          {action.GuardFresh, action.Block, everyCell, func(f *action.Facts) { f.PollErr = coordinator.ErrUnreachable }, 0},
	"last poll partial":         {action.GuardFresh, action.Block, everyCell, func(f *action.Facts) { f.Incomplete = true }, 0},
	"not listed":                {action.GuardWatched, action.Block, everyCell, func(f *action.Facts) { f.Listed = false }, 0},
	"state moved on":            {action.GuardWatched, action.Block, everyCell, func(f *action.Facts) { f.Episode.State = "another" }, 0},
	"another job, same id":      {action.GuardWatched, action.Block, everyCell, func(f *action.Facts) { f.Episode.CreateTime = created.Add(time.Second) }, 0},
	"S16 split cluster":         {action.GuardSplit, action.Block, everyCell, func(f *action.Facts) { f.Split = []string{"a", "b"} }, 0},
	"master just changed":       {action.GuardMaster, action.Block, everyCell, func(f *action.Facts) { f.MasterStableSince = f.Now.Add(-10 * time.Second) }, 50 * time.Second},
	"master not stable":         {action.GuardMaster, action.Block, everyCell, func(f *action.Facts) { f.MasterStableSince = time.Time{} }, 0},
	"master not told":           {action.GuardMaster, action.Block, everyCell, func(f *action.Facts) { f.Reading.Master = "" }, 0},
	"other master than seen":    {action.GuardMaster, action.Block, everyCell, func(f *action.Facts) { f.Reading.Master = "10.0.0.9:5801" }, 0},
	"a restore is pending":      {action.GuardRestore, action.Block, everyCell, func(f *action.Facts) { f.Restoring = []coordinator.JobID{"1", "2", "3", "4"} }, 0},
	"S24 too young":             {action.GuardAge, action.Block, agingOnly, func(f *action.Facts) { f.Episode.ContinuousSince = f.Now.Add(-2 * time.Minute) }, 3 * time.Minute},
	"S05 savepoint moves":       {action.GuardSavepoint, action.Block, savepointOnly, func(f *action.Facts) { f.LastCheckpoint = f.Now.Add(-time.Minute) }, 9 * time.Minute},
	"savepoint not readable":    {action.GuardSavepoint, action.Block, savepointOnly, func(f *action.Facts) { f.CheckpointErr = errors.New("v1") }, 0},
	"task alive":                {action.GuardTaskAlive, action.Warn, forceOnly, func(f *action.Facts) { f.Threads[0].Tasks = map[coordinator.JobID]int{jobID: 2} }, 0},
	"a worker is silent":        {action.GuardTaskAlive, action.Warn, forceOnly, func(f *action.Facts) { f.Threads[0].Err = coordinator.ErrUnreachable }, 0},
	"owner out of reach":        {action.GuardReach, action.Warn, everyCell, func(f *action.Facts) { f.Outlook.Unreachable = []string{"nodeB"} }, 0},
	"waiting helps":             {action.GuardDiagnosis, action.Block, forceOnly, func(f *action.Facts) { f.Outlook = action.Outlook{WillRecover: true, Sentence: "the savepoint moves"} }, 0},
	"S37 budget used up":        {action.GuardBudget, action.Block, everyCell, func(f *action.Facts) { f.Spent, f.OldestSpent = 20, f.StoreNow.Add(-4*time.Minute) }, 6 * time.Minute},
	"S37 incident used up":      {action.GuardBudget, action.Block, forceOnly, func(f *action.Facts) { useIncident(f, 50) }, 20 * time.Minute},
	"another act in flight":     {action.GuardInFlight, action.Block, everyCell, func(f *action.Facts) { f.InFlight = &action.Intent{Actor: *anna} }, 0},
	"in flight elsewhere":       {action.GuardInFlight, action.Block, everyCell, func(f *action.Facts) { f.InFlight, f.InFlightElsewhere = &action.Intent{Actor: *anna}, true }, 0},
	"a request waits":           {action.GuardWaiting, action.Block, everyCell, func(f *action.Facts) { waits(f) }, 5 * time.Minute},
	"a request waits elsewhere": {action.GuardWaiting, action.Block, everyCell, func(f *action.Facts) { waits(f); f.WaitingElsewhere = true }, 0},
}

func useIncident(f *action.Facts, spent int) {
	f.Incident, f.SpentInIncident = &action.Incident{Limit: 50, From: f.StoreNow.Add(-40 * time.Minute), Until: f.StoreNow.Add(20 * time.Minute)}, spent
}

func waits(f *action.Facts) {
	f.Waiting = &action.Approval{Kind: f.Kind, Requester: *anna, ExpiresAt: f.StoreNow.Add(5 * time.Minute)}
}

// Each row breaks one thing. In every cell exactly the guard for it must speak
// up, or nobody where it does not matter.
func TestGuards_EachBreakIsNamed(t *testing.T) {
	tried := map[string]bool{action.GuardState: true}
	for name, row := range breaks {
		tried[row.guard] = true
		t.Run(name, func(t *testing.T) {
			for _, kind := range kinds {
				for _, state := range coordinator.States() {
					facts := allowingIn(kind, state)
					row.change(&facts)
					checkBreak(t, row.guard, row.result, row.allowedFrom, row.where(cell{kind, state}), facts)
				}
			}
		})
	}
	for _, guard := range action.Guards() {
		if !tried[guard.ID] {
			t.Errorf("no row breaks what %s guards", guard.ID)
		}
	}
}

func checkBreak(t *testing.T, guard string, result action.Result, allowedFrom time.Duration, speaks bool, facts action.Facts) {
	t.Helper()
	where := string(facts.Kind) + " of a " + string(facts.Reading.Job.State) + " job"
	for _, verdict := range action.Judge(action.Guards(), facts) {
		switch {
		case verdict.Guard == action.GuardState:
			// The table of states is tried by itself.
		case verdict.Guard != guard || !speaks:
			if verdict.Result != action.Pass {
				t.Errorf("%s: %s speaks up: %s", where, verdict.Guard, verdict.Reason)
			}
		default:
			want := time.Time{}
			if allowedFrom != 0 {
				want = facts.Now.Add(allowedFrom)
			}
			if verdict.Result != result || verdict.Reason == "" || !verdict.AllowedFrom.Equal(want) {
				t.Errorf("%s: got %+v, want %s from %s", where, verdict, result, want)
			}
		}
	}
}

// An unlocked incident budget replaces the budget of force stops, and theirs
// alone; while there is none, the refusal says who can unlock it.
func TestGuardBudget_Incident(t *testing.T) {
	verdict := func(facts action.Facts) action.Verdict {
		for _, verdict := range action.Judge(action.Guards(), facts) {
			if verdict.Guard == action.GuardBudget {
				return verdict
			}
		}
		return action.Verdict{}
	}
	for _, kind := range kinds {
		facts := allowingIn(kind, coordinator.StateCanceling)
		facts.Spent, facts.OldestSpent = 20, facts.StoreNow.Add(-time.Minute)
		if got := verdict(facts); strings.Contains(got.Change, "second person") != (kind == action.KindForceStop) {
			t.Errorf("%s: %+v", kind, got)
		}
		useIncident(&facts, 49)
		if got := verdict(facts); (got.Result == action.Pass) != (kind == action.KindForceStop) {
			t.Errorf("%s in an incident: %+v", kind, got)
		}
	}
	locked := allowing()
	locked.Spent, locked.Policy.IncidentBudget = 3, 0
	if got := verdict(locked); strings.Contains(got.Change, "second person") {
		t.Errorf("a second person is promised what the policy does not allow: %+v", got)
	}
}

// Another organisation's persons are not named (S50).
func TestS50_VerdictsNameNobodyFromElsewhere(t *testing.T) {
	for _, name := range []string{"in flight elsewhere", "a request waits elsewhere"} {
		facts := allowing()
		breaks[name].change(&facts)
		for _, verdict := range action.Judge(action.Guards(), facts) {
			if strings.Contains(verdict.Reason+verdict.Change, "anna") {
				t.Errorf("%s: %s", name, verdict.Reason)
			}
		}
	}
}

// Time after the last look does not count: nobody saw it.
func TestGuardAge_CountsWatchedTimeOnly(t *testing.T) {
	facts := allowing()
	facts.Episode.ContinuousSince = facts.Now.Add(-20 * time.Minute)
	facts.Episode.LastSeen = facts.Episode.ContinuousSince.Add(4 * time.Minute)
	for _, verdict := range action.Judge(action.Guards(), facts) {
		if verdict.Guard == action.GuardAge && verdict.Result != action.Block {
			t.Errorf("an age that was not watched counts: %+v", verdict)
		}
	}
}

func TestPolicy_Validate(t *testing.T) {
	if err := action.DefaultPolicy().Validate(); err != nil {
		t.Fatalf("the default policy: %v", err)
	}
	for name, change := range map[string]func(*action.Policy){
		"no such role":                func(p *action.Policy) { p.MinRole = "Owner" },
		"no such audit role":          func(p *action.Policy) { p.AuditRole = "None" },
		"force stop as faster cancel": func(p *action.Policy) { p.MinCancelingAge = 5 * time.Second },
		"an age of years":             func(p *action.Policy) { p.MinCancelingAge = 10000 * time.Hour },
		"no settling":                 func(p *action.Policy) { p.MasterSettleTime = 0 },
		"savepoint cut short":         func(p *action.Policy) { p.SavepointStall = 0 },
		"negative budget":             func(p *action.Policy) { p.MaxForceStops = -1 },
		"endless cancels":             func(p *action.Policy) { p.MaxCancels = 1 << 30 },
		"no window":                   func(p *action.Policy) { p.BudgetWindow = 0 },
	} {
		policy := action.DefaultPolicy()
		change(&policy)
		if err := policy.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
