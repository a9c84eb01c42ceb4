package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

const (
	// betweenLooks is how far apart two looks at the workers must be to prove
	// together that no task is left (design §6): a task that is being moved has
	// no thread for a moment.
	betweenLooks = 10 * time.Second
	// noHeartbeat is Hazelcast's default of hazelcast.max.no.heartbeat.seconds,
	// after which a member that answers nothing is dropped (measured: 58 s).
	noHeartbeat = time.Minute
	// forceTakes is how long an accepted force stop may take. It was seen after
	// 0.3 s, and only a frozen worker holds it up, until it is dropped.
	forceTakes = noHeartbeat
)

func splitCluster(f *facing) (judged, bool) {
	masters := f.split
	if masters == nil || !f.job.ending() && f.job.RestoringSince.IsZero() && f.job.Forgotten == nil {
		return judged{}, false
	}
	found := judged{
		cause: CauseSplit, outlook: MayRecover, confidence: delivery.Proven,
		advice: fmt.Sprintf("End the split first: %s name themselves or each other as the active master. Do not stop or start jobs before; Unjam refuses to act.", named(masters)),
	}
	for _, view := range f.cluster.Masters {
		sentence := fmt.Sprintf("%s says that the active master is %s.", view.Address, view.Master)
		switch {
		case view.Err != nil:
			sentence = view.Address + " does not answer who is master."
		case view.Master == "":
			sentence = view.Address + " names no active master."
		}
		found.evidence = append(found.evidence, Evidence{f.cluster.Now, SourceMasters, sentence})
	}
	return found, true
}

func restoring(f *facing) (judged, bool) {
	since := f.job.RestoringSince
	if since.IsZero() {
		return judged{}, false
	}
	return f.wait(since, Evidence{since, SourceJobs, fmt.Sprintf("The master restores the job or does not know its state, since %s.", clock(since))}), true
}

func newMaster(f *facing) (judged, bool) {
	changed := f.cluster.MasterChangedAt
	if changed.IsZero() || !f.job.ending() && !f.late() || f.cluster.Now.Sub(changed) >= f.cluster.Policy.Settle {
		return judged{}, false
	}
	return f.wait(changed, Evidence{changed, SourceMasters, fmt.Sprintf("The active master is %s since %s: it may still restore the job.", f.cluster.Master, clock(changed))}), true
}

// wait is the advice while a master restores.
func (f *facing) wait(since time.Time, evidence Evidence) judged {
	found := judged{
		cause: CauseRestore, outlook: WillRecover, confidence: delivery.Likely, deadline: since.Add(f.cluster.Policy.Settle), evidence: []Evidence{evidence},
		advice: "Wait until the master has restored the job, then look at its state: it may run again although it was canceled.",
	}
	if !found.deadline.After(f.cluster.Now) {
		found.outlook, found.deadline = MayRecover, time.Time{}
		found.advice = "The restore takes longer than a master should need. Look into the active master's log for the job, and whether enough slots are free."
	}
	return found
}

func forgotten(f *facing) (judged, bool) {
	before := f.job.Forgotten
	if before == nil || f.job.State != coordinator.StateRunning && f.job.State != coordinator.StatePending {
		return judged{}, false
	}
	return judged{
		cause: CauseForgotten, outlook: CannotRecover, confidence: delivery.Proven,
		evidence: []Evidence{{before.LastSeen, SourceJobs, fmt.Sprintf("Under the master %s the job was in CANCELING since %s, and so last at %s. Under %s it goes on.",
			before.Master, clock(before.Since), clock(before.LastSeen), f.cluster.Master)}},
		advice: "Cancel the job again: the failover has forgotten the cancel, and the job goes on as if nobody had asked it to end.",
	}, true
}

