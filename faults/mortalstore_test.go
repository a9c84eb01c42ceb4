//go:build unix

package faults_test

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// longestCall bounds how long into a call of the store a death "during" it
// comes: about as long as a call takes, so that some come before the commit,
// some in it, and some after it.
const longestCall = 6 * time.Millisecond

// aheadTimelines is the store of a child's watchers, by the child's clock.
type aheadTimelines struct {
	watch.Store
	child *mortal
}

// Now is the store's clock, put forward like the child's.
func (t *aheadTimelines) Now(ctx context.Context) (time.Time, error) {
	now, err := t.Store.Now(ctx)
	return now.Add(time.Duration(t.child.ahead.Load())), err
}

// mortalStore is the store of a child that may die before, during and after
// each call that writes, and that says which actions it recorded.
type mortalStore struct {
	action.Store
	child *mortal
	// jobs are the jobs of the actions that it has heard of.
	jobs sync.Map
}

// killOneself ends the process as kill -9 does.
func killOneself() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal has come
}

// at carries out one call for a job, with the points around it.
func (s *mortalStore) at(call string, job coordinator.JobID, do func() error) error {
	if s.child.isDeadly(call+before, job) {
		killOneself()
	}
	dying := s.child.isDeadly(call+during, job)
	if dying {
		time.AfterFunc(rand.N(longestCall), killOneself)
	}
	err := do()
	if dying {
		select {}
	}
	if err == nil && s.child.isDeadly(call+after, job) {
		killOneself()
	}
	return err
}

// When a point comes, relative to its call.
const (
	before = "/before"
	during = "/during"
	after  = "/after"
)

// Now is the store's clock, put forward like the child's.
func (s *mortalStore) Now(ctx context.Context) (time.Time, error) {
	now, err := s.Store.Now(ctx)
	return now.Add(time.Duration(s.child.ahead.Load())), err
}

func (s *mortalStore) SavePlan(ctx context.Context, scope watch.Scope, plan action.Plan) error {
	return s.at("SavePlan", plan.Identity.Job, func() error { return s.Store.SavePlan(ctx, scope, plan) })
}

func (s *mortalStore) Begin(ctx context.Context, scope watch.Scope, begin action.Begin) (row action.AuditRow, err error) {
	s.jobs.Store(begin.Intent.ID, begin.Intent.Identity.Job)
	err = s.at("Begin", begin.Intent.Identity.Job, func() error {
		row, err = s.Store.Begin(ctx, scope, begin)
		if err == nil {
			s.child.report(reportBegan, begin.Intent.Identity.Job, begin.Intent.ID)
		}
		return err
	})
	return row, err
}

func (s *mortalStore) Lease(ctx context.Context, scope watch.Scope, id, holder string, now, until time.Time) (held bool, err error) {
	job, _ := s.jobs.Load(id)
	known, _ := job.(coordinator.JobID)
	err = s.at("Lease", known, func() error {
		held, err = s.Store.Lease(ctx, scope, id, holder, now, until)
		return err
	})
	return held, err
}

func (s *mortalStore) Unresolved(ctx context.Context, scope watch.Scope, since time.Time) ([]action.Intent, error) {
	intents, err := s.Store.Unresolved(ctx, scope, since)
	for _, intent := range intents {
		s.jobs.Store(intent.ID, intent.Identity.Job)
	}
	return intents, err
}

// Update's points are named after the audit event that it appends.
func (s *mortalStore) Update(ctx context.Context, scope watch.Scope, intent action.Intent, entry *action.AuditEntry) (row action.AuditRow, err error) {
	call := "Update"
	if entry != nil {
		call += ":" + string(entry.Event)
	}
	err = s.at(call, intent.Identity.Job, func() error {
		row, err = s.Store.Update(ctx, scope, intent, entry)
		return err
	})
	return row, err
}

func (s *mortalStore) RequestApproval(ctx context.Context, scope watch.Scope, request action.RequestApproval) (row action.AuditRow, err error) {
	err = s.at("RequestApproval", request.Approval.Identity.Job, func() error {
		row, err = s.Store.RequestApproval(ctx, scope, request)
		return err
	})
	return row, err
}

func (s *mortalStore) DecideApproval(ctx context.Context, scope watch.Scope, decide action.DecideApproval) (row action.AuditRow, err error) {
	err = s.at("DecideApproval", decide.Approval.Identity.Job, func() error {
		row, err = s.Store.DecideApproval(ctx, scope, decide)
		return err
	})
	return row, err
}
