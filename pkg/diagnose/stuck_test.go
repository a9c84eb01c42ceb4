package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

// detection is a policy with a threshold of its own for each state.
func detection(windows ...Window) Policy {
	return Policy{
		Canceling: 3 * time.Minute, Failing: 4 * time.Minute, Savepointing: 10 * time.Minute, ParentWaiting: 5 * time.Minute,
		Settle: time.Minute, SavepointStall: 10 * time.Minute, Maintenance: windows,
	}
}

// once is a window in minutes after 12:00.
func once(from, to float64) Window {
	return Window{From: minutes(from), To: minutes(to), Reason: "upgrade"}
}

// When a job becomes stuck, and what puts that off. Jobs are in their state
// since 12:00.
func TestPolicy_Judge(t *testing.T) {
	since := minutes(0)
	in := func(state coordinator.State, change ...func(*Standing)) Standing {
		job := Standing{State: state, Since: since}
		for _, one := range change {
			one(&job)
		}
		return job
	}
	masters := func(at ...float64) func(*Standing) {
		return func(s *Standing) {
			for _, one := range at {
				s.MasterChanges = append(s.MasterChanges, minutes(one))
			}
		}
	}
	restoring := func(at float64) func(*Standing) { return func(s *Standing) { s.RestoringSince = minutes(at) } }
	checkpoint := func(at float64) func(*Standing) { return func(s *Standing) { s.CheckpointAt = minutes(at) } }
	canceling, savepointing := coordinator.StateCanceling, coordinator.StateSavepointing

	for name, test := range map[string]struct {
		policy Policy
		job    Standing
		now    float64
		// stuck is since when, below 0 for not; reason why a late one is not, and
		// until when.
		stuck  float64
		reason string
		until  float64
	}{
		"below the threshold": {detection(), in(canceling), 2.9, -1, "", 0},
		"at the threshold":    {detection(), in(canceling), 3, 3, "", 0},
		"long after it":       {detection(), in(canceling), 500, 3, "", 0},
		"each state its own":  {detection(), in(coordinator.StateFailing), 3.5, -1, "", 0},
		"failing":             {detection(), in(coordinator.StateFailing), 4, 4, "", 0},
		"pending is off":      {detection(), in(coordinator.StatePending), 5000, -1, "", 0},
		"pending is on":       {Policy{Pending: time.Minute}, in(coordinator.StatePending), 1, 1, "", 0},
		"never":               {Policy{Failing: time.Minute}, in(canceling), 5000, -1, "", 0},
		"running":             {detection(), in(coordinator.StateRunning), 5000, -1, "", 0},
		"lost":                {detection(), in(coordinator.StateLost), 5000, -1, "", 0},

		"a parent that waits":          {detection(), in(coordinator.StateRunning, func(s *Standing) { s.WaitingSince = minutes(10) }), 15, 15, "", 0},
		"a parent that waits not long": {detection(), in(coordinator.StateRunning, func(s *Standing) { s.WaitingSince = minutes(10) }), 14, -1, "", 0},
		"parents are off":              {Policy{Canceling: time.Minute}, in(coordinator.StateRunning, func(s *Standing) { s.WaitingSince = minutes(10) }), 500, -1, "", 0},
		"a parent in maintenance":      {detection(once(14, 30)), in(coordinator.StateRunning, func(s *Standing) { s.WaitingSince = minutes(10) }), 20, -1, "maintenance window: upgrade", 30},

		"master just changed":                     {detection(), in(canceling, masters(2.5)), 3.2, -1, "master just changed", 3.5},
		"it has settled":                          {detection(), in(canceling, masters(2.5)), 3.5, 3.5, "", 0},
		"stuck before the failover":               {detection(), in(canceling, masters(3.1)), 3.5, 3, "", 0},
		"at the very moment":                      {detection(), in(canceling, masters(3)), 3.5, -1, "master just changed", 4},
		"settled at the very moment":              {detection(), in(canceling, masters(2)), 3, 3, "", 0},
		"masters that change again and again":     {detection(), in(canceling, masters(2.5, 3.4, 4.3)), 5, -1, "master just changed", 5.3},
		"… and at last not any more":              {detection(), in(canceling, masters(2.5, 3.4, 4.3)), 5.3, 5.3, "", 0},
		"a gap between two changes":               {detection(), in(canceling, masters(2.5, 3.6)), 3.7, 3.5, "", 0},
		"restore running":                         {detection(), in(canceling, restoring(2.8)), 3.7, -1, "restore running", 3.8},
		"a restore that takes too long":           {detection(), in(canceling, restoring(2.8)), 3.8, 3.8, "", 0},
		"stuck before the restore":                {detection(), in(canceling, restoring(3.2)), 3.3, 3, "", 0},
		"savepoint below its threshold":           {detection(), in(savepointing), 9.9, -1, "", 0},
		"savepoint without a checkpoint":          {detection(), in(savepointing), 10, 10, "", 0},
		"a checkpoint from before the savepoint":  {detection(), in(savepointing, checkpoint(-5)), 10, 10, "", 0},
		"savepoint moving":                        {detection(), in(savepointing, checkpoint(9)), 12, -1, "savepoint moving", 19},
		"savepoint moved, and then no more":       {detection(), in(savepointing, checkpoint(9)), 19, 19, "", 0},
		"savepoint moves again after it was late": {detection(), in(savepointing, checkpoint(24)), 25, -1, "savepoint moving", 34},
		"checkpoints do not help a cancel":        {detection(), in(canceling, checkpoint(9)), 12, 3, "", 0},

		"maintenance":                          {detection(once(2, 30)), in(canceling), 10, -1, "maintenance window: upgrade", 30},
		"maintenance is over":                  {detection(once(2, 30)), in(canceling), 30, 30, "", 0},
		"stuck before the maintenance":         {detection(once(4, 30)), in(canceling), 10, 3, "", 0},
		"maintenance that was over before":     {detection(once(-60, 2)), in(canceling), 10, 3, "", 0},
		"nested: the outer one counts":         {detection(once(2.5, 3.5), once(2, 30)), in(canceling), 3.2, -1, "maintenance window: upgrade", 30},
		"a failover within the maintenance":    {detection(once(2, 30)), in(canceling, masters(2.9)), 10, -1, "maintenance window: upgrade", 30},
		"a failover at the end of it":          {detection(once(2, 30)), in(canceling, masters(29.5)), 30.2, -1, "master just changed", 30.5},
		"one window after the other":           {detection(once(2, 30), once(30, 40)), in(canceling), 35, -1, "maintenance window: upgrade", 40},
		"a window, a gap, and another window":  {detection(once(2, 30), once(31, 40)), in(canceling), 35, 30, "", 0},
		"a savepoint that moved and a window":  {detection(once(18, 30)), in(savepointing, checkpoint(9)), 25, -1, "maintenance window: upgrade", 30},
		"a window does not speak below a time": {detection(once(0, 30)), in(canceling), 2, -1, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := test.policy.Judge(minutes(test.now), test.job)
			if got.Is != (test.stuck >= 0) || got.Is && !got.Since.Equal(minutes(test.stuck)) {
				t.Errorf("stuck %t since %s", got.Is, got.Since)
			}
			switch {
			case (got.Suppressed != nil) != (test.reason != ""):
				t.Errorf("suppressed by %+v", got.Suppressed)
			case got.Suppressed != nil:
				held := got.Suppressed
				if held.Reason != test.reason || !held.Until.Equal(minutes(test.until)) || held.Sentence == "" || strings.Contains(held.Sentence, "%!") || got.Is || !got.Since.Equal(held.Until) {
					t.Errorf("%+v", held)
				}
			}
		})
	}
}

