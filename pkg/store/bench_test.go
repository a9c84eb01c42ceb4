package store

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// BenchmarkAction is the store's part of one action: Begin and the Update that
// settles it, each on the disk.
func BenchmarkAction(b *testing.B) {
	s := openFile(b, filepath.Join(b.TempDir(), "unjam.db"))
	plans := make([]action.Plan, b.N)
	for n := range plans {
		id := numbered("plan", n)
		plans[n] = planOf(id, coordinator.JobID(id))
		if err := s.SavePlan(b.Context(), ours, plans[n]); err != nil {
			b.Fatal(err)
		}
	}
	took := make([]time.Duration, 0, b.N)
	b.ResetTimer()
	for _, plan := range plans {
		started := time.Now()
		begin := beginOf(plan)
		begin.Budget = b.N + 1
		if _, err := s.Begin(b.Context(), ours, begin); err != nil {
			b.Fatal(err)
		}
		entry := entryOf("proven")
		if _, err := s.Update(b.Context(), ours, settled(begin.Intent, action.OutcomeStopped), &entry); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(started))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
}

// BenchmarkSync50000 is a poll of a coordinator with 50,000 jobs: the first
// one, one that changes every job (a failover), one that only says that it
// looked, as a replica does every half a minute or beside others, and one that
// changes nothing, as most do.
func BenchmarkSync50000(b *testing.B) {
	episodes := make([]timeline.Episode, 50_000)
	for n := range episodes {
		episodes[n] = episodeOf(numbered("7335847883756-1772362800123456789-canceling", n))
	}
	all := watch.TimelineSync{
		Cluster: cluster, Replica: "a", Changes: watch.TimelineChanges{Episodes: episodes, Master: "m"},
		Watch: timeline.Watch{Master: "m", Since: noon, Last: noon}, Now: noon,
	}
	look, nothing := all, all
	look.Changes.Episodes, nothing.Changes.Episodes = nil, nil
	look.Heartbeat = true
	turn := func(b *testing.B, s *Store, sync watch.TimelineSync, revision int64) int64 {
		sync.Revision = revision
		shared, err := s.SyncTimeline(b.Context(), ours, sync)
		if err != nil || !shared.Saved {
			b.Fatal(shared, err)
		}
		return shared.Revision
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := openFile(b, filepath.Join(b.TempDir(), "unjam.db"))
			b.StartTimer()
			turn(b, s, all, 0)
		}
	})
	for name, sync := range map[string]watch.TimelineSync{"all changed": all, "heartbeat": look, "unchanged": nothing} {
		b.Run(name, func(b *testing.B) {
			s := openFile(b, filepath.Join(b.TempDir(), "unjam.db"))
			revision := turn(b, s, all, 0)
			for b.Loop() {
				revision = turn(b, s, sync, revision)
			}
		})
	}
}

// BenchmarkVerify walks a chain of 10,000 rows.
func BenchmarkVerify(b *testing.B) {
	s := openFile(b, filepath.Join(b.TempDir(), "unjam.db"))
	tx, err := s.writer.BeginTx(b.Context(), nil)
	for n := 0; n < 10_000 && err == nil; n++ {
		_, err = appendAudit(b.Context(), tx, ours, beginOf(planOf("plan", job)).Entry)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if verification, err := s.Verify(b.Context(), ours); err != nil || !verification.Holds() {
			b.Fatal(verification, err)
		}
	}
}
