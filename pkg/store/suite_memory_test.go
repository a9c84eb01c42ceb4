package store

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func testMemoriesAreMerged(t *testing.T, open func(t *testing.T) *Store) {
	// Given nothing, then nothing is remembered.
	s := open(t)
	body, err := s.LoadMemory(t.Context(), ours, cluster, "delivery")
	must(t, err)
	if body != nil {
		t.Fatalf("remembered %q", body)
	}
	// When several writers each add their part to what is there …
	const writers = 8
	var work sync.WaitGroup
	for i := range writers {
		work.Go(func() {
			err := s.MergeMemory(t.Context(), ours, cluster, "delivery", func(stored []byte) ([]byte, error) {
				return append(stored, byte('a'+i)), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	// … then nobody's part is lost.
	body, err = s.LoadMemory(t.Context(), ours, cluster, "delivery")
	must(t, err)
	slices.Sort(body)
	if string(body) != "abcdefgh" {
		t.Errorf("remembered %q", body)
	}
	// A merge that fails changes nothing, …
	broken := errors.New("broken")
	if err := s.MergeMemory(t.Context(), ours, cluster, "delivery", func([]byte) ([]byte, error) { return []byte("x"), broken }); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	// … and no other scope, cluster or kind sees it.
	for _, other := range [][]any{{otherOrg, cluster, "delivery"}, {ours, "another", "delivery"}, {ours, cluster, "family"}} {
		scope, name, kind := ours, other[1].(string), other[2].(string)
		if other[0] == any(otherOrg) {
			scope = otherOrg
		}
		if body, err := s.LoadMemory(t.Context(), scope, name, kind); err != nil || body != nil {
			t.Errorf("%v sees %q, %v", other, body, err)
		}
	}
	// Large ones and odd bytes come back as they were.
	large := strings.Repeat("{\"name\":\"\x1a \u202e\"}", 100_000)
	must(t, s.MergeMemory(t.Context(), ours, cluster, "family", func([]byte) ([]byte, error) { return []byte(large), nil }))
	if body, err := s.LoadMemory(t.Context(), ours, cluster, "family"); err != nil || string(body) != large {
		t.Errorf("%d bytes came back, %v", len(body), err)
	}
}

func testAskedToStop(t *testing.T, open func(t *testing.T) *Store) {
	// Given acts of which one is recorded, one sent, one stopped, one refused
	// and one whose end is not known, …
	s := open(t)
	for id, outcome := range map[string]action.Outcome{"recorded": "", "sent": "", "stopped": action.OutcomeStopped, "refused": action.OutcomeRefused, "unknown": action.OutcomeUnknown} {
		intent := begun(t, s, ours, id, coordinator.JobID(id))
		if id == "recorded" {
			continue
		}
		intent.Phase, intent.Outcome = action.PhaseVerifying, outcome
		if outcome != "" {
			intent.Phase = action.PhaseSettled
		}
		_, err := s.Update(t.Context(), ours, intent, nil)
		must(t, err)
	}
	// … when asked, then those that may still be on their way to an end are
	// given, with their create times.
	asked, err := s.Asked(t.Context(), cluster, noon.Add(-time.Hour))
	must(t, err)
	if len(asked) != 2 || len(asked["sent"]) != 1 || !asked["unknown"][0].Equal(noon.Add(-time.Hour)) {
		t.Errorf("asked: %v", asked)
	}
	for _, none := range []struct {
		cluster string
		since   time.Time
	}{{"another", noon.Add(-time.Hour)}, {cluster, noon.Add(time.Hour)}} {
		if asked, err := s.Asked(t.Context(), none.cluster, none.since); err != nil || len(asked) != 0 {
			t.Errorf("%+v: %v, %v", none, asked, err)
		}
	}
}
