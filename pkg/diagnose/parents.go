package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/forecast"
)

// way is the way of an event.
type way struct{ node, peer string }

// Parents finds the parents that do not go on: those that run although all
// their children ended longer than stuckAfter ago, while a loss lay between a
// child and its parent; and those that were asked to abort longer than
// stuckAfter ago. losses and pairs are those of the same look (delivery).
// A parent on the node of its child, or without a loss, has no finding here.
func Parents(now time.Time, stuckAfter time.Duration, parents []family.Parent, losses []delivery.Loss, pairs []delivery.Pair) map[coordinator.JobID]Finding {
	between := make(map[way][]delivery.Loss)
	for _, loss := range losses {
		key := way{loss.Node, loss.Peer}
		between[key] = append(between[key], loss)
	}
	present := make(map[way]*delivery.Pair, len(pairs))
	for index := range pairs {
		present[way{pairs[index].Node, pairs[index].Peer}] = &pairs[index]
	}
	findings := map[coordinator.JobID]Finding{}
	for _, parent := range parents {
		if parent.State == coordinator.StateCanceling {
			if finding, found := Abort(now, stuckAfter, parent.StateSince, parent.Node, pairs); found {
				findings[parent.ID] = finding
			}
			continue
		}
		if finding, found := stuck(now, stuckAfter, parent, between, present); found {
			findings[parent.ID] = finding
		}
	}
	return findings
}

// stuck looks for the worst that a loss means for one parent.
func stuck(now time.Time, stuckAfter time.Duration, parent family.Parent, between map[way][]delivery.Loss, present map[way]*delivery.Pair) (worst Finding, found bool) {
	waitingSince, all := parent.LastEnd()
	if parent.State != coordinator.StateRunning || !all || now.Sub(waitingSince) <= stuckAfter {
		return Finding{}, false
	}
	for _, child := range parent.Children {
		key := way{child.Node, parent.Node}
		if key.node == "" || key.peer == "" || key.node == key.peer {
			continue
		}
		for _, loss := range between[key] {
			overlaps, certain := during(child, loss)
			if !overlaps {
				continue
			}
			event := missing{now: now, parent: parent, child: child, loss: loss, certain: certain}
			if pair := present[key]; pair != nil && pair.Loss != nil && pair.Loss.FirstMissed.Equal(loss.FirstMissed) {
				event.pair = pair
			}
			for _, rule := range Rules() {
				verdict, speaks := rule.check(event)
				if !speaks {
					continue
				}
				finding := event.finding(rule, verdict, waitingSince)
				if !found || compareFindings(finding, worst) > 0 {
					worst, found = finding, true
				}
				break
			}
		}
	}
	return worst, found
}

// during tells whether a child may have ended during a loss, and whether it
// certainly did. Both ends have bounds: the child ended between two looks, the
// loss began between two looks. All four are by our clock.
func during(child family.Child, loss delivery.Loss) (overlaps, certain bool) {
	since, _ := loss.Since()
	until := loss.ReturnedAt
	if loss.Outcome == delivery.OutcomeRestarted {
		// What was sent after the restart is not among what it lost.
		until = loss.Ended
	}
	if child.EndedAt.Before(since) || !until.IsZero() && child.LastSeen.After(until) {
		return false, false
	}
	return true, !child.LastSeen.Before(loss.FirstMissed) && (until.IsZero() || !child.EndedAt.After(until))
}

