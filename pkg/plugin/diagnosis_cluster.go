package plugin

import (
	"context"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// requestsPatience bounds the reading of our own requests: every query may
	// wait for it. After a failure they are not asked for again for
	// requestsRest.
	requestsPatience = time.Second
	requestsRest     = 30 * time.Second
	// mostRunning is how many running jobs are looked at to see whether task
	// threads can be told by their names, threadsSettle how long they must have
	// run by then.
	mostRunning   = 20
	threadsSettle = time.Minute
)

// requests are our own requests whose effect was not seen; the last ones that
// could be read.
type requests struct {
	intents  []action.Intent
	failedAt time.Time
}

// read asks the records, unless that failed a moment ago.
func (r *requests) read(d *Datasource) {
	now := d.process.Now()
	if d.process.Store == nil || !r.failedAt.IsZero() && now.Sub(r.failedAt) < requestsRest {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), requestsPatience)
	defer cancel()
	aftermath, err := d.guard.Aftermath(ctx)
	if err != nil {
		r.failedAt = now
		return
	}
	r.intents, r.failedAt = aftermath.Unconfirmed, time.Time{}
}

// accepted are when the first cancel and the first force stop of each job were
// accepted by the present master, of those without an effect.
func (r *requests) accepted(master string) (cancels, forces map[coordinator.JobID]action.Intent) {
	cancels, forces = map[coordinator.JobID]action.Intent{}, map[coordinator.JobID]action.Intent{}
	for _, intent := range r.intents {
		if !intent.Answered || intent.Outcome.Final() || intent.Identity.Master != master {
			continue
		}
		of := cancels
		if intent.Kind == action.KindForceStop {
			of = forces
		}
		if first, known := of[intent.Identity.Job]; !known || intent.At.Before(first.At) {
			of[intent.Identity.Job] = intent
		}
	}
	return cancels, forces
}

// clusterFindings diagnoses the jobs of a SeaTunnel cluster.
func (d *Datasource) clusterFindings(view *watch.View) map[coordinator.JobID]diagnose.Finding {
	d.diagnosed.requests.read(d)
	return diagnose.Jobs(d.clusterOf(view), lateJobs(view, &d.diagnosed.requests, d.settings.Detection.Pending))
}

// clusterOf puts together what is known of the cluster as a whole.
func (d *Datasource) clusterOf(view *watch.View) diagnose.Cluster {
	snapshot := view.Snapshot
	cluster := diagnose.Cluster{
		Now: view.AsOf, Policy: d.settings.Detection, StuckAfter: d.settings.StuckAfter,
		Master: masterOf(view), MasterSince: view.MasterStableSince, MasterChangedAt: view.Traces.MasterChangedAt, Masters: snapshot.Masters, Workers: snapshot.Workers,
		Restoring: len(snapshot.Restoring), ListSilentSince: view.Traces.ListSilentSince,
		ForceStop: snapshot.Capabilities.ForceStop, TaskThreads: snapshot.Capabilities.TaskThreads,
	}
	for _, member := range snapshot.Members {
		cluster.Members = append(cluster.Members, member.Address)
	}
	for _, left := range view.Traces.Left {
		cluster.Left = append(cluster.Left, diagnose.Departure{Member: left.Member, At: left.At, Back: left.Back})
	}
	for _, look := range view.Threads {
		if look.Workers != nil {
			cluster.Looks = append(cluster.Looks, diagnose.Look{At: look.At, Workers: look.Workers})
		}
	}
	if len(cluster.Looks) == 0 {
		return cluster
	}
	before := cluster.Looks[len(cluster.Looks)-1].At.Add(-threadsSettle)
	for _, job := range view.Jobs.Shared() {
		if job.Listed && job.Episode.State == coordinator.StateRunning && job.Episode.ContinuousSince.Before(before) {
			cluster.Running = append(cluster.Running, job.Job.ID)
		}
		if len(cluster.Running) == mostRunning {
			break
		}
	}
	return cluster
}

// masterOf is the active master as it was last told.
func masterOf(view *watch.View) string {
	if view.Snapshot.Master == "" && view.Complete != nil {
		return view.Complete.Master
	}
	return view.Snapshot.Master
}

// lateJobs gives the jobs of a view that a rule may speak of; pending ones only
// where there is a threshold for them.
func lateJobs(view *watch.View, asked *requests, pending time.Duration) []diagnose.Late {
	var jobs []diagnose.Late
	cancels, forces := asked.accepted(masterOf(view))
	for _, job := range view.Jobs.Shared() {
		id, state := job.Job.ID, job.Episode.State
		ending := state == coordinator.StateCanceling || state == coordinator.StateFailing || state == coordinator.StateSavepointing
		forgotten, wasCanceling := view.Traces.Forgotten[id]
		restoring, isRestoring := view.Traces.Restoring[id]
		canceled, isCanceled := cancels[id]
		if !ending && !wasCanceling && !isRestoring && !isCanceled && (state != coordinator.StatePending || pending == 0) {
			continue
		}
		late := diagnose.Late{
			Job: id, State: state, Word: inert(job.Episode.Word), Since: job.Episode.Since, AtLeast: lowerBound(*job), WatchedSince: job.Episode.ContinuousSince,
			Listed: job.Listed, RestoringSince: restoring, Ran: view.Traces.Ran[id].Nodes, Checkpoint: checkpoint(view, id),
		}
		if wasCanceling {
			late.Forgotten = &diagnose.Forgotten{Master: forgotten.Master, Since: forgotten.Since, LastSeen: forgotten.LastSeen}
		}
		if isCanceled && canceled.Identity.CreateTime.Equal(job.Episode.CreateTime) {
			late.CancelAt = canceled.At
		}
		if forced, isForced := forces[id]; isForced && forced.Identity.CreateTime.Equal(job.Episode.CreateTime) {
			late.ForceAt = forced.At
		}
		jobs = append(jobs, late)
	}
	return jobs
}

// checkpoint is what was asked last about a job's checkpoints; nil where
// nothing was.
func checkpoint(view *watch.View, job coordinator.JobID) *diagnose.Checkpoint {
	for i := len(view.Threads) - 1; i >= 0; i-- {
		asked, found := view.Threads[i].Checkpoints[job]
		if !found {
			continue
		}
		last := asked.Last
		if !last.IsZero() {
			// By the coordinator's clock, which may differ from ours.
			last = last.Add(-view.Snapshot.Clock.Skew)
		}
		return &diagnose.Checkpoint{At: view.Threads[i].At, Last: last, Err: asked.Err}
	}
	return nil
}
