package plugin

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	// askedFor is how far back a request to stop counts while its end is not
	// proven.
	askedFor = 7 * 24 * time.Hour
	// askedKept is how long the records' answer serves: less than the shortest
	// poll interval, so that each poll asks once for all its jobs.
	askedKept = time.Second
	// askedPatience bounds the question.
	askedPatience = 3 * time.Second
)

// askedToStop gives the question whether Unjam has asked a job to stop and no
// end of it is proven yet. A coordinator that knows no CANCELING (CloverDX)
// shows such a job as running; that we asked is the only sign. Where the
// records cannot be read, the last answer stands.
func (d *Datasource) askedToStop() func(coordinator.JobID, time.Time) bool {
	if d.process.Store == nil {
		return func(coordinator.JobID, time.Time) bool { return false }
	}
	var mu sync.Mutex
	var asked map[coordinator.JobID][]time.Time
	var readAt time.Time
	store, now, cluster := d.process.Store, d.process.Now, d.settings.Cluster
	return func(id coordinator.JobID, createTime time.Time) bool {
		mu.Lock()
		defer mu.Unlock()
		if readAt.IsZero() || now().Sub(readAt) >= askedKept {
			ctx, cancel := context.WithTimeout(context.Background(), askedPatience)
			defer cancel()
			if answer, err := store.Asked(ctx, cluster, now().Add(-askedFor)); err == nil {
				asked = answer
			}
			readAt = now()
		}
		return slices.ContainsFunc(asked[id], createTime.Equal)
	}
}
