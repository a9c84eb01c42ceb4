package plugin

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// diagnoses are the findings of one view; readers of the same view share them.
type diagnoses struct {
	mu   sync.Mutex
	view *watch.View
	// spoken is the view of which speaking are the places of the jobs that can be
	// stuck: they are looked for once, not for every query.
	spoken   *watch.View
	speaking []int
	of       map[coordinator.JobID]diagnose.Finding
	// fresh is what that view alone says; of changes only after two looks agree.
	fresh    map[coordinator.JobID]diagnose.Finding
	steady   diagnose.Steady
	requests requests
	// seen is what the policy of detection remembers.
	seen seen
}

// findings diagnoses the jobs of a view, as of its time.
func (d *Datasource) findings(view *watch.View) map[coordinator.JobID]diagnose.Finding {
	shown, _ := d.bothFindings(view)
	return shown
}

// bothFindings gives the findings as they are shown, and those of the view
// alone.
func (d *Datasource) bothFindings(view *watch.View) (shown, fresh map[coordinator.JobID]diagnose.Finding) {
	diagnosed := &d.diagnosed
	diagnosed.mu.Lock()
	defer diagnosed.mu.Unlock()
	// A reader may come late with an older view than the poll's: looks are taken
	// in their order, or they would not agree.
	if diagnosed.view != view && (diagnosed.view == nil || !view.AsOf.Before(diagnosed.view.AsOf)) {
		diagnosed.view, diagnosed.fresh, diagnosed.seen = view, d.diagnose(view), diagnosed.seen.with(view)
		diagnosed.of = diagnosed.steady.Take(view.AsOf, diagnosed.fresh, func(id coordinator.JobID) string { return episodeOf(view, id) })
	}
	return diagnosed.of, diagnosed.fresh
}

// episodeOf is the episode that an open job is in; empty where it is not open.
func episodeOf(view *watch.View, id coordinator.JobID) string {
	job, _ := view.Jobs.Find(id)
	return job.Episode.ID
}

func (d *Datasource) diagnose(view *watch.View) map[coordinator.JobID]diagnose.Finding {
	if view.Snapshot == nil {
		return nil
	}
	if d.settings.Kind == kindSeaTunnel {
		return d.clusterFindings(view)
	}
	found := diagnose.Parents(view.CompleteAsOf, d.parentsFrom(), view.Families, view.Losses, view.Pairs)
	if view.Snapshot.Capabilities.OnlyStop == "" {
		return found
	}
	// Jobs without children can hang in an abort, too.
	for _, job := range view.Jobs.Shared() {
		if job.Episode.State != coordinator.StateCanceling {
			continue
		}
		node := ""
		if len(job.Job.Nodes) > 0 {
			node = job.Job.Nodes[0]
		}
		if finding, late := diagnose.Abort(view.CompleteAsOf, cmp.Or(d.settings.Detection.Canceling, d.settings.StuckAfter), job.Episode.Since, node, view.Pairs); late {
			found[job.Job.ID] = finding
		}
	}
	return found
}

// parentsFrom is from which age on waiting parents are diagnosed. Those that
// are never called stuck are, all the same: the guard asks whether waiting
// helps. It is one interval before they count as stuck, so that this does not
// have to wait for the next poll.
func (d *Datasource) parentsFrom() time.Duration {
	threshold := cmp.Or(d.settings.Detection.ParentWaiting, d.settings.StuckAfter)
	return max(threshold/2, threshold-d.settings.Interval)
}

// diagnoser answers the guard's questions about waiting and reach.
type diagnoser struct{ of *Datasource }

// mostChildrenNamed is how many children a sentence names.
const mostChildrenNamed = 10

// Outlook says whether waiting helps, and what an act would meet.
func (g diagnoser) Outlook(view *watch.View, job watch.JobView) action.Outlook {
	outlook := action.Outlook{Unreachable: unreachable(view, job.Job.Nodes), Children: runningChildren(view, job.Job.ID)}
	shown, fresh := g.of.bothFindings(view)
	finding, found := shown[job.Job.ID]
	if !found {
		return outlook
	}
	// Either look is enough to wait; only both together allow what is worse.
	outlook.WillRecover = finding.Outlook == diagnose.WillRecover
	if now, known := fresh[job.Job.ID]; known && now.Outlook == diagnose.WillRecover {
		finding, outlook.WillRecover = now, true
	}
	outlook.Stuck = !outlook.WillRecover
	outlook.Sentence = fmt.Sprintf("Diagnosis: %s (%s, %s). %s", finding.Cause, finding.Outlook, finding.Confidence, finding.Advice)
	return outlook
}

// unreachable gives those of a job's nodes that cannot be reached: lost to the
// others, not read by us, or in a state in which they take no work.
func unreachable(view *watch.View, nodes []string) []string {
	var named []string
	for _, node := range nodes {
		lost := slices.ContainsFunc(view.Pairs, func(pair delivery.Pair) bool {
			return pair.Reach == delivery.Lost && (pair.Node == node || pair.Peer == node)
		})
		unread := view.Snapshot != nil && slices.ContainsFunc(view.Snapshot.Nodes, func(one coordinator.Node) bool { return one.Name == node && unread(one) })
		if lost || unread {
			named = append(named, inert(node))
		}
	}
	return named
}

// unread tells whether a node's messaging layer did not answer. One that answers
// and exposes nothing is not unread.
func unread(node coordinator.Node) bool {
	return node.Err != nil && !errors.Is(node.Err, coordinator.ErrNotSupported)
}

// runningChildren names the running jobs that a job has started.
func runningChildren(view *watch.View, parent coordinator.JobID) []string {
	var named []string
	more := 0
	for _, job := range view.Jobs.Shared() {
		switch {
		case job.Job.Parent != parent || parent == "":
		case len(named) < mostChildrenNamed:
			named = append(named, fmt.Sprintf("%s (%s)", job.Job.ID, inert(job.Job.Name)))
		default:
			more++
		}
	}
	if more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}
	return named
}

// deadline is when a finding's outlook changes; nil for none.
func deadline(finding diagnose.Finding) *time.Time {
	if finding.Deadline.IsZero() {
		return nil
	}
	return &finding.Deadline
}

// evidence gives a finding's evidence, a line each.
func evidence(finding diagnose.Finding) string {
	lines := make([]string, len(finding.Evidence))
	for i, one := range finding.Evidence {
		lines[i] = inert(fmt.Sprintf("%s · %s · %s", one.At.UTC().Format(time.RFC3339), one.Source, one.Sentence))
	}
	if finding.Needs != "" && len(finding.Evidence) > 0 {
		at := finding.Evidence[len(finding.Evidence)-1].At
		lines = append(lines, inert(fmt.Sprintf("%s · not known · %s", at.UTC().Format(time.RFC3339), finding.Needs)))
	}
	return strings.Join(lines, "\n")
}