func unresponsive(f *facing) (judged, bool) {
	since := f.cluster.ListSilentSince
	if since.IsZero() || !f.job.ending() {
		return judged{}, false
	}
	found := judged{
		cause: CauseUnresponsive, outlook: MayRecover, confidence: delivery.Possible, deadline: since.Add(noHeartbeat),
		evidence: []Evidence{{since, SourceJobs, fmt.Sprintf("The coordinator answers, but not with its list of jobs, since %s: a frozen worker or a blocked master does that.", clock(since))}},
		advice:   "Wait until the cluster drops the member that does not answer (hazelcast.max.no.heartbeat.seconds; 60 s is Hazelcast's default), and look at that worker: a frozen process, a full heap, a lost network. A force stop is accepted before that, but has no effect.",
	}
	switch {
	case len(f.newest.silent) > 0:
		found.confidence = delivery.Likely
		found.evidence = append(found.evidence, Evidence{f.lookedAt(), SourceThreads, fmt.Sprintf("No answer from %s at %s.", named(f.newest.silent), clock(f.lookedAt()))})
	case len(f.looks) > 0:
		found.needs = []string{"Every configured worker answers: a worker that is not configured may be frozen, or the master itself be blocked."}
	default:
		found.needs = []string{f.noLook()}
	}
	if !found.deadline.After(f.cluster.Now) {
		found.deadline = time.Time{}
		found.advice = "The list of jobs does not answer for longer than Hazelcast's default limit for members without a heartbeat (60 s; hazelcast.max.no.heartbeat.seconds may be longer here). Look at the workers and end a frozen process; if all workers are well, the master itself is blocked: fail it over. " + failover
	}
	return found, true
}

func deadlocked(f *facing) (judged, bool) {
	forced := f.job.ForceAt
	if forced.IsZero() || !f.late() || f.cluster.Now.Sub(forced) < forceTakes {
		return judged{}, false
	}
	found := judged{
		cause: CauseDeadlocked, outlook: CannotRecover, confidence: delivery.Likely,
		evidence: []Evidence{{forced, SourceRequests, fmt.Sprintf("A force stop was accepted at %s and has had no effect for %s.", clock(forced), f.cluster.Now.Sub(forced).Round(time.Second))}},
		advice:   "Fail over the active master: another force stop changes nothing. " + failover + " Before that, make sure that this engine really has a force stop: one without it answers the same and does a plain cancel.",
		needs:    []string{"A thread dump of the active master would prove the deadlock; Unjam does not read it."},
	}
	found.evidence = append(found.evidence, f.departures()...)
	return found, true
}

// noWorkerTakes is within what time a master ends the cancelled jobs of its last
// worker once that has left: measured are seconds.
const noWorkerTakes = 30 * time.Second

func withoutWorkers(f *facing) (judged, bool) {
	if !f.lateCancel() || f.cluster.Workers != 0 || f.newest.answered > 0 {
		return judged{}, false
	}
	for _, left := range f.cluster.Left {
		if f.cluster.Now.Sub(left.At) < noWorkerTakes {
			return judged{}, false
		}
	}
	found := judged{
		cause: CauseDeadlocked, outlook: CannotRecover, confidence: delivery.Likely,
		evidence: []Evidence{{f.cluster.Now, SourceMembers, "The master counts no worker at all, and does not end the job: it normally does within seconds once the last worker has left."}},
		advice:   "Fail over the active master: it seems to be deadlocked, and then a force stop changes nothing either. " + failover,
		needs:    []string{"A thread dump of the active master would prove the deadlock; Unjam does not read it."},
	}
	found.evidence = append(found.evidence, f.departures()...)
	return found, true
}

func statusLost(f *facing) (judged, bool) {
	if !f.lateCancel() {
		return judged{}, false
	}
	switch {
	case len(f.looks) == 0:
		f.need("%s", f.noLook())
		return judged{}, false
	case len(f.newest.alive) > 0:
		return judged{}, false
	case !f.newest.whole(f.cluster.Workers):
		f.need("%s", f.unasked())
		return judged{}, false
	case f.hidden:
		f.need("No job that runs has a task thread that can be told by its name: with thread sharing switched on (task_execution_thread_share_mode) the threads prove nothing.")
		return judged{}, false
	}
	found := judged{cause: CauseStatusLost, outlook: CannotRecover, confidence: delivery.Proven, advice: f.force()}
	if earlier := f.looks[0]; len(f.looks) > 1 && len(earlier.alive) == 0 && earlier.whole(f.cluster.Workers) {
		found.evidence = append(found.evidence, earlier.none())
	}
	found.evidence = append(found.evidence, f.newest.none())
	if lacks := f.unproven(); len(lacks) > 0 {
		found.confidence, found.needs = delivery.Likely, lacks
	}
	return found, true
}

