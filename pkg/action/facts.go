package action

import (
	"context"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// checkpointReader is what an adapter offers that can tell a savepoint's
// progress.
type checkpointReader interface {
	// LastCheckpoint is when the job last acknowledged a checkpoint.
	LastCheckpoint(ctx context.Context, address string, id coordinator.JobID) (time.Time, error)
}

// facts gathers what the guards look at, for a job that was just read. carrying
// is the request for a second person that would be carried out; empty for none.
func (s *Service) facts(ctx context.Context, kind Kind, reading coordinator.Reading, carrying string) Facts {
	now := s.deps.Now()
	view := s.deps.Coordinator.View()
	facts := Facts{
		Kind: kind, Now: now, StoreNow: now, Policy: s.deps.Policy, ProxyFault: s.deps.ProxyFault, StoreErr: s.deps.StoreErr,
		AsOf: view.CompleteAsOf, Blind: view.Blind(now, s.deps.Interval), PollErr: view.Err,
		Incomplete: view.Snapshot != nil && !view.Snapshot.Complete, MasterStableSince: view.MasterStableSince,
		Reading: reading, Split: s.masters(reading),
	}
	if view.Snapshot != nil {
		facts.Capabilities, facts.Restoring = view.Snapshot.Capabilities, view.Snapshot.Restoring
	}
	if view.Complete != nil {
		facts.Master = view.Complete.Master
	}
	if job, found := view.Jobs.Find(reading.Job.ID); found {
		facts.Watched, facts.Listed, facts.Episode = true, job.Listed, job.Episode
		if s.deps.Diagnoser != nil {
			facts.Outlook = s.deps.Diagnoser.Outlook(view, job)
		}
	}
	s.askCoordinator(ctx, &facts)
	s.askStore(ctx, &facts, carrying)
	return facts
}

// askCoordinator adds what only a force stop needs to know.
func (s *Service) askCoordinator(ctx context.Context, facts *Facts) {
	if facts.Kind != KindForceStop {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.deps.Timing.Read)
	defer cancel()
	client := s.deps.Coordinator.Client()
	if facts.Reading.Job.State == coordinator.StateSavepointing {
		facts.CheckpointErr = errNoCheckpoints
		if reader, ok := client.(checkpointReader); ok {
			facts.LastCheckpoint, facts.CheckpointErr = reader.LastCheckpoint(ctx, facts.Reading.Address, facts.Reading.Job.ID)
		}
	}
	if facts.Capabilities.TaskThreads.Supported {
		if threads, err := client.TaskThreads(ctx); err == nil {
			facts.Threads = threads
		}
	}
}

// askStore adds what only the records tell, and proves that one can be made.
func (s *Service) askStore(ctx context.Context, facts *Facts, carrying string) {
	if s.deps.Store == nil {
		return
	}
	if facts.StoreErr = s.deps.Store.Writable(ctx); facts.StoreErr != nil {
		return
	}
	for _, ask := range []func(context.Context, *Facts) error{
		func(ctx context.Context, facts *Facts) (err error) {
			facts.StoreNow, err = s.deps.Store.Now(ctx)
			return err
		},
		s.askBudget, s.askInFlight,
		func(ctx context.Context, facts *Facts) error { return s.askWaiting(ctx, facts, carrying) },
	} {
		if facts.StoreErr = ask(ctx, facts); facts.StoreErr != nil {
			return
		}
	}
}

// askBudget adds what the cluster's budget of this kind has left.
func (s *Service) askBudget(ctx context.Context, facts *Facts) (err error) {
	facts.Spent, facts.OldestSpent, err = s.deps.Store.Spent(ctx, s.deps.Cluster, facts.Kind, facts.StoreNow.Add(-s.deps.Policy.BudgetWindow))
	if err != nil || facts.Kind != KindForceStop {
		return err
	}
	incident, found, err := s.deps.Store.Incident(ctx, s.deps.Scope, s.deps.Cluster, facts.StoreNow)
	if err != nil || !found {
		return err
	}
	facts.Incident = &incident
	// Acts at the very moment of From count as well.
	facts.SpentInIncident, _, err = s.deps.Store.Spent(ctx, s.deps.Cluster, facts.Kind, incident.From.Add(-time.Nanosecond))
	return err
}

// askInFlight adds another action for the job that is not settled.
func (s *Service) askInFlight(ctx context.Context, facts *Facts) error {
	inFlight, found, err := s.deps.Store.InFlight(ctx, s.deps.Cluster, facts.Reading.Job.ID)
	if err != nil || !found {
		return err
	}
	facts.InFlight = &inFlight
	if _, err := s.deps.Store.Intent(ctx, s.deps.Scope, inFlight.ID); err != nil {
		facts.InFlightElsewhere = true
	}
	return nil
}

// askWaiting adds a request for a second person for the same job.
func (s *Service) askWaiting(ctx context.Context, facts *Facts, carrying string) error {
	waiting, found, err := s.deps.Store.Waiting(ctx, s.deps.Cluster, facts.Reading.Job.ID, facts.StoreNow)
	if err != nil || !found || waiting.ID == carrying {
		return err
	}
	facts.Waiting = &waiting
	if _, err := s.deps.Store.Approval(ctx, s.deps.Scope, waiting.ID); err != nil {
		facts.WaitingElsewhere = true
	}
	return nil
}

// now is the store's time, which all replicas share.
func (s *Service) now(ctx context.Context) (time.Time, *Refusal) {
	if s.deps.Store == nil {
		return time.Time{}, storeRefusal(s.deps.StoreErr)
	}
	now, err := s.deps.Store.Now(ctx)
	if err != nil {
		return time.Time{}, storeRefusal(err)
	}
	return now, nil
}

// identity and context of a job as the facts show it.
func (s *Service) identity(facts Facts) Identity {
	return Identity{
		Cluster: s.deps.Cluster, Job: facts.Reading.Job.ID, CreateTime: facts.Reading.Job.CreateTime,
		Episode: facts.Episode.ID, State: facts.Reading.Job.State, Master: facts.Reading.Master,
	}
}

func (s *Service) context(facts Facts) Context {
	context := Context{Nodes: facts.Reading.Job.Nodes, Workers: coordinator.NotKnown}
	if context.Nodes == nil {
		context.Nodes = []string{}
	}
	if view := s.deps.Coordinator.View(); view.Complete != nil {
		context.Workers = view.Complete.Workers
		if job, found := view.Jobs.Find(facts.Reading.Job.ID); found && len(context.Nodes) == 0 && len(job.Job.Nodes) > 0 {
			context.Nodes = job.Job.Nodes
		}
	}
	return context
}