// finding puts a verdict and its evidence together.
func (m missing) finding(rule Rule, verdict verdict, waitingSince time.Time) Finding {
	finding := Finding{
		Rule: rule.Name, Cause: verdict.cause, Outlook: verdict.outlook, Confidence: verdict.confidence, Advice: verdict.advice,
		WaitingSince: waitingSince, Child: m.child.ID, Node: m.child.Node, Peer: m.parent.Node,
	}
	if verdict.outlook != CannotRecover && m.pair != nil && m.pair.Deadline != nil {
		finding.Deadline = *m.pair.Deadline
	}
	ended := fmt.Sprintf("Child %s ended on %s between %s and %s.", m.child.ID, m.child.Node, clock(m.child.LastSeen), clock(m.child.EndedAt))
	if m.child.Ended == family.EndGone {
		ended = fmt.Sprintf("Child %s on %s is no longer among the open jobs since %s; it was seen last at %s.", m.child.ID, m.child.Node, clock(m.child.EndedAt), clock(m.child.LastSeen))
	}
	lost := fmt.Sprintf("%s had lost %s at %s; the last contact was at %s.", m.loss.Node, m.loss.Peer, clock(m.loss.FirstMissed), clock(m.loss.LastContact))
	if m.loss.LastContact.IsZero() {
		lost = fmt.Sprintf("%s had lost %s at %s at the latest; no contact was seen before.", m.loss.Node, m.loss.Peer, clock(m.loss.FirstMissed))
	}
	if m.loss.Standing {
		lost = fmt.Sprintf("%s got nothing of what %s sent from %s on, though they were in one view.", m.loss.Peer, m.loss.Node, clock(m.loss.FirstMissed))
	}
	at := m.loss.LastLook
	for _, later := range []time.Time{m.loss.ReturnedAt, m.loss.Ended} {
		if later.After(at) {
			at = later
		}
	}
	if at.IsZero() {
		at = m.loss.FirstMissed
	}
	finding.Evidence = []Evidence{
		{m.child.EndedAt, SourceExecutions, ended},
		{waitingSince, SourceExecutions, fmt.Sprintf("Parent %s runs on %s, and all its children have ended since %s: it waits for the end of child %s.", m.parent.ID, m.parent.Node, clock(waitingSince), m.child.ID)},
		{m.loss.FirstMissed, SourceMessaging, lost},
		{at, SourceMessaging, verdict.sentence},
	}
	return finding
}

// compareFindings orders findings: the worse outlook last, then the better
// known, then the newer evidence.
func compareFindings(a, b Finding) int {
	rank := map[delivery.Certainty]int{delivery.Possible: 1, delivery.Likely: 2, delivery.Proven: 3}
	return cmp.Or(
		cmp.Compare(slices.Index(Outlooks(), a.Outlook), slices.Index(Outlooks(), b.Outlook)),
		cmp.Compare(rank[a.Confidence], rank[b.Confidence]),
		a.Evidence[2].At.Compare(b.Evidence[2].At),
		cmp.Compare(b.Child, a.Child),
	)
}

// abortRule names the rule of an abort without effect.
const abortRule = "abort not effective"

// Abort finds that a job is still there although it was asked to abort longer
// than stuckAfter ago. asked is when that was seen first, node where the job
// runs (empty: not told). Source: CloverDX has no state between running and
// aborted, so the time since our own request is the only age there is.
func Abort(now time.Time, stuckAfter time.Duration, asked time.Time, node string, pairs []delivery.Pair) (Finding, bool) {
	if asked.IsZero() || now.Sub(asked) <= stuckAfter {
		return Finding{}, false
	}
	finding := Finding{
		Rule: abortRule, Cause: CauseAbort, Outlook: MayRecover, Confidence: delivery.Proven, WaitingSince: asked, Node: node,
		Evidence: []Evidence{{asked, SourceExecutions, fmt.Sprintf("The job was asked to abort at %s and is still open.", clock(asked))}},
		Advice:   "Look into the job's log for what it does since the abort, and whether its node answers. Another abort may be sent once the node is reachable.",
	}
	if node == "" {
		return finding, true
	}
	for _, pair := range pairs {
		if pair.Peer == node && pair.Reach == delivery.Lost {
			at := asked
			if pair.Loss != nil {
				at = pair.Loss.FirstMissed
			}
			finding.Evidence = append(finding.Evidence, Evidence{at, SourceMessaging, fmt.Sprintf("%s does not reach %s: the abort may not have arrived.", pair.Node, node)})
			finding.Advice = fmt.Sprintf("Restore the network to %s: the abort may not have arrived there. Then look whether the job ended, and send it again if it did not.", node)
			break
		}
	}
	return finding, true
}

// RestartLoses lists what a restart of each node would lose at present.
func RestartLoses(parents []family.Parent, pairs []delivery.Pair) []forecast.RestartLoss {
	losses := make(map[way]*delivery.Loss)
	for index := range pairs {
		if loss := pairs[index].Loss; loss != nil && loss.Open() {
			losses[way{pairs[index].Node, pairs[index].Peer}] = loss
		}
	}
	var waiting []forecast.Waiting
	for _, parent := range parents {
		for _, child := range parent.Children {
			loss := losses[way{child.Node, parent.Node}]
			if loss == nil || child.Ended == family.EndNone {
				continue
			}
			if overlaps, _ := during(child, *loss); overlaps {
				waiting = append(waiting, forecast.Waiting{Parent: parent.ID, Node: parent.Node, ChildNode: child.Node})
			}
		}
	}
	return forecast.RestartLoses(delivery.Undelivered(pairs), waiting)
}
