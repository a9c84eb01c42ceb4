package seatunnel

import (
	"slices"
	"strings"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// A job is being restored when its word says that the master does not know it
// yet, or when the queue says that a restore has put it there.
func TestRestoring(t *testing.T) {
	jobs := []coordinator.Job{{ID: "3", Word: "UNKNOWABLE"}, {ID: "2", Word: "RUNNING"}}
	for name, row := range map[string]struct {
		queued []coordinator.JobID
		want   []coordinator.JobID
	}{
		"by its word":       {nil, []coordinator.JobID{"3"}},
		"by the queue, too": {[]coordinator.JobID{"9", "1"}, []coordinator.JobID{"1", "3", "9"}},
		"by both":           {[]coordinator.JobID{"3"}, []coordinator.JobID{"3"}},
	} {
		if got := restoring(jobs, row.queued); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
	for text, want := range map[string]string{
		`{"jobId":1176935936966000641,"jobName":"lake","pendingSourceState":"RESTORE"}`: "1176935936966000641",
		`{"jobId":1176935936966000641,"pendingSourceState":"SUBMIT"}`:                   "",
		`{"jobId":1176935936966000641,"pendingSourceState":null}`:                       "",
		`{"jobId":1176935936966000641}`:                                                 "",
	} {
		if got, err := (&jsonReader{upstream.NewReader(strings.NewReader(text), upstream.Secrets{})}).queuedRestore(); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	if _, err := (&jsonReader{upstream.NewReader(strings.NewReader(`{"jobId":"<b>","pendingSourceState":"RESTORE"}`), upstream.Secrets{})}).queuedRestore(); err == nil {
		t.Error("an id that is none is taken")
	}
}
