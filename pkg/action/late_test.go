package action_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// heldUp is a store that takes its time, by the rig's clock.
type heldUp struct {
	*clockStore
	advance       func(time.Duration)
	record, lease time.Duration
}

func (h *heldUp) Begin(ctx context.Context, scope watch.Scope, begin action.Begin) (action.AuditRow, error) {
	h.advance(h.record)
	return h.clockStore.Begin(ctx, scope, begin)
}

func (h *heldUp) Lease(ctx context.Context, scope watch.Scope, id, holder string, now, until time.Time) (bool, error) {
	h.advance(h.lease)
	return h.clockStore.Lease(ctx, scope, id, holder, now, until)
}

// A job that is restored runs again under its id, and a coordinator compares
// nothing: what was read too long before the request is not acted on.
func TestForceStop_HeldUpBeforeTheRequest(t *testing.T) {
	for name, row := range map[string]struct {
		record, lease time.Duration
		sent          bool
	}{
		"slow":                       {10 * time.Second, 10 * time.Second, true},
		"the record hung":            {time.Minute, 0, false},
		"the right to act came late": {0, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.deps.Store = &heldUp{clockStore: r.store, advance: r.advance, record: row.record, lease: row.lease}
			r.service = action.NewService(r.deps)
			r.stuckFor(10 * time.Minute)
			intent := r.act()
			if sent := len(r.engine.sent()); (sent == 1) != row.sent || sent > 1 {
				t.Errorf("%d requests", sent)
			}
			if refused := intent.Outcome == action.OutcomeRefused && strings.Contains(intent.Detail, "Nothing was sent"); refused == row.sent {
				t.Errorf("%q: %s", intent.Outcome, intent.Detail)
			}
			if events := r.events(); !slices.Contains(events, action.AuditIntent) || !slices.Contains(events, action.AuditOutcome) {
				t.Errorf("the trail: %v", events)
			}
		})
	}
}

// S16: while masters disagree, nobody is told that the job has ended.
func TestS16_ConfirmWhileOneMasterSaysEnded(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	r.engine.ended(coordinator.StateCanceled, "CANCELED")
	r.engine.change(func(_ *watch.View, reading *coordinator.Reading) { reading.Split = []string{master, "10.0.0.9:5801"} })
	_, err := r.confirm(plan)
	if refusal := r.mustRefuse(err, action.GuardSplit, 409); strings.Contains(refusal.Message, "ended") {
		t.Error(refusal.Message)
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}