// unproven is what a proof of a lost final status lacks (design §6).
func (f *facing) unproven() (lacks []string) {
	if f.cluster.Workers == coordinator.NotKnown {
		lacks = append(lacks, "How many workers the master counts is not known.")
	}
	earlier := f.looks[0]
	first := earlier.look.At
	if len(f.looks) < 2 || len(earlier.alive) > 0 || !earlier.whole(f.cluster.Workers) || f.lookedAt().Sub(first) < betweenLooks {
		lacks = append(lacks, fmt.Sprintf("A second look at all workers, at least %s after the first, must show the same.", betweenLooks))
	}
	if f.cluster.MasterSince.IsZero() || f.cluster.MasterSince.After(first) {
		lacks = append(lacks, "The same master must be seen over both looks.")
	}
	if f.cluster.Restoring > 0 {
		lacks = append(lacks, "No restore must be under way.")
	}
	if !f.job.Listed {
		lacks = append(lacks, "The newest list must show the job in CANCELING.")
	}
	for _, look := range f.looks {
		if !look.others {
			return append(lacks, "Thread sharing must be known to be off: no other job's task thread shows on each worker that threads have their jobs' names.")
		}
	}
	return lacks
}

// hidden tells whether jobs run whose task threads cannot be seen in the newest
// look.
func hidden(running []coordinator.JobID, looks []summary) bool {
	if len(running) == 0 || len(looks) == 0 {
		return false
	}
	newest := looks[len(looks)-1]
	return !slices.ContainsFunc(running, func(job coordinator.JobID) bool { return len(newest.of(job).alive) > 0 })
}

func undelivered(f *facing) (judged, bool) {
	if !f.lateCancel() || len(f.newest.alive) == 0 {
		return judged{}, false
	}
	left := f.departures()
	if len(left) == 0 {
		return judged{}, false
	}
	return judged{
		cause: CauseUndelivered, outlook: MayRecover, confidence: delivery.Likely, evidence: append(left, f.alive()),
		advice: fmt.Sprintf("Cancel the job again. If that changes nothing, force stop it where the engine can, and then look at %s: its task goes on there.", named(f.newest.alive)),
	}, true
}

func willNotStop(f *facing) (judged, bool) {
	if !f.lateCancel() || len(f.newest.alive) == 0 {
		return judged{}, false
	}
	found := judged{
		cause: CauseWillNotStop, outlook: MayRecover, confidence: delivery.Likely, evidence: []Evidence{f.alive()},
		advice: fmt.Sprintf("Look at the job's connectors on %s: what does the task thread wait for (a sink or source that blocks)? Ending that wait ends the job. A force stop ends it at the master alone and leaves the task behind as a zombie.", named(f.newest.alive)),
	}
	if len(f.looks) > 1 && len(f.looks[0].alive) > 0 {
		found.confidence = delivery.Proven
	} else {
		found.needs = []string{"A second look at the workers must show the same."}
	}
	return found, true
}

func savepoint(f *facing) (judged, bool) {
	if f.job.State != coordinator.StateSavepointing || !f.late() {
		return judged{}, false
	}
	found := judged{cause: CauseSavepoint, outlook: MayRecover, confidence: delivery.Possible, advice: "Wait for the savepoint, and look whether its checkpoints go on. Do not force stop it blindly: that loses the savepoint."}
	checkpoint := f.job.Checkpoint
	switch {
	case checkpoint == nil:
		found.needs = []string{"When the job last completed a checkpoint was not asked yet."}
		return found, true
	case checkpoint.Err != nil:
		found.needs = []string{fmt.Sprintf("When the job last completed a checkpoint is not known: %v.", checkpoint.Err)}
		return found, true
	}
	last := checkpoint.Last
	if last.IsZero() {
		last = f.job.Since
		found.evidence = []Evidence{{checkpoint.At, SourceSavepoint, "The job has never completed a checkpoint."}}
	} else {
		found.evidence = []Evidence{{last, SourceSavepoint, fmt.Sprintf("The job last completed a checkpoint at %s.", clock(last))}}
	}
	found.confidence = delivery.Likely
	if still := f.cluster.Now.Sub(last); still < f.cluster.Policy.SavepointStall {
		found.outlook, found.deadline = WillRecover, last.Add(f.cluster.Policy.SavepointStall)
		found.advice = "Wait for the savepoint: the job's checkpoints go on. Do not force stop it."
		return found, true
	}
	found.advice = "The savepoint does not go on. Look at the job's sinks and at the storage of checkpoints. A force stop loses the savepoint; use it only if you can do without."
	return found, true
}

