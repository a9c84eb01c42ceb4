package action

import (
	"context"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Deed is what of an action everybody may see who sees the jobs: no persons, no
// reason, no id of a plan, and nothing that the coordinator said.
type Deed struct {
	Kind    Kind
	Job     coordinator.JobID
	JobName string
	// At is when it was confirmed.
	At time.Time
	// Outcome is how it ended, as far as it is proven, at SettledAt; empty and
	// zero while it goes on.
	Outcome   Outcome
	SettledAt time.Time
}

// Deed gives what everybody may see.
func (i Intent) Deed() Deed {
	deed := Deed{Kind: i.Kind, Job: i.Identity.Job, JobName: i.Card.Name, At: i.At}
	if i.Phase == PhaseSettled {
		deed.Outcome, deed.SettledAt = i.Outcome, i.UpdatedAt
	}
	return deed
}

// Deeds reads the actions of a range of time. Implemented by package store.
type Deeds interface {
	// Deeds gives the actions on a scope's cluster that were asked for or
	// settled from from to to, newest first, at most limit. An empty job means
	// all.
	Deeds(ctx context.Context, scope watch.Scope, cluster string, from, to time.Time, job coordinator.JobID, limit int) ([]Deed, error)
}
