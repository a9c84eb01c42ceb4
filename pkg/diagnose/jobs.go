package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// JobRule is a rule for a job that was asked to end, in a coordinator with a
// master.
type JobRule struct {
	Name string
	// Source is where the rule is from.
	Source string
	// check says what is the matter with a job; false where the rule does not
	// speak of it.
	check func(*facing) (judged, bool)
}

// facing is one job before the rules, with what they all look at.
type facing struct {
	cluster *Cluster
	job     Late
	// looks are what those looks say of the job that were made while it was
	// seen as it is now, older first. newest is the last of them.
	looks  []threads
	newest threads
	// split are the masters where they disagree, hidden tells whether threads
	// prove nothing (see hidden).
	split  []string
	hidden bool
	// needs collects what the rules that could not speak would need.
	needs []string
}

// judged is what a rule finds.
type judged struct {
	cause      Cause
	outlook    Outlook
	confidence delivery.Certainty
	evidence   []Evidence
	advice     string
	deadline   time.Time
	needs      []string
}

// JobRules are the rules for jobs that were asked to end, in the order in which
// they are tried. Of a job the first that speaks counts: where the cluster as a
// whole is in trouble, what single jobs show proves nothing.
func JobRules() []JobRule {
	return []JobRule{
		{"split cluster", "design: two masters that disagree; nobody knows which of them would carry a request out", splitCluster},
		{"restore in progress", "measured on SeaTunnel 2.3.13: UNKNOWABLE for a moment after a failover, then /pending-jobs shows RESTORE", restoring},
		{"cancel forgotten", "measured on SeaTunnel 2.3.13: CANCELING, active master killed, then PENDING, SCHEDULED, RUNNING", forgotten},
		{"new master", "measured on SeaTunnel 2.3.13: the standby restores jobs within seconds", newMaster},
		{"worker unresponsive", "measured on SeaTunnel 2.3.13: with a frozen worker /running-jobs hangs and /overview answers, until the member is dropped", unresponsive},
		{"force stop without effect", "measured on SeaTunnel 2.3.13: a deadlock in the master, once in five kills of the only worker; force stop is accepted and changes nothing", deadlocked},
		{"no worker, and no end", "measured on SeaTunnel 2.3.13: the only worker killed and the job cancelled; mostly it ends at once, and in a deadlock of the master it stays CANCELING, with 0 workers in /overview", withoutWorkers},
		{"no task thread on any worker", "measured on SeaTunnel 2.3.8 and 2.3.13: the notification of the final status was dropped, and the worker's threads are gone", statusLost},
		{"task thread alive, its worker left", "SeaTunnel's sources: a cancel is sent to a worker once, by its address", undelivered},
		{"task thread alive", "measured on SeaTunnel 2.3.13: a sink blocked in write(2) takes no interrupt; force stop leaves its thread behind", willNotStop},
		{"savepoint", "SeaTunnel's /jobs/checkpoints: the newest completed checkpoint or savepoint", savepoint},
		{"cancel without effect", "our own records: a cancel that was accepted, and a job that still runs", cancelWithoutEffect},
		{"late", "no rule fits what is known", notKnown},
	}
}

// Jobs finds why jobs that were asked to end have not ended. A job that is on
// its way to an end for less than the policy says has a finding only where the
// cluster as a whole holds it up.
func Jobs(cluster Cluster, jobs []Late) map[coordinator.JobID]Finding {
	findings := make(map[coordinator.JobID]Finding, len(jobs))
	rules, split := JobRules(), cluster.split()
	looks := make([]summary, len(cluster.Looks))
	for i, look := range cluster.Looks {
		looks[i] = look.summary()
	}
	hides := hidden(cluster.Running, looks)
	for _, job := range jobs {
		f := &facing{cluster: &cluster, job: job, split: split, hidden: hides}
		for _, look := range looks {
			if !job.WatchedSince.IsZero() && !look.look.At.Before(job.WatchedSince) {
				f.looks = append(f.looks, look.of(job.Job))
			}
		}
		if len(f.looks) > 0 {
			f.newest = f.looks[len(f.looks)-1]
		}
		for _, rule := range rules {
			if found, speaks := rule.check(f); speaks {
				findings[job.Job] = f.finding(rule, found)
				break
			}
		}
	}
	return findings
}

// finding puts a verdict together; the job's own state is the first evidence.
func (f *facing) finding(rule JobRule, found judged) Finding {
	return Finding{
		Rule: rule.Name, Cause: found.cause, Outlook: found.outlook, Confidence: found.confidence, Advice: found.advice, Deadline: found.deadline,
		Needs: strings.Join(found.needs, " "), WaitingSince: f.job.Since, Evidence: append([]Evidence{f.state()}, found.evidence...),
	}
}

// state says how the job stands in the list.
func (f *facing) state() Evidence {
	since := "since " + clock(f.job.Since)
	if f.job.AtLeast {
		since = fmt.Sprintf("at least since %s (it may have begun earlier)", clock(f.job.Since))
	}
	sentence := fmt.Sprintf("The job is %s %s.", f.word(), since)
	if !f.job.Listed {
		sentence = fmt.Sprintf("The job was %s %s, and the newest complete list does not show it so any more.", f.word(), since)
	}
	return Evidence{f.job.Since, SourceJobs, sentence}
}

func (f *facing) word() string {
	if f.job.Word != "" {
		return f.job.Word
	}
	return string(f.job.State)
}

// late tells whether the job is in its state for longer than it should: on its
// way to an end, or pending where the policy has a threshold for that.
func (f *facing) late() bool {
	after := f.cluster.Policy.After(f.job.State)
	return after > 0 && f.cluster.Now.Sub(f.job.Since) >= after
}

// lateCancel tells whether a cancel should have ended the job by now.
func (f *facing) lateCancel() bool { return f.late() && f.job.State == coordinator.StateCanceling }

// lookedAt is when the newest look was.
func (f *facing) lookedAt() time.Time { return f.newest.look.At }

// need notes what would have to be known.
func (f *facing) need(format string, values ...any) {
	f.needs = append(f.needs, fmt.Sprintf(format, values...))
}

// failover is what a failover of the master costs. It is advice in words: Unjam
// never does it.
const failover = "It needs a live standby master. It restores every job of the cluster: those without a checkpoint (batch jobs) may run again from their start, and other jobs in CANCELING run again, too, so cancel them again."

// force says how to get a job out of a state that it does not leave by itself.
func (f *facing) force() string {
	if f.cluster.ForceStop.Supported {
		return "Force stop the job: waiting and another cancel change nothing."
	}
	return "This engine has no force stop. Fail over the active master, then look at the job and cancel it again if it runs. " + failover
}