func cancelWithoutEffect(f *facing) (judged, bool) {
	asked := f.job.CancelAt
	if asked.IsZero() || f.job.State != coordinator.StateRunning && f.job.State != coordinator.StatePending || f.cluster.Now.Sub(asked) < f.cluster.StuckAfter {
		return judged{}, false
	}
	return judged{
		cause: CauseCancel, outlook: CannotRecover, confidence: delivery.Likely,
		evidence: []Evidence{{asked, SourceRequests, fmt.Sprintf("A cancel was accepted at %s, and the job does not go to its end.", clock(asked))}},
		advice:   "Cancel the job again, and look into the active master's log for the first request: an answer of 200 says that it was received, no more.",
	}, true
}

func notKnown(f *facing) (judged, bool) {
	if !f.late() {
		return judged{}, false
	}
	found := judged{
		cause: CauseNotKnown, outlook: MayRecover, confidence: delivery.Possible, evidence: f.departures(), needs: f.needs,
		advice: "Look into the logs of the active master and of the worker that runs the job.",
	}
	if len(f.newest.alive) > 0 {
		found.evidence = append(found.evidence, f.alive())
	} else if f.newest.answered > 0 {
		found.evidence = append(found.evidence, f.newest.none())
	}
	switch f.job.State {
	case coordinator.StateCanceling:
		found.advice = "Cancel the job again; if that changes nothing, look into the logs of the active master and of the worker that runs the job."
	case coordinator.StatePending:
		found.advice = "Look whether the cluster has as many free slots as the job needs, and into the active master's log for the job."
	}
	return found, true
}

// alive says where the job's task threads are.
func (f *facing) alive() Evidence {
	return Evidence{f.lookedAt(), SourceThreads, fmt.Sprintf("A task thread of the job was alive on %s at %s.", named(f.newest.alive), clock(f.lookedAt()))}
}

// departures says which of the members that ran the job left, or are not among
// the members any more.
func (f *facing) departures() (found []Evidence) {
	for _, member := range f.job.Ran {
		left := slices.IndexFunc(f.cluster.Left, func(d Departure) bool {
			// One that was back before the cancel ran the job after its return.
			return d.Member == member && (d.Back.IsZero() || d.Back.After(f.job.Since))
		})
		switch {
		case left >= 0:
			departure := f.cluster.Left[left]
			sentence := fmt.Sprintf("%s, which ran the job, left the cluster at %s.", member, clock(departure.At))
			if !departure.Back.IsZero() {
				sentence = fmt.Sprintf("%s, which ran the job, left the cluster at %s and was back at %s.", member, clock(departure.At), clock(departure.Back))
			}
			found = append(found, Evidence{departure.At, SourceMembers, sentence})
		case f.cluster.Members != nil && !slices.Contains(f.cluster.Members, member):
			found = append(found, Evidence{f.cluster.Now, SourceMembers, fmt.Sprintf("%s, which ran the job, is not among the members.", member)})
		}
	}
	return found
}

// noLook says why the workers tell nothing about the job.
func (f *facing) noLook() string {
	if !f.cluster.TaskThreads.Supported {
		return "Whether a worker still runs a task of the job is not known: " + f.cluster.TaskThreads.Reason
	}
	return "The workers have not been asked for the job's task threads yet."
}

// unasked says which workers a look lacks.
func (f *facing) unasked() string {
	switch {
	case len(f.newest.silent) > 0:
		return fmt.Sprintf("An answer from %s: a task of the job may still run there.", named(f.newest.silent))
	case f.newest.answered == 0:
		return "An answer from a worker."
	}
	return fmt.Sprintf("The addresses of all members that run tasks: the master counts %d, and %d answered.", f.cluster.Workers, f.newest.answered)
}
