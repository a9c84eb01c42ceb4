package action_test

import (
	"errors"
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
			if reason := action.StateBlock(kind, state); (reason == "") != states[state] {
				t.Errorf("%s of a %s job: %q", kind, state, reason)
			}
		}
		if action.StateBlock(kind, "a word of tomorrow") == "" {
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
		Kind: action.KindForceStop, Now: now, Policy: policy, AsOf: now.Add(-5 * time.Second),
		Capabilities: coordinator.Capabilities{Cancel: supported, ForceStop: supported, TaskThreads: supported},
		Master:       master, MasterStableSince: now.Add(-time.Hour), Watched: true, Listed: true,
		Reading: coordinator.Reading{Master: master, Job: coordinator.Job{ID: jobID, State: coordinator.StateCanceling, Word: "CANCELING", CreateTime: created}},
		Episode: timeline.Episode{State: coordinator.StateCanceling, Word: "CANCELING", CreateTime: created, ContinuousSince: now.Add(-10 * time.Minute), LastSeen: now.Add(-5 * time.Second)},
		Threads: []coordinator.WorkerThreads{{Address: "http://w1"}},
	}
}

func TestGuards_PassWhenNothingSpeaksAgainst(t *testing.T) {
	for _, verdict := range action.Judge(action.Guards(), allowing()) {
		if verdict.Result != action.Pass || verdict.Reason == "" || verdict.Guard == "" {
			t.Errorf("%+v", verdict)
		}
	}
}

// Each row breaks one thing; exactly the guard for it must speak up.
func TestGuards_EachBreakIsNamed(t *testing.T) {
	minute := time.Minute
	for name, row := range map[string]struct {
		guard  string
		result action.Result
		change func(*action.Facts)
		// allowedFrom is expected relative to now; 0 for none.
		allowedFrom time.Duration
	}{
		"switched off":           {action.GuardEnabled, action.Block, func(f *action.Facts) { f.Policy.Enabled = false }, 0},
		"S44 proxy open":         {action.GuardProxyClosed, action.Block, func(f *action.Facts) { f.ProxyFault = "url is set" }, 0},
		"S35 store gone":         {action.GuardStore, action.Block, func(f *action.Facts) { f.StoreErr = errors.New("disk full") }, 0},
		"S38 too old for force":  {action.GuardSupported, action.Block, func(f *action.Facts) { f.Capabilities.ForceStop = coordinator.Capability{Reason: "2.3.8"} }, 0},
		"blind":                  {action.GuardFresh, action.Block, func(f *action.Facts) { f.Blind = true }, 0},
		"last poll failed":       {action.GuardFresh, action.Block, func(f *action.Facts) { f.PollErr = coordinator.ErrUnreachable }, 0},
		"last poll partial":      {action.GuardFresh, action.Block, func(f *action.Facts) { f.Incomplete = true }, 0},
		"not watched":            {action.GuardWatched, action.Block, func(f *action.Facts) { f.Listed = false }, 0},
		"state moved on":         {action.GuardWatched, action.Block, func(f *action.Facts) { f.Episode.State = coordinator.StateRunning }, 0},
		"another job, same id":   {action.GuardWatched, action.Block, func(f *action.Facts) { f.Episode.CreateTime = created.Add(time.Second) }, 0},
		"master just changed":    {action.GuardMaster, action.Block, func(f *action.Facts) { f.MasterStableSince = f.Now.Add(-10 * time.Second) }, 50 * time.Second},
		"master not stable":      {action.GuardMaster, action.Block, func(f *action.Facts) { f.MasterStableSince = time.Time{} }, 0},
		"master not told":        {action.GuardMaster, action.Block, func(f *action.Facts) { f.Reading.Master = "" }, 0},
		"other master than seen": {action.GuardMaster, action.Block, func(f *action.Facts) { f.Reading.Master = "10.0.0.9:5801" }, 0},
		"S16 split cluster":      {action.GuardMaster, action.Block, func(f *action.Facts) { f.Split = []string{"a", "b"} }, 0},
		"S24 too young":          {action.GuardAge, action.Block, func(f *action.Facts) { f.Episode.ContinuousSince = f.Now.Add(-2 * minute) }, 3 * minute},
		"failing, too young":     {action.GuardAge, action.Block, func(f *action.Facts) { setState(f, coordinator.StateFailing); f.Episode.ContinuousSince = f.Now }, 5 * minute},
		"S05 savepoint moves": {action.GuardSavepoint, action.Block, func(f *action.Facts) {
			setState(f, coordinator.StateSavepointing)
			f.LastCheckpoint = f.Now.Add(-minute)
		}, 9 * minute},
		"savepoint not readable":  {action.GuardSavepoint, action.Block, func(f *action.Facts) { setState(f, coordinator.StateSavepointing); f.CheckpointErr = errors.New("v1") }, 0},
		"running, never canceled": {action.GuardState, action.Block, func(f *action.Facts) { setState(f, coordinator.StateRunning) }, 0},
		"task alive":              {action.GuardTaskAlive, action.Warn, func(f *action.Facts) { f.Threads[0].Tasks = map[coordinator.JobID]int{jobID: 2} }, 0},
		"a worker is silent":      {action.GuardTaskAlive, action.Warn, func(f *action.Facts) { f.Threads[0].Err = coordinator.ErrUnreachable }, 0},
		"waiting helps":           {action.GuardDiagnosis, action.Block, func(f *action.Facts) { f.Outlook = action.Outlook{WillRecover: true, Sentence: "the savepoint moves"} }, 0},
		"S37 budget used up":      {action.GuardBudget, action.Block, func(f *action.Facts) { f.Spent, f.OldestSpent = 3, f.Now.Add(-4*minute) }, 6 * minute},
		"another act in flight":   {action.GuardInFlight, action.Block, func(f *action.Facts) { f.InFlight = &action.Intent{Actor: *anna} }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			facts := allowing()
			row.change(&facts)
			for _, verdict := range action.Judge(action.Guards(), facts) {
				if verdict.Guard != row.guard {
					if verdict.Result == action.Block {
						t.Errorf("%s blocks as well: %s", verdict.Guard, verdict.Reason)
					}
					continue
				}
				if verdict.Result != row.result || verdict.Reason == "" {
					t.Errorf("got %+v", verdict)
				}
				want := time.Time{}
				if row.allowedFrom != 0 {
					want = facts.Now.Add(row.allowedFrom)
				}
				if !verdict.AllowedFrom.Equal(want) {
					t.Errorf("allowed from %s, want %s", verdict.AllowedFrom, want)
				}
			}
		})
	}
}

func setState(f *action.Facts, state coordinator.State) {
	f.Reading.Job.State, f.Episode.State = state, state
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
