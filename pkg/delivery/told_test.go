package delivery_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// A coordinator that tells deliveries itself.
func TestToldDeliveriesBecomePairs(t *testing.T) {
	settings := Settings{SentLimit: 10_000, EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second}
	tracker, now := New(Memory{}), noon
	tell := func(delivery coordinator.Delivery) (Pair, []EventKind) {
		now = now.Add(interval)
		delivery.Node, delivery.Peer = "a", "b"
		events := tracker.Advance(&coordinator.Snapshot{ReadAt: now, Complete: true, Deliveries: []coordinator.Delivery{delivery}}, nil, settings)
		return tracker.Pairs(now, settings)[0], kinds(events)
	}
	started := noon.Add(-time.Hour)
	lost := coordinator.Delivery{LostSince: new(noon.Add(15 * time.Second)), SentLimit: new(int64(100)), NodeStartedAt: &started, SentSinceLoss: new(int64(40)), Undelivered: new(int64(30))}

	pair, events := tell(coordinator.Delivery{Reachable: true, SentLimit: new(int64(100)), Undelivered: new(int64(0))})
	if pair.Reach != Reachable || *pair.Fill != 0 || *pair.Undelivered != 0 || len(events) != 0 || len(pair.NotExposed) != 1 {
		t.Errorf("%+v", pair)
	}
	pair, _ = tell(coordinator.Delivery{Reachable: true})
	if pair.Undelivered != nil || pair.Held != nil || len(pair.NotExposed) != 2 {
		t.Errorf("%+v", pair)
	}
	pair, events = tell(lost)
	if pair.Reach != Lost || *pair.Fill != 0.4 || *pair.Bytes != 80_000 || *pair.Undelivered != 30 || !slices.Equal(events, []EventKind{EventLost}) ||
		!pair.Loss.LastContact.Equal(*lost.LostSince) || *pair.InboundLeft != time.Hour-15*time.Second || *pair.ExecutionsLeft != 20 {
		t.Errorf("%+v", pair)
	}
	pair, events = tell(coordinator.Delivery{Reachable: true, Undelivered: new(int64(5))})
	if pair.Reach != Returning || !slices.Equal(events, []EventKind{EventReturned}) {
		t.Errorf("%+v", pair)
	}
	pair, events = tell(coordinator.Delivery{Reachable: true, Undelivered: new(int64(0))})
	if pair.Reach != Reachable || pair.Loss != nil || !slices.Equal(events, []EventKind{EventDelivered}) || tracker.Losses()[0].Outcome != OutcomeDelivered {
		t.Errorf("%+v %v", pair, events)
	}
	lost.LostSince = new(now)
	tell(lost)
	lost.SentSinceLoss = new(int64(101))
	pair, events = tell(lost)
	if pair.Loss.Outcome != OutcomeOverflowed || !pair.Loss.Gone() || !slices.Equal(events, []EventKind{EventOverflowed}) {
		t.Errorf("%+v %v", pair.Loss, events)
	}

	tracker = New(Memory{})
	lost.SentSinceLoss = new(int64(40))
	tell(lost)
	lost.NodeStartedAt = new(now.Add(5 * time.Second))
	pair, events = tell(lost)
	if pair.Loss.Outcome != OutcomeRestarted || pair.Loss.Certainty != Proven || !slices.Equal(events, []EventKind{EventRestarted}) {
		t.Errorf("%+v %v", pair.Loss, events)
	}

	tracker = New(Memory{})
	lost.NodeStartedAt, lost.InboundTimeout = &started, new(time.Minute)
	for range 8 {
		pair, _ = tell(lost)
	}
	if pair.Loss.Outcome != OutcomeReleased || pair.Releases != 1 {
		t.Errorf("%+v", pair.Loss)
	}
}