// An alert that fires is not resolved by time alone: a job that was called stuck
// stays so, whatever changes of masters, restores and windows come later.
func TestPolicy_StuckStaysStuck(t *testing.T) {
	policy := detection(once(10, 20), Window{Reason: "nightly", Weekly: &Weekly{Days: everyDay(), From: 13 * 60, To: 14 * 60, Zone: time.UTC}})
	job := Standing{State: coordinator.StateCanceling, Since: minutes(0)}
	stuck := false
	for at := 0.0; at < 300; at += 0.5 {
		switch at {
		case 5, 30, 62:
			job.MasterChanges = append(job.MasterChanges, minutes(at))
		case 31:
			job.RestoringSince = minutes(at)
		}
		now := policy.Judge(minutes(at), job)
		if stuck && !now.Is {
			t.Fatalf("at minute %g: %+v", at, now.Suppressed)
		}
		stuck = now.Is
	}
	if !stuck {
		t.Error("never stuck")
	}
}

func TestPolicy_SpeaksAndLeast(t *testing.T) {
	policy := detection()
	for state, speaks := range map[coordinator.State]bool{
		coordinator.StateCanceling: true, coordinator.StateFailing: true, coordinator.StateSavepointing: true, coordinator.StatePending: false, coordinator.StateRunning: false,
	} {
		if policy.Speaks(Standing{State: state}) != speaks {
			t.Errorf("%s: %t", state, !speaks)
		}
	}
	if !policy.Speaks(Standing{State: coordinator.StateRunning, WaitingSince: minutes(1)}) {
		t.Error("a parent that waits has no series")
	}
	if least := policy.Least(); least != 3*time.Minute {
		t.Error(least)
	}
	if least := (Policy{}).Least(); least != 0 {
		t.Error(least)
	}
}

// Each state has its own threshold for findings, too.
func TestJobs_ThresholdsByState(t *testing.T) {
	for name, test := range map[string]struct {
		policy Policy
		state  coordinator.State
		cause  Cause
	}{
		"canceling, late":       {Policy{Canceling: 10 * time.Minute}, coordinator.StateCanceling, CauseStatusLost},
		"canceling, not late":   {Policy{Canceling: 11 * time.Minute}, coordinator.StateCanceling, ""},
		"canceling, never":      {Policy{Failing: time.Minute}, coordinator.StateCanceling, ""},
		"savepoint, late":       {Policy{Savepointing: time.Minute}, coordinator.StateSavepointing, CauseSavepoint},
		"savepoint, not late":   {Policy{Canceling: time.Minute, Savepointing: time.Hour}, coordinator.StateSavepointing, ""},
		"failing, late":         {Policy{Failing: time.Minute}, coordinator.StateFailing, CauseNotKnown},
		"pending, late":         {Policy{Pending: time.Minute}, coordinator.StatePending, CauseNotKnown},
		"pending, no threshold": {Policy{Canceling: time.Minute}, coordinator.StatePending, ""},
	} {
		t.Run(name, func(t *testing.T) {
			policy := func(c *Cluster) {
				test.policy.Settle, test.policy.SavepointStall = c.Policy.Settle, c.Policy.SavepointStall
				c.Policy = test.policy
			}
			got := Jobs(zeta(policy), []Late{canceling(func(l *Late) { l.State = test.state })})[stuckJob]
			if got.Cause != test.cause {
				t.Errorf("%+v", got)
			}
			if test.state == coordinator.StatePending && got.Cause != "" && !strings.Contains(got.Advice, "free slots") {
				t.Error(got.Advice)
			}
		})
	}
}
