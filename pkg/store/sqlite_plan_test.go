package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// searches gives how SQLite would read episodes for a statement.
func searches(t *testing.T, s *Store, statement string, args []any) (steps []string) {
	t.Helper()
	rows, err := s.reader.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		if strings.Contains(detail, " episodes") {
			steps = append(steps, detail)
		}
	}
	must(t, rows.Err())
	return steps
}

func TestEpisodesOfAJobAreReadByAnIndex(t *testing.T) {
	// Given a store with the history of several jobs.
	s := openFile(t, filepath.Join(t.TempDir(), "unjam.db"))
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Master: "m", Episodes: []timeline.Episode{
		span("1a", "1", "running", 0, 10), span("1b", "1", "canceling", 10, -1), span("2a", "2", "running", 0, -1),
	}}))
	const (
		openOfJob  = "SEARCH episodes USING INDEX episodes_job (org_id=? AND ds_uid=? AND job_id=? AND until=?)"
		endedOfJob = "SEARCH episodes USING INDEX episodes_job (org_id=? AND ds_uid=? AND job_id=? AND until>?)"
	)
	for _, c := range []struct {
		name      string
		statement func(scope watch.Scope, cluster string, from, to time.Time, filter watch.EpisodeFilter, limit int) (string, []any)
		want      []string
	}{
		{"episodes of a job", episodesStatement, []string{openOfJob, endedOfJob, openOfJob, endedOfJob}},
		{"spans of a job", spansStatement, []string{openOfJob, endedOfJob}},
	} {
		t.Run(c.name, func(t *testing.T) {
			// When they are asked for, then no other job's are read.
			statement, args := c.statement(ours, cluster, noon.Add(-TimelineKept), noon, watch.EpisodeFilter{Job: "1"}, 100)
			if got := searches(t, s, statement, args); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}
