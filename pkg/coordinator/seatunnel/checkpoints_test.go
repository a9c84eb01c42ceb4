package seatunnel

import (
	"strings"
	"testing"
	"time"
)

func TestLastCheckpoint(t *testing.T) {
	const id = "1176934327691247617"
	for name, row := range map[string]struct {
		answer string
		want   time.Time
		says   string
	}{
		"captured":          {sample(t, "v2-2.3.13-jobs_checkpoints_JOBID.json"), time.UnixMilli(1795367855899), ""},
		"never one":         {sample(t, "v2-2.3.13-CANCELING-jobs_checkpoints_JOBID.json"), time.Time{}, ""},
		"one is being made": {`{"jobId":"1","pipelines":[{"latestCompleted":{"completedTimestamp":5},"inProgress":[{"checkpointId":2}]}]}`, time.Time{}, "in progress"},
		"a wrong type":      {`{"pipelines":[{"latestCompleted":{"completedTimestamp":"soon"}}]}`, time.Time{}, "completedTimestamp"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.routes["/overview"] = answerJSON(200, sample(t, "v2-2.3.13-overview.json"))
			f.routes["/jobs/checkpoints/"+id] = answerJSON(200, row.answer)
			made, err := New(Config{Masters: []string{f.URL}})
			if err != nil {
				t.Fatal(err)
			}
			defer made.Close()
			got, err := made.(*client).LastCheckpoint(t.Context(), f.URL, id)
			if row.says == "" && (err != nil || !got.Equal(row.want)) {
				t.Errorf("got %v, %v", got, err)
			}
			if row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
				t.Errorf("got %v, %v, want a sentence with %q", got, err, row.says)
			}
		})
	}
}
